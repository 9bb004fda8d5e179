//! The named steps of a crawl's life.

use serde::{Deserialize, Serialize};

use crate::snapshot::Snapshot;

/// Where a crawl is in its life; it only moves forward, except between `Running` and `Paused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The data directory is being opened and the shards are recovering their queues.
    Starting,
    /// URLs are leased and fetched.
    Running,
    /// No new URL is leased; fetches in flight end normally and the crawl clock stands still.
    Paused,
    /// No new URL is leased; the crawl ends when the fetches in flight have ended.
    Draining,
    /// What is still in flight is given back; everything settled is made durable.
    Stopping,
    /// All threads have ended and all files are closed.
    Stopped,
}

impl Phase {
    /// The phase's name, as logs and the statistics show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Draining => "draining",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

/// Why a crawl ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// Nothing is queued, in flight or undelivered.
    Done,
    /// `Limits::pages` were fetched.
    PageLimit,
    /// `Limits::bytes` were received.
    ByteLimit,
    /// `Limits::time` has passed.
    TimeLimit,
    /// The operator asked for a drain.
    Interrupted,
    /// The operator asked to stop at once.
    Forced,
    /// The disk is full; the text names the file.
    DiskFull(String),
    /// A thread could not be kept running or the store failed; the text says which and why.
    Failed(String),
}

impl Finish {
    /// A stable snake-case word for scripts.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::PageLimit => "page_limit",
            Self::ByteLimit => "byte_limit",
            Self::TimeLimit => "time_limit",
            Self::Interrupted => "interrupted",
            Self::Forced => "forced",
            Self::DiskFull(_) => "disk_full",
            Self::Failed(_) => "failed",
        }
    }
}

/// What a crawl leaves to be said when it has stopped.
#[derive(Debug, Clone)]
pub struct FinalReport {
    /// Why it ended.
    pub finish: Finish,
    /// The last numbers.
    pub snapshot: Snapshot,
    /// URLs that were still in flight when the drain deadline passed (at most 20 a shard).
    pub laggards: Vec<String>,
}
