//! Every write of the store is one numbered step.

use super::FrontierDb;
use super::checkpoint::Checkpoint;
use super::spaces::Spaces;
use crate::error::FrontierError;
use fjall::{OwnedWriteBatch, Readable, Snapshot};
use std::path::Path;

/// Where the number of the last step stands.
const NUMBER_KEY: &str = "steps";

/// Makes `batch` durable together with `checkpoint`, and takes note of how far the journal reaches.
pub(super) fn step(
    db: &mut FrontierDb,
    mut batch: OwnedWriteBatch,
    checkpoint: Checkpoint,
) -> Result<(), FrontierError> {
    let number = db.steps + 1;
    checkpoint.store(&mut batch, &db.spaces)?;
    batch.insert(&db.spaces.meta, NUMBER_KEY, number.to_le_bytes());
    batch.commit().map_err(|error| db.store_error(error))?;
    crawler_faults::reached("frontier.batch.committed");
    db.steps = number;
    db.checkpoint = checkpoint;
    // The commit is durable without its note; the next one covers both.
    if let Err(error) = db.journals.committed(number, db.db.visible_seqno()) {
        tracing::debug!(%error, number, "took no note of a commit");
    }
    Ok(())
}

/// The number of the last step; 0 before the first.
pub(super) fn number(
    snapshot: &Snapshot,
    spaces: &Spaces,
    db_dir: &Path,
) -> Result<u64, FrontierError> {
    let row = snapshot.get(&spaces.meta, NUMBER_KEY);
    let row = row.map_err(|error| FrontierError::store(db_dir, error))?;
    let read = |row: fjall::Slice| {
        let bytes = <[u8; 8]>::try_from(&row[..]).ok();
        let wrong = || FrontierError::damaged(db_dir, "the number of the last commit is cut short");
        bytes.map(u64::from_le_bytes).ok_or_else(wrong)
    };
    row.map_or(Ok(0), read)
}
