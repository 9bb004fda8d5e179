//! Reads journals as plain bytes: what they mean is the database's affair.

use super::row::CommitRow;
use crate::error::FrontierError;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// Bytes read at once. A journal is filled up with zeros, so a piece of them is its end.
const PIECE_BYTES: usize = 64 << 10;

/// A place where a journal is not what was written.
#[derive(Clone, Debug)]
pub(in crate::db) struct Torn {
    pub(in crate::db) path: PathBuf,
    pub(in crate::db) journal: u64,
    /// All bytes before this one are as written, and they end with a whole commit.
    pub(in crate::db) sound_bytes: u64,
    /// The first commit that is not whole, and the last of which there is a row.
    pub(in crate::db) first_lost: u64,
    pub(in crate::db) last_lost: u64,
    pub(in crate::db) missing: bool,
    /// The database's count of writes at the last whole commit, if its row is left.
    pub(in crate::db) sound_seqno: Option<u64>,
}

impl Torn {
    pub(in crate::db) fn detail(&self) -> String {
        let (first, last) = (self.first_lost, self.last_lost);
        if self.missing {
            return format!("the journal is missing, and with it commits {first} to {last}");
        }
        format!(
            "its bytes from {} on are not what commits {first} to {last} wrote",
            self.sound_bytes
        )
    }
}

/// The newest journal, read up to the last commit.
#[derive(Debug, Default)]
pub(super) struct Digests {
    journal: u64,
    end: u64,
    state: Box<State>,
}

#[derive(Default)]
struct State(Xxh3);

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl Digests {
    /// Reads on to the end of what is written. When the database has begun another journal, the
    /// last commit may stand at the end of the one before, so there is a place in each.
    pub(super) fn advance(&mut self, db_dir: &Path) -> Result<Vec<Place>, FrontierError> {
        let mut places = Vec::new();
        for journal in journals_in(db_dir)?.range(self.journal..) {
            if *journal != self.journal {
                *self = Self { journal: *journal, ..Self::default() };
            }
            let path = journal_path(db_dir, self.journal);
            match self.read_on(&path) {
                // An older one that was written out in the meantime.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                read => read.map_err(|error| FrontierError::io(&path, error))?,
            }
            let Self { journal, end, state } = &*self;
            places.push(Place { journal: *journal, end: *end, digest: state.0.digest() });
        }
        Ok(places)
    }

    fn read_on(&mut self, path: &Path) -> std::io::Result<()> {
        let mut file = File::open(path)?;
        // A commit may be large: it is read in pieces, since the pages of one buffer for all of it
        // would be taken and given back with each commit.
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        loop {
            file.seek(SeekFrom::Start(self.end))?;
            piece.clear();
            (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
            // A commit ends with a mark that is not zero.
            let Some(last) = piece.iter().rposition(|byte| *byte != 0) else { return Ok(()) };
            piece.truncate(last + 1);
            self.state.0.update(&piece);
            self.end += piece.len() as u64;
        }
    }
}

/// Up to where a journal is written.
pub(super) struct Place {
    pub(super) journal: u64,
    pub(super) end: u64,
    pub(super) digest: u64,
}

/// Holds the journals against the rows. Rows of journals that the database has removed, oldest
/// first, are taken out.
pub(super) fn check(
    db_dir: &Path,
    rows: &mut Vec<CommitRow>,
) -> Result<(Digests, Option<Torn>), FrontierError> {
    let existing = journals_in(db_dir)?;
    let last_lost = rows.last().map_or(0, |row| row.number);
    let mut by_journal: BTreeMap<u64, Vec<CommitRow>> = BTreeMap::new();
    for row in rows.iter() {
        by_journal.entry(row.journal).or_default().push(*row);
    }
    let mut digests = Digests::default();
    let mut older_seen = false;
    let mut sound_seqno = None;
    for (journal, commits) in by_journal {
        let path = journal_path(db_dir, journal);
        let newer_exists = existing.iter().any(|other| *other > journal);
        if !existing.contains(&journal) && newer_exists && !older_seen {
            sound_seqno = commits.last().map(|last| last.seqno);
            rows.retain(|row| row.journal != journal);
            continue;
        }
        older_seen = true;
        let torn = |commit: &CommitRow, sound_bytes, missing, sound_seqno| Torn {
            path: path.clone(),
            journal,
            sound_bytes,
            first_lost: commit.number,
            last_lost,
            missing,
            sound_seqno,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let torn = commits.first().map(|first| torn(first, 0, true, sound_seqno));
                return Ok((digests, torn));
            }
            Err(error) => return Err(FrontierError::io(&path, error)),
        };
        let mut state = Box::<State>::default();
        let mut end = 0;
        for commit in &commits {
            let failed = |error| FrontierError::io(&path, error);
            if !feed(&file, commit.end - end.min(commit.end), &mut state.0).map_err(failed)?
                || state.0.digest() != commit.digest
            {
                return Ok((digests, Some(torn(commit, end, false, sound_seqno))));
            }
            end = commit.end;
            sound_seqno = Some(commit.seqno);
        }
        digests = Digests { journal, end, state };
    }
    Ok((digests, None))
}

/// Reads the next bytes of the file; false when there are fewer.
fn feed(mut file: &File, bytes: u64, state: &mut Xxh3) -> std::io::Result<bool> {
    let mut left = bytes;
    let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(bytes).unwrap_or(PIECE_BYTES))];
    while left > 0 {
        let wanted = piece.len().min(usize::try_from(left).unwrap_or(PIECE_BYTES));
        let Some(room) = piece.get_mut(..wanted) else { return Ok(false) };
        match file.read_exact(room) {
            Ok(()) => state.update(room),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        left -= wanted as u64;
    }
    Ok(true)
}

pub(in crate::db) fn journal_path(db_dir: &Path, journal: u64) -> PathBuf {
    db_dir.join(format!("{journal}.jnl"))
}

/// Numbers of the journals there are.
pub(in crate::db) fn journals_in(db_dir: &Path) -> Result<BTreeSet<u64>, FrontierError> {
    let failed = |error| FrontierError::io(db_dir, error);
    let mut numbers = BTreeSet::new();
    let entries = match std::fs::read_dir(db_dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(numbers),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(".jnl"));
        numbers.extend(stem.and_then(|stem| stem.parse::<u64>().ok()));
    }
    Ok(numbers)
}
