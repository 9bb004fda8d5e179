//! What can go wrong with the files of the store.

use std::io;
use std::path::{Path, PathBuf};

/// Too many files are open in the whole system, and in this process (errno(3); the same numbers on
/// Linux and the BSDs).
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

/// A failure of the store; every variant that concerns a file names it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
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
    /// A file is shorter than what was committed: bytes that were durable are gone.
    #[error(
        "{} has {found} bytes but {expected} were committed: restore the file from a copy, \
         or run `crawler repair`", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Bytes that were committed.
        expected: u64,
        /// Bytes the file has; 0 when it is missing.
        found: u64,
    },
    /// A record or row cannot be read.
    #[error("{} at byte {offset}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where the record or row begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An earlier append or sync failed, so what the files hold is unknown until the next open.
    #[error("store refuses writes after an earlier failure: {reason}")]
    Poisoned {
        /// The earlier failure.
        reason: String,
    },
    /// A setting cannot be used.
    #[error("{setting} {value:?} {reason}")]
    Config {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: String,
        /// Why it is refused.
        reason: &'static str,
    },
}

impl StoreError {
    /// Whether the disk (or the quota) is full: the files are whole up to the last sync, and the
    /// crawl can continue once there is room.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }

    /// Whether this process, or the system, may have no more files open: nothing was written, and
    /// what was refused can be tried again once some are closed.
    #[must_use]
    pub fn is_out_of_files(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(source.raw_os_error(), Some(EMFILE | ENFILE)),
            _ => false,
        }
    }

    /// For `map_err`: wraps an I/O error with what was tried on which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// A record or row of `path` that cannot be read.
    pub(crate) fn malformed(path: &Path, offset: u64, reason: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), offset, reason: reason.into() }
    }
}
