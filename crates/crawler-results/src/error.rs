//! What can go wrong while results are made.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of one format or sink; the crawl itself goes on, and so does the format at its next start.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// The operating system refused an operation on a file or folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
    /// A row of the page list cannot be read.
    #[error("{} at byte {offset}: {reason}: run `crawler repair`", path.display())]
    Malformed {
        /// The page list.
        path: PathBuf,
        /// Where the row begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The page list is shorter than what was made of it.
    #[error(
        "{} tells of {noted} bytes of the page list, which has {found}: it was cut or replaced since. \
         Remove that file and what it describes, and all of it is made again", path.display()
    )]
    Ahead {
        /// The position file.
        path: PathBuf,
        /// Bytes of the page list by the position file.
        noted: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A position file holds something else.
    #[error("{}: {reason}: remove it and what it describes, and all of it is made again", path.display())]
    Position {
        /// The position file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A WARC file cannot be read.
    #[error("{0}: run `crawler repair`")]
    Store(#[from] crawler_store::StoreError),
    /// A WARC record is not the one that the page list tells of.
    #[error("warc/{} at byte {offset}: {reason}: run `crawler repair`", path.display())]
    Record {
        /// Name of the WARC file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// What was made of the page list is not there.
    #[error(
        "{} is gone or cut, though results/{name}.json tells of it: remove that file too, and all of it is \
         made again", path.display()
    )]
    Gone {
        /// The folder.
        path: PathBuf,
        /// The follower that made it.
        name: &'static str,
    },
    /// The format's or sink's own failure.
    #[error("{0}")]
    Other(String),
}

impl ResultError {
    /// For `map_err`: wraps an I/O error with what was tried on which file.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
