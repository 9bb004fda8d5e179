//! Opening the store.

use super::journals::Found;
use super::{FrontierDb, RUN_PREFIX, checkpoint::Checkpoint, db_dir, manifests, spaces, step};
use crate::error::FrontierError;
use crate::seen::{DamagedRun, RealFiles, RunMeta, SeenStore};
use fjall::{PersistMode, Readable, Snapshot};
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

const GENERATION_FIRST: u32 = 1;
/// Where the seen set keeps its files.
pub(super) const SEEN_DIR: &str = "seen";

pub(super) fn open(dir: &Path) -> Result<FrontierDb, FrontierError> {
    std::fs::create_dir_all(dir).map_err(|error| FrontierError::io(dir, error))?;
    if crate::transfer::is_unfinished(dir) {
        return Err(FrontierError::Unfinished { path: dir.to_owned() });
    }
    let db_dir = db_dir(dir);
    let journals = Found::read(dir, &db_dir)?;
    if let Some(torn) = &journals.torn {
        return Err(FrontierError::damaged(&torn.path, torn.detail()));
    }
    manifests::check(&db_dir, journals.last.is_some())?;
    Ok(open_with(dir, journals, |_| Ok(Vec::new()))?.0)
}

/// Opens what was found sound, as far as that can be told without the database. Runs of the seen
/// set that `damaged` names are left out, and given back.
pub(super) fn open_with(
    dir: &Path,
    journals: Found,
    damaged: impl FnOnce(&[RunMeta]) -> Result<Vec<DamagedRun>, FrontierError>,
) -> Result<(FrontierDb, Vec<DamagedRun>), FrontierError> {
    let db_dir = db_dir(dir);
    let (db, spaces) = caught(&db_dir, || spaces::open(&db_dir))?;
    let snapshot = db.snapshot();
    let stored = Checkpoint::load(&snapshot, &spaces, &db_dir)?;
    let mut runs = runs(&snapshot, &spaces, &db_dir)?;
    let steps = step::number(&snapshot, &spaces, &db_dir)?;
    drop(snapshot);
    if let Some(last) = journals.last.filter(|last| last.number > steps) {
        let detail = format!("commits {} to {} are missing", steps + 1, last.number);
        return Err(FrontierError::damaged(&db_dir, detail));
    }
    let damaged = damaged(&runs)?;
    runs.retain(|run| damaged.iter().all(|other| other.meta.id != run.id));
    let seen = SeenStore::open(&dir.join(SEEN_DIR), Arc::new(RealFiles), &runs)?;
    let journals = journals.follow(dir, &db_dir)?;
    let is_new = stored.is_none();
    let checkpoint = stored.unwrap_or_else(new_checkpoint);
    let dir = dir.to_owned();
    let mut db = FrontierDb { dir, db, spaces, seen, checkpoint, steps, journals, failed: None };
    if is_new {
        let batch = db.db.batch().durability(Some(PersistMode::SyncAll));
        let checkpoint = db.checkpoint.clone();
        step::step(&mut db, batch, checkpoint)?;
    }
    Ok((db, damaged))
}

/// Runs a step of the database's. Some of what it finds wrong in its files makes it panic.
fn caught<T>(
    db_dir: &Path,
    step: impl FnOnce() -> Result<T, FrontierError>,
) -> Result<T, FrontierError> {
    std::panic::catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        Err(FrontierError::damaged(db_dir, "the database gave up on what it found there"))
    })
}

fn new_checkpoint() -> Checkpoint {
    Checkpoint {
        generation: GENERATION_FIRST,
        shards: 0,
        // Random enough that nobody outside can foresee it: the standard library draws its hash
        // keys from the operating system.
        seed: RandomState::new().hash_one(0),
        rules: None,
        next_seq: 0,
        payload: None,
    }
}

/// The files that the seen set consists of.
fn runs(
    snapshot: &Snapshot,
    spaces: &spaces::Spaces,
    db_dir: &Path,
) -> Result<Vec<RunMeta>, FrontierError> {
    let read = |row: fjall::Guard| {
        let row = row.value().map_err(|error| FrontierError::store(db_dir, error))?;
        postcard::from_bytes(&row)
            .map_err(|error| FrontierError::damaged(db_dir, format!("a run row: {error}")))
    };
    snapshot.prefix(&spaces.meta, [RUN_PREFIX]).map(read).collect()
}
