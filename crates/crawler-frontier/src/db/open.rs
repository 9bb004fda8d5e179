//! Opening the store.

use super::{FrontierDb, RUN_PREFIX, checkpoint::Checkpoint, db_dir, spaces};
use crate::error::FrontierError;
use crate::seen::{RealFiles, RunMeta, SeenStore};
use fjall::{PersistMode, Readable, Snapshot};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

const GENERATION_FIRST: u32 = 1;
/// Where the seen set keeps its files.
const SEEN_DIR: &str = "seen";

pub(super) fn open(dir: &Path) -> Result<FrontierDb, FrontierError> {
    std::fs::create_dir_all(dir).map_err(|error| FrontierError::io(dir, error))?;
    if crate::transfer::is_unfinished(dir) {
        return Err(FrontierError::Unfinished { path: dir.to_owned() });
    }
    let db_dir = db_dir(dir);
    let (db, spaces) = spaces::open(&db_dir)?;
    let snapshot = db.snapshot();
    let stored = Checkpoint::load(&snapshot, &spaces, &db_dir)?;
    let runs = runs(&snapshot, &spaces, &db_dir)?;
    drop(snapshot);
    let checkpoint = if let Some(checkpoint) = stored {
        checkpoint
    } else {
        let checkpoint = new_checkpoint();
        let mut batch = db.batch().durability(Some(PersistMode::SyncAll));
        checkpoint.store(&mut batch, &spaces)?;
        batch.commit().map_err(|error| FrontierError::store(&db_dir, error))?;
        checkpoint
    };
    let seen = SeenStore::open(&dir.join(SEEN_DIR), Arc::new(RealFiles), &runs)?;
    Ok(FrontierDb { dir: dir.to_owned(), db, spaces, seen, checkpoint, failed: None })
}

fn new_checkpoint() -> Checkpoint {
    Checkpoint {
        generation: GENERATION_FIRST,
        shards: 0,
        // Random enough that nobody outside can foresee it: the standard library draws its hash
        // keys from the operating system.
        seed: RandomState::new().hash_one(0),
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
