//! Beginning a recrawl.

use super::seen_log::SeenLog;
use super::{FrontierDb, open};
use crate::error::FrontierError;
use fjall::PersistMode;

/// Fingerprints gathered before they are appended.
const BATCH_FINGERPRINTS: usize = 1 << 16;

/// The new log is complete and durable before the checkpoint row names it; the old one goes
/// afterwards.
pub(super) fn start(db: &mut FrontierDb) -> Result<(), FrontierError> {
    let mut checkpoint = db.checkpoint.clone();
    checkpoint.generation = checkpoint.generation.saturating_add(1);
    let mut log = SeenLog::create(&db.dir, checkpoint.generation)?;
    copy_queued(db, &mut log)?;
    checkpoint.seen_len = log.len();
    crawler_faults::reached("generation.copied");
    let mut batch = db.db.batch().durability(Some(PersistMode::SyncAll));
    checkpoint.store(&mut batch, &db.spaces)?;
    batch.commit().map_err(|error| db.store_error(error))?;
    crawler_faults::reached("generation.committed");
    db.seen_log = log;
    db.checkpoint = checkpoint;
    open::remove_other_logs(&db.dir, db.checkpoint.generation)
}

/// What is still queued will be fetched in the new generation, and only once.
fn copy_queued(db: &FrontierDb, log: &mut SeenLog) -> Result<(), FrontierError> {
    let mut batch = Vec::new();
    db.reader().for_each_queued(&mut |fingerprint| {
        batch.push(fingerprint);
        if batch.len() == BATCH_FINGERPRINTS {
            log.append(&batch)?;
            batch.clear();
        }
        Ok(())
    })?;
    log.append(&batch)
}
