//! A sink's rows are noted once they are delivered, and no sink holds up the end.

use std::cell::Cell;
use std::time::Duration;

use serde_json::Value;

use super::{page_list, urls};
use crate::{Delivery, Follower, Look, PageRow, ResultError, RowRange, Source, follow};

/// Delivers after some calls, or never.
struct Sink {
    held: Vec<String>,
    delivered: Vec<String>,
    calls: usize,
    calls_needed: usize,
    answer: Delivery,
}

impl Sink {
    fn new(calls_needed: usize) -> Self {
        let (held, delivered) = (Vec::new(), Vec::new());
        Self { held, delivered, calls: 0, calls_needed, answer: Delivery::Done }
    }
}

impl Follower for Sink {
    fn name(&self) -> &'static str {
        "sink"
    }

    fn open(&mut self, _position: u64, _state: &Value) -> Result<(), ResultError> {
        self.held.clear();
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        let written: Value = serde_json::from_slice(row.line).unwrap();
        assert_eq!(written["url"], *row.url);
        self.held.push(row.url.to_string());
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.held.len() >= 2
    }

    fn patience(&self) -> Duration {
        Duration::MAX
    }

    fn deliver(&mut self, _range: RowRange) -> Result<Delivery, ResultError> {
        self.calls += 1;
        if self.calls < self.calls_needed {
            return Ok(Delivery::UnderWay);
        }
        self.calls = 0;
        if self.answer == Delivery::Done {
            self.delivered.append(&mut self.held);
        }
        Ok(self.answer)
    }

    fn seal(&mut self, _range: RowRange) -> Result<Value, ResultError> {
        assert!(self.held.is_empty(), "sealed before it was delivered");
        Ok(Value::Null)
    }
}

/// A crawl that has ended; a second passes with each look at the clock.
struct Ended {
    look: Look,
    secs: Cell<u64>,
}

impl Ended {
    fn new(look: Look) -> Self {
        Self { look, secs: Cell::new(0) }
    }
}

impl Source for Ended {
    fn look(&self) -> Look {
        // Stop is asked for when there is something to deliver.
        if self.look == Look::Stop && self.secs.get() < 2 {
            self.secs.set(self.secs.get() + 1);
            return Look::Running(u64::MAX >> 1);
        }
        self.look
    }

    fn wait(&self) {
        unreachable!("there is always more");
    }

    fn elapsed(&self) -> Duration {
        self.secs.set(self.secs.get() + 1);
        Duration::from_secs(self.secs.get())
    }
}

#[test]
fn a_slow_delivery_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 5);
    let mut sink = Sink::new(50);
    let end = Ended::new(Look::Finished(ends[4]));
    assert_eq!(follow(&mut sink, dir.path(), &end).unwrap(), ends[4]);
    assert_eq!(sink.delivered, urls(5));
}

#[test]
fn a_delivery_without_end_does_not_hold_up_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 5);
    let mut sink = Sink::new(usize::MAX);
    assert_eq!(follow(&mut sink, dir.path(), &Ended::new(Look::Stop)).unwrap(), 0);
    assert!(sink.delivered.is_empty());
    let mut sink = Sink::new(1);
    let end = Ended::new(Look::Finished(ends[4]));
    assert_eq!(follow(&mut sink, dir.path(), &end).unwrap(), ends[4]);
    assert_eq!(sink.delivered, urls(5), "the next run delivers all");
}

#[test]
fn a_reader_who_has_gone_gets_the_rest_the_next_time() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 5);
    let mut sink = Sink::new(1);
    let first = Ended::new(Look::Finished(ends[1]));
    follow(&mut sink, dir.path(), &first).unwrap();
    sink.answer = Delivery::Unwanted;
    let end = Ended::new(Look::Finished(ends[4]));
    assert_eq!(follow(&mut sink, dir.path(), &end).unwrap(), ends[1]);
    sink.answer = Delivery::Done;
    assert_eq!(follow(&mut sink, dir.path(), &end).unwrap(), ends[4]);
    assert_eq!(sink.delivered, urls(5));
}
