//! Why a crawl could not begin.

use std::io;
use std::path::PathBuf;

use crawler_fetch::FetchSetupError;
use crawler_frontier::FrontierError;
use crawler_store::StoreError;

use crate::control::OperatorStateError;

/// Why a crawl could not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process crawls on the same data directory.
    #[error("{} is in use by {}; stop it first, or choose another directory with --output", dir.display(), holder(*pid))]
    Locked {
        /// The data directory.
        dir: PathBuf,
        /// Who has it, if that could be read.
        pid: Option<u32>,
    },
    /// The data directory cannot be made, read or written.
    #[error("cannot use the data directory {}: {source}", dir.display())]
    DataDir {
        /// The data directory.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The frontier cannot be opened.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// The captures or their indexes cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The frontier's last checkpoint cannot be understood.
    #[error("the checkpoint in {} is damaged ({source}); run `crawler repair`, or start over with --fresh", dir.display())]
    Checkpoint {
        /// The data directory.
        dir: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// The crawl was begun with other rules of what is the same URL.
    #[error(
        "the crawl in {} remembers its urls by other rules: {}; keep its rules, fetch everything \
         again with --recrawl, or begin anew with --fresh",
        dir.display(),
        differences.join(", ")
    )]
    OtherRules {
        /// The data directory.
        dir: PathBuf,
        /// How the rules given differ from those of the crawl.
        differences: Vec<String>,
    },
    /// There are results of an earlier crawl, but nothing that says how far it came.
    #[error(
        "{} has results of an earlier crawl, but its store/ is empty or lost its first commit; \
         restore store/ from a backup, run `crawler repair`, or begin anew with --fresh or \
         another --output",
        dir.display()
    )]
    LostFrontier {
        /// The data directory.
        dir: PathBuf,
    },
    /// What the operator of an earlier run decided cannot be understood.
    #[error(transparent)]
    Operator(#[from] OperatorStateError),
    /// TLS roots or another part of the fetch path cannot be set up.
    #[error(transparent)]
    Fetch(#[from] FetchSetupError),
    /// There is neither a seed nor an earlier crawl to continue.
    #[error("no seeds: give URLs, --seeds FILE, or the --output directory of an earlier crawl")]
    NoSeeds,
    /// A thread could not be started.
    #[error("cannot start the {name} thread: {source}")]
    Thread {
        /// Which thread.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StartError {
    /// Whether the disk or the quota is full: the crawl goes on once there is room.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::DataDir { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Frontier(error) => error.is_disk_full(),
            Self::Store(error) => error.is_disk_full(),
            _ => false,
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
