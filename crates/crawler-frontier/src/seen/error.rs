//! What can go wrong with the seen set on disk.

use std::io;
use std::path::{Path, PathBuf};

/// What to do about damaged runs.
const MEND: &str = "run `crawler repair`, or restore the store's directory from a backup; captures \
                    already written are not touched by either";

/// Why runs could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum SeenError {
    /// The operating system refused; see also [`SeenError::is_disk_full`].
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory concerned.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Stored bytes are not what was written.
    #[error("{} is damaged: {detail}; to mend it, {MEND}", path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// What is wrong, with the byte offset where there is one.
        detail: String,
    },
    /// The run was written by another version of this program.
    #[error(
        "{} has format {found}, this program reads format {expected}; use the version of the \
         program that wrote it",
        path.display()
    )]
    Format {
        /// The file concerned.
        path: PathBuf,
        /// Format number in the file.
        found: u32,
        /// Format number this program reads and writes.
        expected: u32,
    },
    /// The thread that judges has ended, by a defect or because its store was closed.
    #[error("the seen set's thread has ended; open the store again")]
    Ended,
}

impl SeenError {
    /// Which file is wrong and in what, without the mend.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Damaged { path, detail } => format!("{}: {detail}", path.display()),
            other => other.to_string(),
        }
    }

    /// Whether the cause is a full disk or an exhausted quota: then freeing space is all there is
    /// to do, and what failed can be tried again.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        let Self::Io { source, .. } = self else { return false };
        matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into() }
    }
}
