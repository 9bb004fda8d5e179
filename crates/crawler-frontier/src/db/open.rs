//! Opening the store.

use super::checkpoint::Checkpoint;
use super::seen_log::{self, SeenLog};
use super::{FrontierDb, db_dir, spaces};
use crate::error::FrontierError;
use fjall::PersistMode;
use std::path::Path;

const GENERATION_FIRST: u32 = 1;

pub(super) fn open(dir: &Path) -> Result<FrontierDb, FrontierError> {
    std::fs::create_dir_all(dir).map_err(|error| FrontierError::io(dir, error))?;
    let db_dir = db_dir(dir);
    let (db, spaces) = spaces::open(&db_dir)?;
    let stored = Checkpoint::load(&db.snapshot(), &spaces, &db_dir)?;
    let (checkpoint, seen_log) = if let Some(checkpoint) = stored {
        let log = SeenLog::open(dir, checkpoint.generation, checkpoint.seen_len)?;
        (checkpoint, log)
    } else {
        let generation = GENERATION_FIRST;
        let log = SeenLog::create(dir, generation)?;
        let checkpoint = Checkpoint { generation, seen_len: log.len(), payload: None };
        let mut batch = db.batch().durability(Some(PersistMode::SyncAll));
        checkpoint.store(&mut batch, &spaces)?;
        batch.commit().map_err(|error| FrontierError::store(&db_dir, error))?;
        (checkpoint, log)
    };
    remove_other_logs(dir, checkpoint.generation)?;
    Ok(FrontierDb { dir: dir.to_owned(), db, spaces, seen_log, checkpoint, failed: None })
}

/// Removes the seen logs of other generations: left over from a crash between two generations.
pub(super) fn remove_other_logs(dir: &Path, generation: u32) -> Result<(), FrontierError> {
    let keep = seen_log::path(dir, generation);
    let io_error = |error| FrontierError::io(dir, error);
    for entry in std::fs::read_dir(dir).map_err(io_error)? {
        let path = entry.map_err(io_error)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix("seen-").and_then(|rest| rest.strip_suffix(".log"));
        if path != keep && number.is_some_and(|number| number.parse::<u32>().is_ok()) {
            std::fs::remove_file(&path).map_err(|error| FrontierError::io(&path, error))?;
        }
    }
    Ok(())
}
