//! The seen set: lets each URL through once, with nearly all of its members on disk.
//!
//! A shard [offers](SeenSet::offer) keys. Those its memory cannot answer are collected in a batch;
//! a full batch is sorted and judged against sorted runs on disk, all at once, by a thread of its
//! own; what is new comes back by [`SeenSet::poll`], in discovery order. So the cost of a key does
//! not grow with the size of the set but for the larger runs to be read, sequentially.
//!
//! - [`SeenStore`]: the runs of the process, with the thread that judges and the thread that
//!   merges small runs into larger ones. It belongs to the side that commits.
//! - [`SeenSet`]: one shard's view. It never blocks and never touches the disk.
//!
//! What is durable is up to the caller, in three rules:
//! 1. each key let through is recorded with what was queued for it (a *fresh row*),
//! 2. each key deferred is recorded with its payload until its batch is done, and offered again
//!    after a crash,
//! 3. when [`SeenEvent::Done`] names a run, one commit replaces the shard's fresh rows by the
//!    run's [`RunMeta`]; then [`SeenStore::publish`] is told.
//!
//! A run file that no commit names is removed at the next opening, so that a crash at any moment
//! leaves either the fresh rows or the run.

mod batch;
mod candidate;
mod compact;
mod error;
#[cfg(test)]
pub(crate) mod faulty;
mod files;
mod judge;
mod key;
mod members;
mod merge;
mod rebuild;
mod recent;
mod run;
mod set;
mod shared;
mod store;
#[cfg(test)]
mod tests;

pub use compact::Compaction;
pub use error::SeenError;
pub use files::{Appending, Files, Reading, RealFiles};
pub use key::SeenKey;
pub(crate) use rebuild::{DamagedRun, damaged_runs};
pub use run::RunMeta;
pub use set::SeenSet;
pub use store::{SeenHandle, SeenStore};

/// How much a shard's seen set keeps in memory.
#[derive(Clone, Copy, Debug)]
pub struct SeenLimits {
    /// Keys let through that are in no run yet; with this many a run is written.
    pub fresh_keys: usize,
    /// Keys that are judged at once. Up to three batches are in memory: one collected, one under
    /// judgement, one let out; 16 bytes a key and the payloads.
    pub batch_keys: usize,
    /// Bytes of payloads that are judged at once, as told to [`SeenSet::offer`].
    pub batch_bytes: usize,
    /// Cells of the cache of recent keys, 8 bytes each; at least 65,536.
    pub recent_slots: usize,
}

/// Names a batch of deferred keys; counts up within a [`SeenSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(
    /// The number of the batch.
    pub u64,
);

/// What came of an offer.
#[derive(Debug, PartialEq, Eq)]
pub enum Offer<P> {
    /// The key was offered before: drop it.
    Seen,
    /// The key is new: this is its payload.
    New(P),
    /// The runs must be asked; what is new of the batch comes back by [`SeenSet::poll`].
    Deferred(BatchId),
}

/// What comes out of a [`SeenSet`].
#[derive(Debug)]
pub enum SeenEvent<P> {
    /// A key that was deferred is new.
    New(SeenKey, P),
    /// All new keys of a batch are let out.
    Done {
        /// The batch; `None` when a run was written without one.
        batch: Option<BatchId>,
        /// A durable run with all keys of this set let through so far that are in no earlier run.
        run: Option<RunMeta>,
        /// How many keys of the batch were seen before.
        dropped: u64,
    },
    /// A batch could not be judged, or its run not be written. Nothing is lost: the batch waits
    /// for the next [`SeenSet::flush`], which tries again.
    Failed(SeenError),
}
