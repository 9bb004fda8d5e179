//! The store-writer thread: the only one that writes to disk.
//!
//! Captures are appended as they come. At most once a second everything since the last commit
//! becomes durable in one step: first the output files are synced, then one database batch
//! records their lengths together with the frontier's changes. Whatever kills the process, the
//! next start cuts the files back to the recorded lengths and finds a frontier that agrees.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use crawler_frontier::{FrontierDb, FrontierError, Ops};
use crawler_politeness::UnixMillis;
use crawler_store::{EncodedCapture, StoreError, StorePositions, StoreWriter};
use crawler_url::ShardId;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::counters::Counters;
use crate::phase::{Finish, Phase};
use crate::shared::{Shared, locked};
use crate::snapshot::Snapshot;
use crate::traps::Trap;

/// Longest time that settled work waits to become durable.
const COMMIT_INTERVAL: Duration = Duration::from_secs(1);
/// Shortest time between commits, when shards wait for one.
const COMMIT_GAP: Duration = Duration::from_millis(50);
/// Frontier changes that trigger a commit before its time, to bound memory.
const COMMIT_OPS_MAX: usize = 200_000;
/// How often it is tried to open a file while there are too many.
const FILES_PAUSE: Duration = Duration::from_millis(50);
/// How long that is tried once the crawl stops: its connections are closed by then.
const FILES_WAIT_STOPPING: Duration = Duration::from_secs(5);
/// Batches that may wait for the writer; senders keep theirs when it is full.
pub(crate) const QUEUE_BATCHES_MAX: usize = 256;

/// What the writer is asked to do.
pub(crate) enum ToWriter {
    /// Append and, with the next commit, make durable.
    Batch(Box<ShardBatch>),
    /// Commit now, expect `shard` to number its changes from 1 again, then answer.
    Barrier { shard: ShardId, done: SyncSender<()> },
    /// Commit, close the files and end.
    Close,
}

/// What one shard has to make durable together.
pub(crate) struct ShardBatch {
    pub(crate) shard: ShardId,
    pub(crate) captures: Vec<EncodedCapture>,
    pub(crate) skipped: Vec<Vec<u8>>,
    /// Rows of the crawl log, one behind the other.
    pub(crate) log: Vec<u8>,
    pub(crate) ops: Ops,
    pub(crate) counters: Counters,
    /// URLs that are queued again, by the reason they had failed for.
    pub(crate) requeued: BTreeMap<String, u64>,
    /// What the sender added to the backlog for this batch.
    pub(crate) bytes: u64,
}

impl ShardBatch {
    /// Whether there is nothing in it worth sending.
    pub(crate) fn is_empty(&self) -> bool {
        self.ops.is_empty()
            && self.captures.is_empty()
            && self.skipped.is_empty()
            && self.log.is_empty()
            && self.counters == Counters::default()
            && self.requeued.is_empty()
    }
}

/// What the database keeps for the engine with each commit.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// None in a directory into which URLs were brought before its first crawl.
    #[serde(default)]
    pub(crate) positions: Option<StorePositions>,
    pub(crate) counters: Counters,
    /// Templates of URLs that bring nothing new.
    #[serde(default)]
    pub(crate) traps: Vec<Trap>,
    /// Addresses that must not be asked before a time to come.
    #[serde(default)]
    pub(crate) addresses: Vec<(IpAddr, UnixMillis)>,
    /// Where the rows of this generation begin in `reports/skipped.jsonl`.
    #[serde(default)]
    pub(crate) skipped_from: u64,
    /// When it was written, by the crawl's own time.
    #[serde(default)]
    pub(crate) at: UnixMillis,
    /// The queue was made from stored pages, and so without a scope.
    #[serde(default)]
    pub(crate) is_rebuilt: bool,
}

/// Why nothing more can be written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    #[error("cannot encode the checkpoint: {0}")]
    Checkpoint(#[from] serde_json::Error),
}

impl WriteError {
    fn finish(&self) -> Finish {
        let full = match self {
            Self::Store(error) => error.is_disk_full(),
            Self::Frontier(error) => error.is_disk_full(),
            Self::Checkpoint(_) => false,
        };
        if full { Finish::DiskFull(self.to_string()) } else { Finish::Failed(self.to_string()) }
    }
}

/// The thread's state.
pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) store: StoreWriter,
    pub(crate) frontier: FrontierDb,
    pending: Ops,
    /// Number of each shard's newest ops in `pending` or committed.
    numbers: Vec<u64>,
    dirty: bool,
    committed_at: Instant,
    stats_at: Instant,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, store: StoreWriter, frontier: FrontierDb) -> Self {
        let numbers = vec![0; shared.gauges.len()];
        let committed_at = Instant::now();
        Self {
            shared,
            store,
            frontier,
            pending: Ops::default(),
            numbers,
            dirty: true,
            committed_at,
            stats_at: committed_at,
        }
    }

    /// Works until it is closed or a write fails; then the crawl is told and stops.
    pub(crate) fn run(mut self, inbox: &Receiver<ToWriter>) {
        let outcome = self.serve(inbox);
        let (shared, outcome) = (Arc::clone(&self.shared), outcome.and_then(|()| self.close()));
        if let Err(error) = outcome {
            tracing::error!(%error, "store failed, the crawl stops; what was committed is safe");
            shared.advance(Phase::Stopping, Some(error.finish()));
            discard(&shared, inbox);
        }
    }

    /// Works until it is told to close.
    fn serve(&mut self, inbox: &Receiver<ToWriter>) -> Result<(), WriteError> {
        // Before any page: otherwise a file closed before the first commit would be kept by the
        // next start as somebody else's, and its pages stored twice. There is nothing to tell yet:
        // stats.json stays as the last run left it.
        self.commit()?;
        loop {
            match inbox.recv_timeout(self.patience()) {
                Ok(ToWriter::Batch(batch)) => self.append(*batch)?,
                Ok(ToWriter::Barrier { shard, done }) => {
                    self.commit()?;
                    self.numbers[usize::from(shard.0)] = 0;
                    self.shared.writer.committed[usize::from(shard.0)]
                        .0
                        .store(0, Ordering::Release);
                    // A requester that is gone has nobody left to tell.
                    let _ = done.send(());
                }
                Ok(ToWriter::Close) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.is_commit_due() {
                self.commit()?;
                self.write_stats();
            } else if self.stats_at.elapsed() >= COMMIT_INTERVAL {
                self.write_stats();
            }
        }
    }

    fn patience(&self) -> Duration {
        let unsaved = match (self.dirty, self.shared.writer.commit_wanted.load(Ordering::Relaxed)) {
            (false, _) => Unsaved::Nothing,
            (true, false) => Unsaved::Something,
            (true, true) => Unsaved::Awaited,
        };
        patience(unsaved, self.committed_at.elapsed(), self.stats_at.elapsed())
    }

    fn is_commit_due(&self) -> bool {
        let wanted = self.shared.writer.commit_wanted.load(Ordering::Relaxed);
        let since = self.committed_at.elapsed();
        self.dirty && (since >= COMMIT_INTERVAL || wanted && since >= COMMIT_GAP)
            || self.pending.len() >= COMMIT_OPS_MAX
    }

    fn append(&mut self, batch: ShardBatch) -> Result<(), WriteError> {
        self.dirty = true;
        for capture in &batch.captures {
            self.append_capture(capture)?;
        }
        for row in &batch.skipped {
            self.store.append_skipped(row)?;
        }
        self.store.append_log(&batch.log)?;
        self.shared.writer.backlog_bytes.fetch_sub(batch.bytes, Ordering::Relaxed);
        let number = &mut self.numbers[usize::from(batch.shard.0)];
        *number = (*number).max(batch.ops.number());
        self.pending.merge(batch.ops);
        let mut totals = locked(&self.shared.totals);
        totals.merge(batch.counters);
        totals.take_back(batch.requeued);
        drop(totals);
        Ok(())
    }

    /// Appends a capture. While no new WARC file can be opened for it, nothing is fetched and idle
    /// connections are closed, until there is an open file to be had.
    fn append_capture(&mut self, capture: &EncodedCapture) -> Result<(), WriteError> {
        let writer = &self.shared.writer;
        let mut stopping_since = None;
        let outcome = loop {
            match self.store.append(capture) {
                Err(error) if error.is_out_of_files() => {
                    if !writer.wants_files.swap(true, Ordering::Relaxed) {
                        tracing::warn!(
                            "no open file left for the next WARC file, the crawl holds: {error}. It \
                             goes on by itself when there is one: raise the limit (`ulimit -n`)"
                        );
                    }
                    let is_stopping = self.shared.phase() == Phase::Stopping;
                    let since =
                        is_stopping.then(|| *stopping_since.get_or_insert_with(Instant::now));
                    if since.is_some_and(|since| since.elapsed() >= FILES_WAIT_STOPPING) {
                        break Err(error);
                    }
                    std::thread::sleep(FILES_PAUSE);
                }
                outcome => break outcome,
            }
        };
        if writer.wants_files.swap(false, Ordering::Relaxed) && outcome.is_ok() {
            tracing::info!("there is an open file again, the crawl goes on");
        }
        Ok(outcome?)
    }

    fn commit(&mut self) -> Result<(), WriteError> {
        let begun = Instant::now();
        self.shared.writer.commit_wanted.store(false, Ordering::Relaxed);
        crawler_faults::reached("commit.begun");
        let positions = self.store.sync()?;
        crawler_faults::reached("commit.synced");
        let pending = std::mem::take(&mut self.pending);
        record(&self.shared, &mut self.frontier, positions, pending)?;
        crawler_faults::reached("commit.recorded");
        if self.shared.pressure.relief().spill {
            self.frontier.spill()?;
        }
        for (number, (committed, waiting)) in self.numbers.iter().zip(&self.shared.writer.committed)
        {
            committed.store(*number, Ordering::Release);
            waiting.notify_one();
        }
        self.dirty = false;
        self.committed_at = Instant::now();
        self.shared.writer.commit_time.note(self.committed_at - begun);
        self.stats_at = self.committed_at;
        Ok(())
    }

    fn write_stats(&mut self) {
        self.stats_at = Instant::now();
        if let Err(error) = Snapshot::take(&self.shared).write(&self.shared.config.data_dir) {
            tracing::warn!(%error, "cannot write stats.json");
        }
        self.report_traps();
    }

    fn report_traps(&self) {
        if let Err(error) = self.shared.traps.report(&self.shared.config.data_dir) {
            tracing::warn!(%error, "cannot write reports/traps.jsonl");
        }
    }

    /// Commits what is left, closes the output files and records their final names.
    fn close(mut self) -> Result<(), WriteError> {
        self.report_traps();
        let positions = self.store.close()?;
        crawler_faults::reached("commit.closed");
        record(&self.shared, &mut self.frontier, positions, self.pending)?;
        Ok(self.frontier.close()?)
    }
}

/// What the writer has that no commit has made durable.
#[derive(Debug, Clone, Copy)]
enum Unsaved {
    Nothing,
    Something,
    /// And a shard waits for it.
    Awaited,
}

/// Longest wait for the next batch. Never nothing, so that waiting keeps no core busy.
fn patience(unsaved: Unsaved, since_commit: Duration, since_stats: Duration) -> Duration {
    let left = match unsaved {
        // However long ago the last commit was, only statistics become due.
        Unsaved::Nothing => COMMIT_INTERVAL.saturating_sub(since_stats),
        // A shard may ask for a commit while the writer waits.
        Unsaved::Something => COMMIT_INTERVAL.saturating_sub(since_commit).min(COMMIT_GAP),
        Unsaved::Awaited => COMMIT_GAP.saturating_sub(since_commit),
    };
    left.max(Duration::from_millis(1))
}

/// The durable step: frontier changes, output lengths and counters in one database batch.
fn record(
    shared: &Shared,
    frontier: &mut FrontierDb,
    positions: StorePositions,
    pending: Ops,
) -> Result<(), WriteError> {
    let counters = locked(&shared.totals).clone();
    // What ends before the next commit need not be remembered.
    let at = clock::now();
    let addresses = shared.ip_limits.waiting(at + COMMIT_INTERVAL);
    let pages_bytes = positions.pages_bytes();
    let positions = Some(positions);
    let traps = shared.traps.all();
    let skipped_from = shared.skipped_from;
    let is_rebuilt = shared.is_rebuilt;
    let checkpoint =
        Checkpoint { positions, counters, traps, addresses, skipped_from, at, is_rebuilt };
    let payload = serde_json::to_vec(&checkpoint)?;
    frontier.commit(pending, &payload)?;
    shared.writer.pages_bytes.store(pages_bytes, Ordering::Release);
    Ok(())
}

/// After a failure: takes what still comes, so that no shard waits, and writes nothing.
fn discard(shared: &Shared, inbox: &Receiver<ToWriter>) {
    while let Ok(message) = inbox.recv() {
        match message {
            ToWriter::Batch(batch) => {
                shared.writer.backlog_bytes.fetch_sub(batch.bytes, Ordering::Relaxed);
            }
            ToWriter::Barrier { done, .. } => drop(done),
            ToWriter::Close => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_writer_sleeps_until_statistics_are_due() {
        let table = [
            (Unsaved::Nothing, 60_000, 0, 1000),
            (Unsaved::Nothing, 60_000, 400, 600),
            (Unsaved::Nothing, 0, 1000, 1),
            (Unsaved::Something, 0, 0, 50),
            (Unsaved::Something, 990, 0, 10),
            (Unsaved::Awaited, 20, 0, 30),
            (Unsaved::Awaited, 60_000, 0, 1),
        ];
        for (unsaved, since_commit, since_stats, expected) in table {
            let ms = Duration::from_millis;
            let waits = patience(unsaved, ms(since_commit), ms(since_stats));
            assert_eq!(waits, ms(expected), "{unsaved:?} {since_commit} {since_stats}");
        }
    }
}
