//! Reading the store from any thread.

use crate::class::Class;
use crate::db::checkpoint::Checkpoint;
use crate::db::{seen_log, spaces::Spaces};
use crate::error::FrontierError;
use crate::host_queue::Waiting;
use crate::host_row::HostRow;
use crate::key::QueueKey;
use crate::page::PageMemory;
use crate::record::RecordBytes;
use crawler_url::{Fingerprint, HostHash, ShardCount, ShardId, Slot, WireUrl};
use fjall::{Database, Readable};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads what is committed. Cheap to clone; every call is one look at a consistent state.
///
/// The store stays open, and locked against other processes, until the last reader is dropped.
#[derive(Clone)]
pub struct FrontierReader {
    db: Database,
    spaces: Spaces,
    dir: Arc<Path>,
}

impl FrontierReader {
    pub(crate) fn new(db: Database, spaces: Spaces, dir: &Path) -> Self {
        Self { db, spaces, dir: dir.into() }
    }

    /// The seeds of the crawl, sorted by their text.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn seeds(&self) -> Result<Vec<WireUrl>, FrontierError> {
        let read = |row: fjall::Guard| {
            let key = row.key().map_err(|error| self.store_error(error))?;
            let text = std::str::from_utf8(&key).map_err(|_| self.damaged("a seed is not text"))?;
            WireUrl::parse(text).map_err(|error| self.damaged(format!("seed {text:?}: {error}")))
        };
        self.db.snapshot().iter(&self.spaces.seeds).map(read).collect()
    }

    /// What is remembered of a page, in any generation.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn recall(&self, fingerprint: Fingerprint) -> Result<Option<PageMemory>, FrontierError> {
        let row = self.spaces.pages.get(fingerprint.to_bytes());
        let Some(row) = row.map_err(|error| self.store_error(error))? else { return Ok(None) };
        let page = PageMemory::decode(&row);
        page.map(Some).map_err(|detail| self.damaged(format!("a page row: {detail}")))
    }

    /// At most `urls_max` URLs of a host's class, from place `cursor` on.
    pub(crate) fn scan_queue(
        &self,
        host: HostHash,
        class: Class,
        cursor: u64,
        urls_max: usize,
    ) -> Result<Vec<Waiting>, FrontierError> {
        let place = |seq| QueueKey { host, class, seq }.to_bytes();
        // A snapshot shows a commit whole or not at all, so no place is skipped.
        let rows = self.db.snapshot().range(&self.spaces.queue, place(cursor)..=place(u64::MAX));
        let read = |row: fjall::Guard| {
            let (key, record) = row.into_inner().map_err(|error| self.store_error(error))?;
            let key = QueueKey::from_bytes(&key).ok_or_else(|| self.damaged("a queue key"))?;
            // A copy: the row may be a window into a whole block, which it would keep in memory.
            let record = RecordBytes::from(&record[..]);
            Ok(Waiting { class, seq: key.seq, record })
        };
        rows.take(urls_max).map(read).collect()
    }

    /// Visits the fingerprint of every queued URL, in no order worth relying on.
    pub(crate) fn for_each_queued(
        &self,
        visit: &mut dyn FnMut(Fingerprint) -> Result<(), FrontierError>,
    ) -> Result<(), FrontierError> {
        for row in self.db.snapshot().iter(&self.spaces.queue) {
            let (key, record) = row.into_inner().map_err(|error| self.store_error(error))?;
            let key = QueueKey::from_bytes(&key).ok_or_else(|| self.damaged("a queue key"))?;
            let record = crate::record::decode(&record).map_err(|e| self.damaged_record(key, e))?;
            visit(Fingerprint { host: key.host, url: record.fingerprint_url })?;
        }
        Ok(())
    }

    /// Visits the host rows and the seen fingerprints of one shard, as of one commit.
    pub(crate) fn recover_shard(
        &self,
        shard: ShardId,
        shards: ShardCount,
        visit: &mut dyn FnMut(Recovered) -> Result<(), FrontierError>,
    ) -> Result<(), FrontierError> {
        let Some(hashes) = host_hashes(shard, shards) else { return Ok(()) };
        let snapshot = self.db.snapshot();
        let bytes = hashes.start().to_be_bytes()..=hashes.end().to_be_bytes();
        for row in snapshot.range(&self.spaces.hosts, bytes) {
            let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
            let hash = <[u8; 8]>::try_from(&key[..]).map_err(|_| self.damaged("a host key"))?;
            let hash = HostHash(u64::from_be_bytes(hash));
            let row =
                HostRow::decode(&row).map_err(|e| self.damaged(format!("a host row: {e}")))?;
            visit(Recovered::Host(hash, row))?;
        }
        let Some(checkpoint) = Checkpoint::load(&snapshot, &self.spaces, &self.db_dir())? else {
            return Ok(());
        };
        visit(Recovered::SeenAtMost(checkpoint.seen_len / Fingerprint::LEN as u64))?;
        let path = seen_log::path(&self.dir, checkpoint.generation);
        seen_log::read(&path, checkpoint.generation, checkpoint.seen_len, &mut |fingerprint| {
            if hashes.contains(&fingerprint.host.0) {
                visit(Recovered::Seen(fingerprint))?;
            }
            Ok(())
        })
    }

    pub(crate) fn damaged(&self, detail: impl Into<String>) -> FrontierError {
        FrontierError::damaged(&self.db_dir(), detail)
    }

    pub(crate) fn damaged_record(&self, key: QueueKey, detail: &str) -> FrontierError {
        let QueueKey { host, class, seq } = key;
        let class = class.number();
        self.damaged(format!("the queued url {seq} of class {class}, host {host}: {detail}"))
    }

    fn store_error(&self, error: fjall::Error) -> FrontierError {
        FrontierError::store(&self.db_dir(), error)
    }

    fn db_dir(&self) -> PathBuf {
        crate::db::db_dir(&self.dir)
    }
}

impl std::fmt::Debug for FrontierReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrontierReader").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// A part of a shard's durable state.
pub(crate) enum Recovered {
    Host(HostHash, HostRow),
    /// Comes once, before the first seen one: no more than this many of all shards.
    SeenAtMost(u64),
    Seen(Fingerprint),
}

/// The host hashes of a shard's slots, which are one range; `None` if it owns no slot.
fn host_hashes(shard: ShardId, shards: ShardCount) -> Option<RangeInclusive<u64>> {
    const SLOT_SHIFT: u32 = u64::BITS - Slot::COUNT.ilog2();
    let mut slots = Slot::all().filter(|slot| slot.shard(shards) == shard);
    let first = slots.next()?;
    let last = slots.last().unwrap_or(first);
    let end = (u64::from(last.get()) << SLOT_SHIFT) | ((1 << SLOT_SHIFT) - 1);
    Some(u64::from(first.get()) << SLOT_SHIFT..=end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_all_hashes_without_a_gap() {
        for count in [1, 2, 3, 7, 64, 1023, 1024, 2000] {
            let shards = ShardCount::new(count).unwrap();
            let mut next = Some(0u64);
            for range in shards.iter().filter_map(|shard| host_hashes(shard, shards)) {
                assert_eq!(Some(*range.start()), next, "{count} shards");
                assert_eq!(
                    HostHash(*range.end()).slot().shard(shards),
                    HostHash(*range.start()).slot().shard(shards)
                );
                next = range.end().checked_add(1);
            }
            assert_eq!(next, None, "{count} shards");
        }
    }
}
