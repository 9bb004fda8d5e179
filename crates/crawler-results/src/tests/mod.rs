//! The follower's promise: each row is sealed once, whatever stops it in between.

mod body;
mod content;
pub(crate) mod crawled;
mod delivery;
mod jsonl_zst;
mod links;
mod mirror;
mod parquet;
mod rule_files;
mod wacz;

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Follower, Look, PageRow, ResultError, RowRange, Source, Told, follow};

/// Keeps URLs; may fail at a seal, before or after it has kept them.
#[derive(Default)]
struct Keeper {
    taken: Vec<String>,
    kept: Vec<String>,
    full_at: usize,
    fails: Option<Failure>,
}

#[derive(Clone, Copy, PartialEq)]
enum Failure {
    BeforeKeeping,
    AfterKeeping,
}

impl Follower for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn open(&mut self, _position: u64, state: &Value) -> Result<(), ResultError> {
        self.taken.clear();
        self.kept.truncate(state.as_u64().unwrap_or(0) as usize);
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        self.taken.push(row.url.to_string());
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.taken.len() >= self.full_at
    }

    fn patience(&self) -> Duration {
        Duration::MAX
    }

    fn seal(&mut self, range: RowRange) -> Result<Value, ResultError> {
        assert!(range.from < range.to);
        let failed = || Err(ResultError::Other("by order".to_owned()));
        if self.fails == Some(Failure::BeforeKeeping) {
            return failed();
        }
        self.kept.append(&mut self.taken);
        if self.fails == Some(Failure::AfterKeeping) {
            failed()
        } else {
            Ok(json!(self.kept.len()))
        }
    }
}

/// Gives one answer after the other, the last one for ever.
pub(crate) struct Script {
    answers: RefCell<Vec<Look>>,
    waited: Cell<usize>,
    heard: RefCell<Vec<Told>>,
}

impl Script {
    pub(crate) fn new(mut answers: Vec<Look>) -> Self {
        answers.reverse();
        Self { answers: RefCell::new(answers), waited: Cell::new(0), heard: RefCell::default() }
    }
}

impl Source for Script {
    fn look(&self) -> Look {
        let mut answers = self.answers.borrow_mut();
        if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] }
    }

    fn wait(&self) {
        self.waited.set(self.waited.get() + 1);
        assert!(self.waited.get() < 1000, "waits for ever");
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn hear(&self, told: Told) {
        self.heard.borrow_mut().push(told);
    }
}

/// Writes a page list; where each row ends.
fn page_list(dir: &Path, rows: usize) -> Vec<u64> {
    let row = |n: usize| {
        json!({"url": format!("http://a.test/{n}"), "ts": "2026-11-21T00:00:00.000Z",
            "status": 200, "depth": 0, "hops": "", "digest": "sha1:A", "wire_bytes": 1, "outlinks": 0,
            "protocol": "http/1.1", "generation": 1,
            "warc": {"file": "a.warc.gz", "offset": 0, "length": 1}})
    };
    page_list_of(dir, &(0..rows).map(row).collect::<Vec<_>>())
}

/// Writes a page list of these rows; where each row ends.
fn page_list_of(dir: &Path, rows: &[Value]) -> Vec<u64> {
    let (mut text, mut ends) = (String::new(), Vec::new());
    for row in rows {
        text.push_str(&row.to_string());
        text.push('\n');
        ends.push(text.len() as u64);
    }
    fs::create_dir_all(dir.join("pages")).unwrap();
    fs::write(dir.join("pages/pages.jsonl"), text).unwrap();
    ends
}

fn urls(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("http://a.test/{n}")).collect()
}

#[test]
fn rows_come_once_and_only_when_they_are_committed() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 10);
    let mut keeper = Keeper { full_at: 3, ..Keeper::default() };
    let script = Script::new(vec![Look::NotYet, Look::Running(ends[3]), Look::Stop]);
    assert_eq!(follow(&mut keeper, dir.path(), &script).unwrap(), ends[2]);
    assert_eq!(keeper.kept, urls(3));
    let script = Script::new(vec![Look::Running(ends[3]), Look::Finished(ends[8])]);
    assert_eq!(follow(&mut keeper, dir.path(), &script).unwrap(), ends[8]);
    assert_eq!(keeper.kept, urls(9));
}

#[test]
fn what_a_crash_leaves_is_cut_and_made_again() {
    for failure in [Failure::BeforeKeeping, Failure::AfterKeeping] {
        let dir = tempfile::tempdir().unwrap();
        let ends = page_list(dir.path(), 200);
        let mut keeper = Keeper { full_at: 50, ..Keeper::default() };
        follow(&mut keeper, dir.path(), &Script::new(vec![Look::Finished(ends[60])])).unwrap();
        keeper.fails = Some(failure);
        let end = Script::new(vec![Look::Finished(ends[199])]);
        assert!(follow(&mut keeper, dir.path(), &end).is_err());
        keeper.fails = None;
        follow(&mut keeper, dir.path(), &end).unwrap();
        assert_eq!(keeper.kept, urls(200));
    }
}

#[test]
fn the_source_hears_how_far_the_follower_is() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 10);
    let mut keeper = Keeper { full_at: 3, ..Keeper::default() };
    let script = Script::new(vec![Look::Running(ends[3]), Look::Finished(ends[8])]);
    follow(&mut keeper, dir.path(), &script).unwrap();
    let sealed: Vec<u64> = script.heard.borrow().iter().map(|told| told.sealed_to).collect();
    assert_eq!(sealed, [0, ends[2], ends[5], ends[8]]);
    assert!(script.heard.borrow().iter().all(|told| !told.has_failed));
    keeper.fails = Some(Failure::BeforeKeeping);
    let script = Script::new(vec![Look::Finished(ends[9])]);
    assert!(follow(&mut keeper, dir.path(), &script).is_err());
    let last = Told { sealed_to: ends[8], attempts_failed: 0, has_failed: true };
    assert_eq!(script.heard.borrow().last(), Some(&last));
}

#[test]
fn a_page_list_that_was_cut_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 4);
    let mut keeper = Keeper { full_at: 2, ..Keeper::default() };
    follow(&mut keeper, dir.path(), &Script::new(vec![Look::Finished(ends[3])])).unwrap();
    let cut = Script::new(vec![Look::Finished(ends[1])]);
    let error = follow(&mut keeper, dir.path(), &cut).unwrap_err().to_string();
    assert!(error.contains("results/keeper.json") && error.contains("Remove"), "{error}");
}

#[test]
fn a_broken_row_or_position_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 2);
    let path = dir.path().join("pages/pages.jsonl");
    let broken =
        fs::read_to_string(&path).unwrap().replacen("\"status\":200", "\"status\":\"\"", 2);
    fs::write(&path, broken).unwrap();
    let mut keeper = Keeper { full_at: 2, ..Keeper::default() };
    let end = Script::new(vec![Look::Finished(ends[1])]);
    let error = follow(&mut keeper, dir.path(), &end).unwrap_err().to_string();
    assert!(error.contains("pages.jsonl at byte 0") && error.contains("repair"), "{error}");
    fs::create_dir_all(dir.path().join("results")).unwrap();
    fs::write(dir.path().join("results/keeper.json"), "{").unwrap();
    let error = follow(&mut keeper, dir.path(), &end).unwrap_err().to_string();
    assert!(error.contains("results/keeper.json") && error.contains("remove it"), "{error}");
}
