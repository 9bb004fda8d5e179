//! Beginning a recrawl.

use super::{FrontierDb, commit, slot_key, step};
use crate::error::FrontierError;
use crate::seen::{RunMeta, SeenKey};
use crate::seen_row::{SeenRowKey, SeenRowKind};
use crate::slot_row::SlotRow;
use crawler_url::Slot;
use fjall::{OwnedWriteBatch, PersistMode, Readable};

/// Keys sorted in memory at a time.
const KEYS_AT_ONCE: usize = 2 << 20;

/// The new seen set holds what is still queued: that will be fetched in the new generation, and
/// only once. Its files are complete before the step that names them; the old ones go afterwards.
pub(super) fn start(db: &mut FrontierDb) -> Result<(), FrontierError> {
    let mut checkpoint = db.checkpoint.clone();
    checkpoint.generation = checkpoint.generation.saturating_add(1);
    let removed: Vec<u64> = db.seen.runs().iter().map(|run| run.id).collect();
    let added = write_queued(db)?;
    crawler_faults::reached("generation.copied");
    let mut batch =
        OwnedWriteBatch::with_capacity(db.db.clone(), 4096).durability(Some(PersistMode::SyncAll));
    commit::list_runs(&mut batch, db, &added, None)?;
    for id in &removed {
        batch.remove(&db.spaces.meta, super::run_key(*id));
    }
    forget_fresh(&mut batch, db)?;
    count_again(&mut batch, db)?;
    step::step(db, batch, checkpoint)?;
    crawler_faults::reached("generation.committed");
    Ok(db.seen.reopen(&added)?)
}

/// Writes the keys of all queued URLs to files of the seen set.
fn write_queued(db: &FrontierDb) -> Result<Vec<RunMeta>, FrontierError> {
    let (mut keys, mut runs) = (Vec::new(), Vec::new());
    let mut write = |keys: &mut Vec<SeenKey>| -> Result<(), FrontierError> {
        if !keys.is_empty() {
            runs.push(db.seen.write_run(std::mem::take(keys))?);
        }
        Ok(())
    };
    let canonicalizer = db.canonicalizer();
    for url in db.reader().queued_urls(&db.db.snapshot()) {
        // Not the fingerprint it was queued with: the rules may be new.
        let fingerprint = canonicalizer.fingerprint(&url?.1.url);
        keys.push(SeenKey::new(fingerprint, db.checkpoint.seed));
        if keys.len() == KEYS_AT_ONCE {
            write(&mut keys)?;
        }
    }
    write(&mut keys)?;
    Ok(runs)
}

/// Removes the keys let through that are in no file. Candidates stay: they were found, and are
/// not decided.
fn forget_fresh(batch: &mut OwnedWriteBatch, db: &FrontierDb) -> Result<(), FrontierError> {
    let reader = db.reader();
    for row in db.db.snapshot().iter(&db.spaces.seen) {
        let key = row.key().map_err(|error| db.store_error(error))?;
        let parsed = SeenRowKey::from_bytes(&key).ok_or_else(|| reader.damaged("a seen key"))?;
        if parsed.kind == SeenRowKind::Fresh {
            batch.remove(&db.spaces.seen, key);
        }
    }
    Ok(())
}

/// What is queued is all that was seen.
fn count_again(batch: &mut OwnedWriteBatch, db: &FrontierDb) -> Result<(), FrontierError> {
    let reader = db.reader();
    let snapshot = db.db.snapshot();
    let mut bytes = Vec::new();
    for slot in Slot::all() {
        let row = snapshot.get(&db.spaces.meta, slot_key(slot));
        let Some(row) = row.map_err(|error| db.store_error(error))? else { continue };
        let row = SlotRow::decode(&row);
        let mut row = row.map_err(|detail| reader.damaged(format!("a slot row: {detail}")))?;
        row.seen = row.queued;
        row.encode(&mut bytes)?;
        batch.insert(&db.spaces.meta, slot_key(slot), bytes.as_slice());
    }
    Ok(())
}
