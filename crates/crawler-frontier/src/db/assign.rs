//! Dealing the seen set's rows to another number of shards.

use super::{FrontierDb, step};
use crate::error::FrontierError;
use crate::hash::KeyMap;
use crate::reader::Recovered;
use crate::seen_row::{SeenRowKey, SeenRowKind};
use crawler_url::{HostHash, ShardCount, ShardId};
use fjall::{OwnedWriteBatch, PersistMode, Readable};

/// Rows of one shard, gathered from all rows there were.
#[derive(Default)]
struct Dealt {
    fresh: Vec<u8>,
    candidates: Vec<u8>,
}

pub(super) fn assign(db: &mut FrontierDb, shards: ShardCount) -> Result<(), FrontierError> {
    if db.checkpoint.shards == shards.get() {
        return Ok(());
    }
    let mut batch =
        OwnedWriteBatch::with_capacity(db.db.clone(), 1024).durability(Some(PersistMode::SyncAll));
    let mut dealt: KeyMap<u16, Dealt> = KeyMap::default();
    let reader = db.reader();
    for row in db.db.snapshot().iter(&db.spaces.seen) {
        let (key, row) = row.into_inner().map_err(|error| db.store_error(error))?;
        batch.remove(&db.spaces.seen, key.clone());
        let key = SeenRowKey::from_bytes(&key).ok_or_else(|| reader.damaged("a seen key"))?;
        deal(reader.read_seen_row(key, &row)?, shards, &mut dealt);
    }
    let mut checkpoint = db.checkpoint.clone();
    checkpoint.shards = shards.get();
    for (shard, Dealt { fresh, candidates }) in dealt {
        let rows = [(SeenRowKind::Fresh, fresh), (SeenRowKind::Candidates, candidates)];
        for (kind, row) in rows.into_iter().filter(|(_, row)| !row.is_empty()) {
            let key = SeenRowKey { kind, shard: ShardId(shard), id: checkpoint.next_seq };
            batch.insert(&db.spaces.seen, key.to_bytes(), row);
            checkpoint.next_seq += 1;
        }
    }
    step::step(db, batch, checkpoint)
}

fn deal(row: Recovered, shards: ShardCount, dealt: &mut KeyMap<u16, Dealt>) {
    let owner = |host: HostHash| host.slot().shard(shards).0;
    match row {
        Recovered::Fresh(_, keys) => {
            for key in keys {
                let fresh = &mut dealt.entry(key.slot().shard(shards).0).or_default().fresh;
                fresh.extend_from_slice(&key.to_bytes());
            }
        }
        Recovered::Candidates(_, urls) => {
            for (_, url) in urls {
                url.push_to(&mut dealt.entry(owner(url.host)).or_default().candidates);
            }
        }
    }
}
