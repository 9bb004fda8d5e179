//! What the crawl leaves, as objects of an S3-compatible store, while it goes on.
//!
//! Each object is the committed part of a file that will not change: whole WARC files, ranges of the
//! page list, of the index and of the lines that followers make, Parquet files. What is there is in `results/uploads.jsonl`.

pub(in crate::sink) mod ledger;
pub(in crate::sink) mod object;
mod put;
pub(in crate::sink) mod target;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use object_store::aws::AmazonS3;
use serde_json::Value;

use super::attempt::{Failures, until_done};
use super::backoff::Backoff;
use super::wait::Waiting;
use crate::error::ResultError;
use crate::follow::{Delivery, Follower, PageRow, Role, RowRange};
use ledger::Ledger;
use object::{Lines, Object, Rows};
use put::Put;
pub use target::{BadTarget, S3Target};

/// How long rows may wait: an object of few rows costs a request as well.
const PATIENCE: Duration = Duration::from_secs(300);
const ROWS_BYTES_MAX: u64 = 64 << 20;
/// A Parquet file that was not written for so long is not written anew soon.
const SETTLED: Duration = Duration::from_secs(900);

/// Uploads what the crawl has committed.
pub struct Upload {
    data_dir: PathBuf,
    target: S3Target,
    store: Arc<AmazonS3>,
    backoff: Backoff,
    failures: Failures,
    ledger: Option<Ledger>,
    /// Behind the last row taken.
    at: u64,
    /// Where the last sealed range ended.
    sealed_to: u64,
    /// Rows taken that no object has yet.
    rows: u64,
    /// The WARC file of the last row.
    warc: Option<String>,
    /// Whether the rows taken tell of a WARC file that was completed.
    has_complete_warc: bool,
    /// What is to be uploaded, once that is known.
    queue: Option<VecDeque<Object>>,
    waiting: Waiting<Option<String>>,
}

impl Upload {
    /// Gets ready to upload the crawl in `data_dir`, as the `AWS_*` variables of the environment say.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(data_dir: &Path, target: S3Target, backoff: Backoff) -> Result<Self, ResultError> {
        Ok(Self {
            data_dir: data_dir.to_owned(),
            store: target.connect()?,
            target,
            backoff,
            failures: Failures::default(),
            ledger: None,
            at: 0,
            sealed_to: 0,
            rows: 0,
            warc: None,
            has_complete_warc: false,
            queue: None,
            waiting: Waiting::new()?,
        })
    }

    /// What of the rows up to `to`, and of all that is complete, is not there yet. What others write
    /// must be `settled` since that time while they are at work.
    fn plan(
        &mut self,
        to: u64,
        settled: Option<SystemTime>,
    ) -> Result<VecDeque<Object>, ResultError> {
        let Some(ledger) = &mut self.ledger else { return Ok(VecDeque::new()) };
        let Rows { pages, cdxj } = ledger.rows();
        if to > pages.1 {
            let end = object::index_end(&self.data_dir, cdxj.1, self.rows)?;
            ledger.begin(Rows { pages: (pages.1, to), cdxj: (cdxj.1, end) })?;
            self.rows = 0;
        }
        for (file, sealed) in object::sealed_lines(&self.data_dir)? {
            let from = ledger.lines_to(&file);
            if sealed < from {
                return Err(was_made_anew(&file, from));
            }
            if sealed > from {
                ledger.begin_lines(Lines { file, bytes: (from, sealed) })?;
            }
        }
        let mut objects = ledger.undone_rows(&self.data_dir);
        objects.extend(ledger.undone_lines(&self.data_dir));
        let current = settled.and(self.warc.as_deref());
        objects.extend(object::warcs(&self.data_dir, current)?);
        objects.extend(object::made(&self.data_dir, settled)?);
        objects.retain(|object| object.from < object.to && !ledger.has(object));
        Ok(objects.into())
    }

    /// Goes on with what is planned, for about a turn.
    fn work_off(&mut self) -> Result<Delivery, ResultError> {
        let (Some(ledger), Some(queue)) = (&mut self.ledger, &mut self.queue) else {
            return Ok(Delivery::Done);
        };
        let Some(object) = queue.front() else {
            self.queue = None;
            return Ok(Delivery::Done);
        };
        let begin = || {
            let put = Put {
                store: Arc::clone(&self.store),
                location: self.target.location(&object.key),
                object: object.clone(),
                stale_parts: ledger.stale_parts(&object.key),
                notes: ledger.notes.clone(),
            };
            Box::pin(until_done(put, self.backoff, self.failures.clone())) as _
        };
        if let Some(etag) = self.waiting.turn(begin)? {
            ledger.add(object, etag)?;
            queue.pop_front();
        }
        Ok(Delivery::UnderWay)
    }
}

fn was_made_anew(file: &str, uploaded: u64) -> ResultError {
    ResultError::Other(format!(
        "{file} has less than the {uploaded} bytes that were uploaded of it, so it was made anew since: remove \
         results/uploads.jsonl and results/upload.json, and all is uploaded again"
    ))
}

impl Follower for Upload {
    fn name(&self) -> &'static str {
        "upload"
    }

    fn role(&self) -> Role {
        Role::Gathers
    }

    fn open(&mut self, position: u64, _state: &Value) -> Result<(), ResultError> {
        let ledger = Ledger::open(&self.data_dir, &self.target)?;
        if ledger.rows().pages.1 < position {
            return Err(ResultError::Other(format!(
                "results/uploads.jsonl lacks what was uploaded of the first {position} bytes of the page \
                 list: remove results/upload.json too, and all of it is uploaded again"
            )));
        }
        self.ledger = Some(ledger);
        (self.at, self.sealed_to) = (position, position);
        (self.rows, self.warc, self.queue) = (0, None, None);
        self.waiting.drop_task();
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        if self.ledger.as_ref().is_some_and(|ledger| self.at >= ledger.rows().pages.1) {
            self.rows += 1;
        }
        self.at += row.line.len() as u64;
        if self.warc.as_deref() != Some(&row.warc.file) {
            self.has_complete_warc |= self.warc.is_some();
            self.warc = Some(row.warc.file.to_string());
        }
        Ok(())
    }

    fn attempts_failed(&self) -> u64 {
        self.failures.count()
    }

    fn is_full(&self) -> bool {
        self.has_complete_warc || self.at - self.sealed_to >= ROWS_BYTES_MAX
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn deliver(&mut self, range: RowRange) -> Result<Delivery, ResultError> {
        if self.queue.is_none() {
            let settled = SystemTime::now().checked_sub(SETTLED).unwrap_or(SystemTime::UNIX_EPOCH);
            self.queue = Some(self.plan(range.to, Some(settled))?);
        }
        self.work_off()
    }

    fn finish(&mut self) -> Result<Delivery, ResultError> {
        if self.queue.is_none() {
            self.queue = Some(self.plan(self.at, None)?);
        }
        self.work_off()
    }

    fn seal(&mut self, range: RowRange) -> Result<Value, ResultError> {
        self.sealed_to = range.to;
        self.has_complete_warc = false;
        Ok(Value::Null)
    }
}
