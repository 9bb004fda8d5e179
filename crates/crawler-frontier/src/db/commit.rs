//! One durable step.

use super::{FrontierDb, appended_key, run_key, slot_key, step};
use crate::error::FrontierError;
use crate::ops::{DueOp, Ops, RowOp};
use crate::seen::{Compaction, RunMeta};
use fjall::{OwnedWriteBatch, PersistMode};
use std::time::Duration;

/// Memory tables of a keyspace that may wait to be written out. One more and the database would
/// make the writer wait without end if its background threads had failed.
const SEALED_MEMTABLES_MAX: usize = 2;
const ROOM_POLL_PAUSE: Duration = Duration::from_millis(2);

pub(super) fn commit(
    db: &mut FrontierDb,
    mut ops: Ops,
    payload: &[u8],
) -> Result<(), FrontierError> {
    wait_for_flushes(db, SEALED_MEMTABLES_MAX)?;
    let mut checkpoint = db.checkpoint.clone();
    checkpoint.payload = Some(payload.to_vec());
    checkpoint.next_seq = checkpoint.next_seq.max(ops.next_seq);
    let runs = std::mem::take(&mut ops.runs);
    let compaction = db.seen.take_compaction().transpose()?;
    let mut batch = OwnedWriteBatch::with_capacity(db.db.clone(), ops.len() + 1)
        .durability(Some(PersistMode::SyncAll));
    fill(&mut batch, db, ops)?;
    list_runs(&mut batch, db, &runs, compaction.as_ref())?;
    crawler_faults::reached("frontier.batch.filled");
    step::step(db, batch, checkpoint)?;
    db.seen.publish(&runs);
    if let Some(compaction) = compaction {
        crawler_faults::reached("seen.compaction.recorded");
        db.seen.apply(compaction);
    }
    Ok(())
}

fn fill(batch: &mut OwnedWriteBatch, db: &FrontierDb, ops: Ops) -> Result<(), FrontierError> {
    let spaces = &db.spaces;
    // In key order, neighbors go into the memory table along the same path.
    let mut queue: Vec<_> = ops.queue.into_iter().collect();
    queue.sort_unstable_by_key(|(key, _)| *key);
    for (key, op) in queue {
        match op {
            RowOp::Insert(record) => batch.insert(&spaces.queue, key.to_bytes(), record),
            RowOp::Remove => batch.remove(&spaces.queue, key.to_bytes()),
        }
    }
    let mut due: Vec<_> = ops.due.into_iter().collect();
    due.sort_unstable_by_key(|(key, _)| *key);
    for (key, op) in due {
        match op {
            DueOp::Insert => batch.insert(&spaces.due, key.to_bytes(), [0u8; 0]),
            DueOp::Remove => batch.remove(&spaces.due, key.to_bytes()),
        }
    }
    let mut row = Vec::new();
    let mut hosts: Vec<_> = ops.hosts.into_iter().collect();
    hosts.sort_unstable_by_key(|(hash, _)| *hash);
    for (hash, host) in hosts {
        host.encode(&mut row)?;
        batch.insert(&spaces.hosts, hash.0.to_be_bytes(), row.as_slice());
    }
    for ((host, id), op) in ops.appended {
        match op {
            RowOp::Insert(rows) => {
                rows.encode(&mut row)?;
                batch.insert(&spaces.hosts, appended_key(host, id), row.as_slice());
            }
            RowOp::Remove => batch.remove(&spaces.hosts, appended_key(host, id)),
        }
    }
    for (slot, sums) in ops.slots {
        sums.encode(&mut row)?;
        batch.insert(&spaces.meta, slot_key(slot), row.as_slice());
    }
    for (key, op) in ops.seen {
        match op {
            RowOp::Insert(keys) => batch.insert(&spaces.seen, key.to_bytes(), keys),
            RowOp::Remove => batch.remove(&spaces.seen, key.to_bytes()),
        }
    }
    for (key, robots) in ops.robots {
        robots.encode(&mut row)?;
        batch.insert(&spaces.robots, key.to_bytes(), row.as_slice());
    }
    for (fingerprint, page) in ops.pages {
        page.encode(&mut row)?;
        batch.insert(&spaces.pages, fingerprint.to_bytes(), row.as_slice());
    }
    for seed in ops.seeds {
        batch.insert(&spaces.seeds, seed.as_bytes(), [0u8; 0]);
    }
    Ok(())
}

/// Which files the seen set consists of after this step.
pub(super) fn list_runs(
    batch: &mut OwnedWriteBatch,
    db: &FrontierDb,
    added: &[RunMeta],
    compaction: Option<&Compaction>,
) -> Result<(), FrontierError> {
    let merged = compaction.map(Compaction::added);
    for run in added.iter().copied().chain(merged) {
        let row = postcard::to_stdvec(&run)
            .map_err(|error| FrontierError::Encode { detail: error.to_string() })?;
        batch.insert(&db.spaces.meta, run_key(run.id), row);
    }
    for run in compaction.iter().flat_map(|compaction| compaction.removed()) {
        batch.remove(&db.spaces.meta, run_key(run.id));
    }
    Ok(())
}

/// Waits until no keyspace has more than `sealed_max` memory tables to be written out, or the
/// background threads have failed.
pub(super) fn wait_for_flushes(db: &FrontierDb, sealed_max: usize) -> Result<(), FrontierError> {
    let waiting =
        || db.spaces.all().into_iter().any(|space| space.sealed_memtable_count() > sealed_max);
    while waiting() {
        // Writes nothing new, but refuses when the background threads have failed.
        db.db.persist(PersistMode::Buffer).map_err(|error| db.store_error(error))?;
        std::thread::sleep(ROOM_POLL_PAUSE);
    }
    Ok(())
}
