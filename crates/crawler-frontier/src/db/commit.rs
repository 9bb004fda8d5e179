//! One durable step.

use super::FrontierDb;
use crate::error::FrontierError;
use crate::ops::{Ops, QueueOp};
use fjall::{OwnedWriteBatch, PersistMode};
use std::time::Duration;

/// Memory tables of a keyspace that may wait to be written out. One more and the database would
/// make the writer wait without end if its background threads had failed.
const SEALED_MEMTABLES_MAX: usize = 2;
const ROOM_POLL_PAUSE: Duration = Duration::from_millis(2);

pub(super) fn commit(db: &mut FrontierDb, ops: Ops, payload: &[u8]) -> Result<(), FrontierError> {
    wait_for_room(db)?;
    // First the log, then the row that says how far it is valid: a crash in between leaves a tail
    // that the next opening cuts off.
    db.seen_log.append(&ops.fingerprints)?;
    let mut checkpoint = db.checkpoint.clone();
    checkpoint.seen_len = db.seen_log.len();
    checkpoint.payload = Some(payload.to_vec());
    let mut batch = OwnedWriteBatch::with_capacity(db.db.clone(), ops.len() + 1)
        .durability(Some(PersistMode::SyncAll));
    checkpoint.store(&mut batch, &db.spaces)?;
    fill(&mut batch, db, ops)?;
    crawler_faults::reached("frontier.batch.filled");
    batch.commit().map_err(|error| db.store_error(error))?;
    crawler_faults::reached("frontier.batch.committed");
    db.checkpoint = checkpoint;
    Ok(())
}

fn fill(batch: &mut OwnedWriteBatch, db: &FrontierDb, ops: Ops) -> Result<(), FrontierError> {
    let spaces = &db.spaces;
    // In key order, neighbors go into the memory table along the same path.
    let mut queue: Vec<_> = ops.queue.into_iter().collect();
    queue.sort_unstable_by_key(|(key, _)| *key);
    for (key, op) in queue {
        match op {
            QueueOp::Insert(record) => batch.insert(&spaces.queue, key.to_bytes(), record),
            QueueOp::Remove => batch.remove(&spaces.queue, key.to_bytes()),
        }
    }
    let mut row_bytes = Vec::new();
    let mut hosts: Vec<_> = ops.hosts.into_iter().collect();
    hosts.sort_unstable_by_key(|(hash, _)| *hash);
    for (hash, row) in hosts {
        row.encode(&mut row_bytes)?;
        batch.insert(&spaces.hosts, hash.0.to_be_bytes(), row_bytes.as_slice());
    }
    for (fingerprint, page) in ops.pages {
        page.encode(&mut row_bytes)?;
        batch.insert(&spaces.pages, fingerprint.to_bytes(), row_bytes.as_slice());
    }
    for seed in ops.seeds {
        batch.insert(&spaces.seeds, seed.as_bytes(), [0u8; 0]);
    }
    Ok(())
}

/// Waits until the background threads keep up, or have failed.
fn wait_for_room(db: &FrontierDb) -> Result<(), FrontierError> {
    let waiting = || {
        db.spaces
            .all()
            .into_iter()
            .any(|space| space.sealed_memtable_count() > SEALED_MEMTABLES_MAX)
    };
    while waiting() {
        // Writes nothing new, but refuses when the background threads have failed.
        db.db.persist(PersistMode::Buffer).map_err(|error| db.store_error(error))?;
        std::thread::sleep(ROOM_POLL_PAUSE);
    }
    Ok(())
}
