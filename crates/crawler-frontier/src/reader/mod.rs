//! Reading the store from any thread.

mod hosts;
mod queue;

pub use hosts::{HostSummary, QueuePlace};

use crate::db::checkpoint::Checkpoint;
use crate::db::spaces::Spaces;
use crate::due_row::DueKey;
use crate::error::FrontierError;
use crate::host_row::{Appended, HostRow};
use crate::key::QueueKey;
use crate::page::PageMemory;
use crate::robots_row::{RobotsKey, RobotsMemory};
use crate::seen::{SeenHandle, SeenKey};
use crate::seen_row::{SeenRowKey, SeenRowKind, Undecided, read_fresh};
use crate::slot_row::SlotRow;
use crawler_politeness::UnixMillis;
use crawler_url::{Fingerprint, HostHash, Scheme, ShardCount, ShardId, Slot, WireUrl};
use fjall::{Database, Readable};
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
    seen: SeenHandle,
    fingerprint_seed: u64,
}

/// What the store holds of a host.
#[derive(Debug, Default)]
pub(crate) struct StoredHost {
    pub(crate) row: Option<HostRow>,
    /// What was queued for it while it was not in memory, by the row's identity.
    pub(crate) appended: Vec<(u64, Appended)>,
}

/// A part of what the seen set had not written to its own files.
pub(crate) enum Recovered {
    Fresh(u64, Vec<SeenKey>),
    Candidates(u64, Vec<(Fingerprint, Undecided)>),
}

impl FrontierReader {
    pub(crate) fn new(
        db: Database,
        spaces: Spaces,
        dir: &Path,
        seen: SeenHandle,
        fingerprint_seed: u64,
    ) -> Self {
        Self { db, spaces, dir: dir.into(), seen, fingerprint_seed }
    }

    /// The seeds of the crawl, sorted by their text.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn seeds(&self) -> Result<Vec<WireUrl>, FrontierError> {
        self.db.snapshot().iter(&self.spaces.seeds).map(|row| self.read_seed(row)).collect()
    }

    pub(crate) fn read_seed(&self, row: fjall::Guard) -> Result<WireUrl, FrontierError> {
        let key = row.key().map_err(|error| self.store_error(error))?;
        let text = std::str::from_utf8(&key).map_err(|_| self.damaged("a seed is not text"))?;
        WireUrl::parse(text).map_err(|error| self.damaged(format!("seed {text:?}: {error}")))
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

    /// What a host's robots.txt said when it was last asked for.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn robots(
        &self,
        host: HostHash,
        scheme: Scheme,
    ) -> Result<Option<RobotsMemory>, FrontierError> {
        let row = self.spaces.robots.get(RobotsKey::new(host, scheme).to_bytes());
        let Some(row) = row.map_err(|error| self.store_error(error))? else { return Ok(None) };
        let robots = RobotsMemory::decode(&row);
        robots.map(Some).map_err(|detail| self.damaged(format!("a robots row: {detail}")))
    }

    /// Chosen at random when the store was made: nobody outside can tell which URLs it will take
    /// for one.
    #[must_use]
    pub fn fingerprint_seed(&self) -> u64 {
        self.fingerprint_seed
    }

    pub(crate) fn seen(&self) -> SeenHandle {
        self.seen.clone()
    }

    /// No place in a queue was dealt from here on.
    pub(crate) fn next_seq(&self) -> Result<u64, FrontierError> {
        let snapshot = self.db.snapshot();
        let checkpoint = Checkpoint::load(&snapshot, &self.spaces, &self.db_dir())?;
        Ok(checkpoint.map_or(0, |checkpoint| checkpoint.next_seq))
    }

    /// The sums of a shard's slots, all of them in order.
    pub(crate) fn slots(
        &self,
        shard: ShardId,
        shards: ShardCount,
    ) -> Result<Vec<(Slot, SlotRow)>, FrontierError> {
        let snapshot = self.db.snapshot();
        let read = |slot: Slot| {
            let row = snapshot.get(&self.spaces.meta, crate::db::slot_key(slot));
            let row = row.map_err(|error| self.store_error(error))?;
            let decode = |bytes: fjall::Slice| SlotRow::decode(&bytes);
            let row = row.map(decode).transpose();
            let row = row.map_err(|detail| self.damaged(format!("a slot row: {detail}")))?;
            Ok((slot, row.unwrap_or_default()))
        };
        Slot::all().filter(|slot| slot.shard(shards) == shard).map(read).collect()
    }

    /// The sums of all slots, in order.
    pub(crate) fn all_slots(&self) -> Result<Vec<(Slot, SlotRow)>, FrontierError> {
        self.slots(ShardId(0), ShardCount::ONE)
    }

    /// URLs queued, as last committed.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn queued(&self) -> Result<u64, FrontierError> {
        Ok(self.all_slots()?.iter().map(|(_, row)| row.queued).sum())
    }

    /// A host's row and what was queued for it since; `None` when there is neither.
    pub(crate) fn host(&self, hash: HostHash) -> Result<Option<StoredHost>, FrontierError> {
        let first = hash.0.to_be_bytes().to_vec();
        let last = crate::db::appended_key(hash, u64::MAX).to_vec();
        let mut found = StoredHost::default();
        for row in self.db.snapshot().range(&self.spaces.hosts, first..=last) {
            let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
            let damaged = |detail: String| self.damaged(format!("a row of host {hash}: {detail}"));
            match key.get(8..).and_then(|id| <[u8; 8]>::try_from(id).ok()) {
                Some(id) => {
                    let rows = Appended::decode(&row).map_err(damaged)?;
                    found.appended.push((u64::from_be_bytes(id), rows));
                }
                None => found.row = Some(HostRow::decode(&row).map_err(damaged)?),
            }
        }
        Ok((found.row.is_some() || !found.appended.is_empty()).then_some(found))
    }

    /// At most `rows_max` rows of a slot in the due index, from a time and host on.
    pub(crate) fn due_rows(
        &self,
        slot: Slot,
        (at, host): (UnixMillis, HostHash),
        rows_max: usize,
    ) -> Result<Vec<DueKey>, FrontierError> {
        let first = DueKey { slot, at, host }.to_bytes();
        let last = DueKey { slot, at: UnixMillis(u64::MAX), host: HostHash(u64::MAX) }.to_bytes();
        let rows = self.db.snapshot().range(&self.spaces.due, first..=last);
        let read = |row: fjall::Guard| {
            let key = row.key().map_err(|error| self.store_error(error))?;
            DueKey::from_bytes(&key).ok_or_else(|| self.damaged("a key of the due index"))
        };
        rows.take(rows_max).map(read).collect()
    }

    /// Visits what the seen set of a shard had not written to its own files, in the order in which
    /// it came.
    pub(crate) fn recover_seen(
        &self,
        shard: ShardId,
        visit: &mut dyn FnMut(Recovered) -> Result<(), FrontierError>,
    ) -> Result<(), FrontierError> {
        let snapshot = self.db.snapshot();
        for kind in [SeenRowKind::Fresh, SeenRowKind::Candidates] {
            let key = |id| SeenRowKey { kind, shard, id }.to_bytes();
            for row in snapshot.range(&self.spaces.seen, key(0)..=key(u64::MAX)) {
                let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
                let key = SeenRowKey::from_bytes(&key).ok_or_else(|| self.damaged("a seen key"))?;
                visit(self.read_seen_row(key, &row)?)?;
            }
        }
        Ok(())
    }

    /// The same of all shards, with errors of the caller's.
    pub(crate) fn for_each_seen_row<E: From<FrontierError>>(
        &self,
        visit: &mut dyn FnMut(Recovered) -> Result<(), E>,
    ) -> Result<(), E> {
        for row in self.db.snapshot().iter(&self.spaces.seen) {
            let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
            let key = SeenRowKey::from_bytes(&key).ok_or_else(|| self.damaged("a seen key"))?;
            visit(self.read_seen_row(key, &row)?)?;
        }
        Ok(())
    }

    /// Members of the seen set that are in none of its files.
    pub(crate) fn fresh_keys(&self) -> Result<Vec<SeenKey>, FrontierError> {
        let mut fresh = Vec::new();
        self.for_each_seen_row(&mut |part| -> Result<(), FrontierError> {
            if let Recovered::Fresh(_, keys) = part {
                fresh.extend(keys);
            }
            Ok(())
        })?;
        Ok(fresh)
    }

    /// Whose row it is, and the row if it is the host's own.
    pub(crate) fn read_host_row(
        &self,
        row: fjall::Guard,
    ) -> Result<(HostHash, Option<HostRow>), FrontierError> {
        let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
        let Some((hash, rest)) = key.split_first_chunk::<8>() else {
            return Err(self.damaged("a key of a host"));
        };
        let hash = HostHash(u64::from_be_bytes(*hash));
        if !rest.is_empty() {
            return Ok((hash, None));
        }
        let row = HostRow::decode(&row);
        let row = row.map_err(|detail| self.damaged(format!("a row of host {hash}: {detail}")))?;
        Ok((hash, Some(row)))
    }

    pub(crate) fn read_seen_row(
        &self,
        key: SeenRowKey,
        row: &[u8],
    ) -> Result<Recovered, FrontierError> {
        match key.kind {
            SeenRowKind::Fresh => match read_fresh(row) {
                Some(keys) => Ok(Recovered::Fresh(key.id, keys.collect())),
                None => Err(self.damaged("a row of seen keys: it is cut short")),
            },
            SeenRowKind::Candidates => Undecided::read_row(row)
                .map(|row| Recovered::Candidates(key.id, row))
                .map_err(|detail| self.damaged(format!("a row of candidates: {detail}"))),
        }
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
