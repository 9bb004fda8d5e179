//! What can go wrong with the durable side, sorted by what the caller can do about it.

use crate::seen::SeenError;
use std::io;
use std::path::{Path, PathBuf};

/// What to do about a damaged store.
const MEND_STORE: &str = "run `crawler repair`, or restore this directory from a backup; captures \
                          already written are not touched by either";

/// The same of what cannot be mended in place.
const BEYOND_REPAIR: &str = "restore this directory from a backup, or run `crawler repair \
                             --rebuild`, which makes a queue from the links of stored pages; \
                             captures already written are not touched by either";

/// Why the frontier could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrontierError {
    /// The operating system refused; see also [`FrontierError::is_disk_full`].
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory concerned.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Stored bytes are not what was written. Nothing was used of them.
    #[error("{} is damaged: {detail}; to mend it, {mend}", path.display())]
    Damaged {
        /// The file or directory concerned.
        path: PathBuf,
        /// What is wrong, with the byte offset where there is one.
        detail: String,
        /// What the operator can do.
        mend: &'static str,
    },
    /// The store was written by another version of this program.
    #[error(
        "the frontier's format is {found}, this program reads format {expected}; finish the crawl \
         with the version that wrote it, or begin in a new directory and first tell it what is \
         stored, with `crawler import pages/pages.jsonl --as seen`"
    )]
    Format {
        /// Format number in the store.
        found: u32,
        /// Format number this program reads and writes.
        expected: u32,
    },
    /// Another process has the store open.
    #[error("{} is in use by another process", path.display())]
    Locked {
        /// The directory concerned.
        path: PathBuf,
    },
    /// An export was being restored here when the process ended.
    #[error(
        "{} holds part of an export, whose import did not end; delete this directory and import \
         again",
        path.display()
    )]
    Unfinished {
        /// The directory concerned.
        path: PathBuf,
    },
    /// A row could not be encoded: a defect of this program, not of the disk.
    #[error("a row could not be encoded: {detail}")]
    Encode {
        /// What the encoder said.
        detail: String,
    },
    /// An earlier write failed, so what is on disk is not known: open the store again.
    #[error("writing stopped after an earlier failure: {first}")]
    Poisoned {
        /// Text of the first failure.
        first: String,
        /// Whether that first failure was a full disk.
        disk_full: bool,
    },
}

impl FrontierError {
    /// Whether the cause is a full disk or an exhausted quota: then freeing space and starting
    /// again is all there is to do.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => is_full(source),
            Self::Poisoned { disk_full, .. } => *disk_full,
            _ => false,
        }
    }

    /// The same for somebody who has just tried `crawler repair`.
    #[must_use]
    pub fn beyond_mending(self) -> Self {
        match self {
            Self::Damaged { path, detail, .. } => Self::beyond_repair(&path, detail),
            other => other,
        }
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into(), mend: MEND_STORE }
    }

    /// What `crawler repair` does not mend.
    pub(crate) fn beyond_repair(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into(), mend: BEYOND_REPAIR }
    }

    /// Sorts an error of the embedded database at `path`.
    pub(crate) fn store(path: &Path, error: fjall::Error) -> Self {
        match error {
            fjall::Error::Io(source) | fjall::Error::Storage(fjall::LsmError::Io(source)) => {
                match source.kind() {
                    io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
                        Self::damaged(path, source.to_string())
                    }
                    _ => Self::io(path, source),
                }
            }
            fjall::Error::Locked => Self::Locked { path: path.to_owned() },
            fjall::Error::Poisoned => Self::Poisoned {
                first: format!("{}: the database's background threads failed", path.display()),
                disk_full: false,
            },
            other => Self::damaged(path, format!("{other:?}")),
        }
    }
}

impl From<SeenError> for FrontierError {
    fn from(error: SeenError) -> Self {
        match error {
            SeenError::Io { path, source } => Self::Io { path, source },
            SeenError::Damaged { path, detail } => Self::Damaged { path, detail, mend: MEND_STORE },
            SeenError::Format { found, expected, .. } => Self::Format { found, expected },
            SeenError::Ended => {
                Self::Poisoned { first: SeenError::Ended.to_string(), disk_full: false }
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart() {
        let path = Path::new("/data/store");
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let quota = || io::Error::from(io::ErrorKind::QuotaExceeded);
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let cases = [
            (FrontierError::io(path, full()), true),
            (FrontierError::io(path, quota()), true),
            (FrontierError::io(path, denied()), false),
            (FrontierError::store(path, fjall::Error::Io(full())), true),
            (FrontierError::store(path, fjall::Error::Storage(fjall::LsmError::Io(full()))), true),
            (FrontierError::store(path, fjall::Error::Poisoned), false),
            (FrontierError::Poisoned { first: "x".into(), disk_full: true }, true),
            (FrontierError::damaged(path, "x"), false),
        ];
        for (error, expected) in cases {
            assert_eq!(error.is_disk_full(), expected, "{error}");
        }
    }

    #[test]
    fn damage_names_the_file_and_the_way_out() {
        let text = FrontierError::damaged(Path::new("/d/seen-1.log"), "checksum at byte 16");
        let text = text.to_string();
        assert!(text.contains("/d/seen-1.log") && text.contains("byte 16"), "{text}");
        assert!(text.contains("crawler repair"), "{text}");
    }
}
