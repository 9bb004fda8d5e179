//! Rows through pipes.

use std::io::Read as _;
use std::time::Duration;

use super::{deliver, give};
use crate::follow::{Delivery, Follower, RowRange};
use crate::sink::StdoutRows;

const RANGE: RowRange = RowRange { from: 0, to: 1 };

#[test]
fn rows_go_through_a_pipe_as_they_are() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).map(|_| text)
    });
    let mut sink = StdoutRows::new(writer);
    let mut given = String::new();
    for from in [0, 700, 1400] {
        given += &give(&mut sink, from..from + 700);
        deliver(&mut sink, RANGE);
    }
    drop(sink);
    assert_eq!(reading.join().unwrap().unwrap(), given);
}

#[test]
fn a_reader_who_does_not_read_blocks_nothing() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut sink = StdoutRows::new(writer);
    // More than a pipe holds.
    let given = give(&mut sink, 0..1000);
    assert_eq!(sink.deliver(RANGE).unwrap(), Delivery::UnderWay);
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).map(|_| text)
    });
    deliver(&mut sink, RANGE);
    drop(sink);
    assert_eq!(reading.join().unwrap().unwrap(), given);
}

#[test]
fn a_reader_who_has_gone_ends_it_without_an_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut sink = StdoutRows::new(writer);
    give(&mut sink, 0..1);
    assert_eq!(sink.deliver(RANGE).unwrap(), Delivery::Unwanted);
}

#[test]
fn rows_are_seen_soon_and_held_within_bounds() {
    let (_reader, writer) = std::io::pipe().unwrap();
    let mut sink = StdoutRows::new(writer);
    assert!(sink.patience() <= Duration::from_secs(1));
    give(&mut sink, 0..999);
    assert!(!sink.is_full());
    give(&mut sink, 0..1);
    assert!(sink.is_full());
}
