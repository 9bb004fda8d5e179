//! Whether the database's journals still hold every commit.
//!
//! The database cuts a journal at the first byte it cannot read and goes on from there, as if the
//! commits behind it had never been. So each commit leaves a row in a file beside the database: up
//! to which byte of which journal it reaches, and the digest of all bytes before that. The rows are
//! written after the commit is durable and are not synced, so they are never ahead of it.

mod check;
mod row;

use crate::error::FrontierError;
use check::{Digests, Place, check};
use row::CommitRow;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) use check::{Torn, journal_path, journals_in};

/// Where the rows are, beside the database.
pub(super) const FILE: &str = "commits";

/// Follows the journals of an open database.
#[derive(Debug)]
pub(super) struct Journals {
    path: PathBuf,
    db_dir: PathBuf,
    file: File,
    rows: Vec<CommitRow>,
    digests: Digests,
}

/// What the rows say of the journals, before the database is opened.
#[derive(Debug)]
pub(super) struct Found {
    /// The last commit of which there is a row.
    pub(super) last: Option<CommitRow>,
    /// The first place where a journal is not what was written.
    pub(super) torn: Option<Torn>,
    rows: Vec<CommitRow>,
    digests: Digests,
}

impl Found {
    /// Reads the rows in `dir` and holds the journals in `db_dir` against them.
    pub(super) fn read(dir: &Path, db_dir: &Path) -> Result<Self, FrontierError> {
        let path = dir.join(FILE);
        let mut rows = match std::fs::read(&path) {
            Ok(bytes) => row::read(&bytes),
            // Without it the journals go unchecked this once; what they hold is not worse for it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(FrontierError::io(&path, error)),
        };
        let last = rows.last().copied();
        let (digests, torn) = check(db_dir, &mut rows)?;
        Ok(Self { last, torn, rows, digests })
    }

    /// Goes on from what was found; rows of journals that are gone are left out.
    pub(super) fn follow(self, dir: &Path, db_dir: &Path) -> Result<Journals, FrontierError> {
        let path = dir.join(FILE);
        let file = write_anew(&path, &self.rows)?;
        let (rows, digests) = (self.rows, self.digests);
        Ok(Journals { path, db_dir: db_dir.to_owned(), file, rows, digests })
    }

    /// Forgets the commits behind the torn place, so that the store can be opened without them.
    pub(super) fn forget_torn(&mut self) {
        if let Some(torn) = self.torn.take() {
            self.rows.retain(|row| row.number < torn.first_lost);
            self.last = self.rows.last().copied();
        }
    }
}

impl Journals {
    /// Takes note of a durable commit.
    pub(super) fn committed(&mut self, number: u64, seqno: u64) -> Result<(), FrontierError> {
        let before = self.rows.len();
        for Place { journal, end, digest } in self.digests.advance(&self.db_dir)? {
            self.rows.push(CommitRow { number, seqno, journal, end, digest });
        }
        let added = self.rows.get(before..).unwrap_or_default();
        if added.len() > 1 {
            let existing = check::journals_in(&self.db_dir)?;
            self.rows.retain(|row| existing.contains(&row.journal));
            self.file = write_anew(&self.path, &self.rows)?;
            return Ok(());
        }
        let bytes: Vec<u8> = added.iter().flat_map(|row| row.to_bytes()).collect();
        self.file.write_all(&bytes).map_err(|error| FrontierError::io(&self.path, error))
    }
}

/// Replaces the file, so that it never lacks a row it had.
fn write_anew(path: &Path, rows: &[CommitRow]) -> Result<File, FrontierError> {
    let failed = |error| FrontierError::io(path, error);
    let new = path.with_extension("tmp");
    let bytes: Vec<u8> = rows.iter().flat_map(|row| row.to_bytes()).collect();
    std::fs::write(&new, bytes).map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)?;
    OpenOptions::new().append(true).open(path).map_err(failed)
}
