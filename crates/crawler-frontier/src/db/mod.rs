//! The durable side: owned by the thread that writes.

mod assign;
pub(crate) mod checkpoint;
mod close;
mod commit;
mod examine;
mod generation;
mod journals;
mod manifests;
mod open;
mod repair;
pub(crate) mod spaces;
mod spill;
mod step;

use crate::error::FrontierError;
use crate::ops::Ops;
use crate::reader::FrontierReader;
use crate::seen::SeenStore;
use checkpoint::Checkpoint;
use crawler_url::{CanonicalRules, Canonicalizer, HostHash, ShardCount, Slot, WireUrl};
use fjall::Database;
use journals::Journals;
pub use repair::{KnownUrls, Mended};
use spaces::Spaces;
use std::path::{Path, PathBuf};

/// The frontier's store. One process at a time may have it open.
pub struct FrontierDb {
    pub(crate) dir: PathBuf,
    pub(crate) db: Database,
    pub(crate) spaces: Spaces,
    pub(crate) seen: SeenStore,
    pub(crate) checkpoint: Checkpoint,
    /// Commits so far.
    steps: u64,
    journals: Journals,
    /// The first failed write. What it left on disk is not known, so nothing is written after it.
    failed: Option<Failure>,
}

#[derive(Clone, Debug)]
struct Failure {
    text: String,
    disk_full: bool,
}

impl FrontierDb {
    /// Opens the store in `dir`, creating it when there is none. Writes that were not committed
    /// are cut off; the files of the seen set are checked.
    ///
    /// # Errors
    /// [`FrontierError::Locked`] when another process has it open, [`FrontierError::Format`] when
    /// another version wrote it, [`FrontierError::Damaged`] when it is not what was written.
    pub fn open(dir: &Path) -> Result<Self, FrontierError> {
        open::open(dir)
    }

    /// Makes `ops` and `payload` durable in one step: when it returns both survive a crash, when
    /// the machine stops before it returns either both do or neither. Then they are visible to
    /// readers, and [`crate::Frontier::committed`] is to be told. Takes a few milliseconds (two
    /// syncs); longer when the store must first write out older changes.
    ///
    /// # Errors
    /// The first failure is returned as it is; from then on every call is refused as
    /// [`FrontierError::Poisoned`] until the store is opened again.
    pub fn commit(&mut self, ops: Ops, payload: &[u8]) -> Result<(), FrontierError> {
        self.guarded(|db| commit::commit(db, ops, payload))
    }

    /// Begins a recrawl: forgets the seen set and counts the generation up. What is still queued
    /// stays queued, and counts as seen. Hosts, pages, seeds and the payload stay.
    ///
    /// No [`crate::Frontier`] may be in use: recover them afterwards.
    ///
    /// # Errors
    /// As [`FrontierDb::commit`]. A crash in the middle leaves the old generation or the new.
    pub fn start_generation(&mut self) -> Result<(), FrontierError> {
        self.guarded(generation::start)
    }

    /// Says how many shards will share the store. What the seen set had not yet written to its own
    /// files is dealt anew if the number has changed.
    ///
    /// No [`crate::Frontier`] may be in use: recover them afterwards.
    ///
    /// # Errors
    /// As [`FrontierDb::commit`].
    pub fn assign(&mut self, shards: ShardCount) -> Result<(), FrontierError> {
        self.guarded(|db| assign::assign(db, shards))
    }

    /// Makes the next opening quick. Everything committed is durable without it, and the store can
    /// be used on.
    ///
    /// # Errors
    /// As [`FrontierDb::commit`].
    pub fn close(&mut self) -> Result<(), FrontierError> {
        self.guarded(close::close)
    }

    /// Gives memory back, as far as it holds what can be read from disk. What follows costs more CPU
    /// time: for when memory is short.
    ///
    /// # Errors
    /// As [`FrontierDb::commit`].
    pub fn spill(&mut self) -> Result<(), FrontierError> {
        self.guarded(spill::spill)
    }

    /// Waits until what [`spill`](Self::spill) began is done: no memory table holds anything. The
    /// database counts a table out some time after it was written.
    #[cfg(test)]
    pub(crate) fn await_spill(&self) {
        let since = std::time::Instant::now();
        while self.db.write_buffer_size() > 0 {
            assert!(since.elapsed().as_secs() < 60, "{} bytes stay", self.db.write_buffer_size());
            std::thread::yield_now();
        }
    }

    /// The payload of the last commit, if there was one.
    #[must_use]
    pub fn payload(&self) -> Option<Vec<u8>> {
        self.checkpoint.payload.clone()
    }

    /// Remembers seeds durably before any of them is queued, so that a crawl that ends before it
    /// has taken them all can go on with the rest.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn add_seeds(&mut self, seeds: &[WireUrl]) -> Result<(), FrontierError> {
        let mut ops = Ops::default();
        ops.seeds.extend(seeds.iter().map(|seed| Box::from(seed.as_str())));
        let payload = self.payload().unwrap_or_default();
        self.commit(ops, &payload)
    }

    /// Which crawl over the same URLs this is, from 1.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.checkpoint.generation
    }

    /// The rules by which the URLs of this store are known again; `None` before they were told.
    #[must_use]
    pub fn rules(&self) -> Option<&CanonicalRules> {
        self.checkpoint.rules.as_ref()
    }

    /// Has URLs known again by these rules. They become durable with the next commit. Where URLs
    /// are known already, those that the rules change would be taken for new: see
    /// [`knows_urls`](Self::knows_urls).
    pub fn set_rules(&mut self, rules: CanonicalRules) {
        self.checkpoint.rules = Some(rules);
    }

    /// Gives URLs the fingerprints by which this store knows them.
    #[must_use]
    pub fn canonicalizer(&self) -> Canonicalizer {
        let canonicalizer = Canonicalizer::keyed(self.checkpoint.seed);
        match &self.checkpoint.rules {
            Some(rules) => canonicalizer.with_rules(rules),
            None => canonicalizer,
        }
    }

    /// Whether any URL was ever offered.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn knows_urls(&self) -> Result<bool, FrontierError> {
        Ok(self.seen.keys() > 0 || !self.is_space_empty(&self.spaces.seen)?)
    }

    /// A reader for a shard.
    #[must_use]
    pub fn reader(&self) -> FrontierReader {
        FrontierReader::new(
            self.db.clone(),
            self.spaces.clone(),
            &self.dir,
            self.seen.handle(),
            self.checkpoint.seed,
        )
    }

    /// Runs a write unless an earlier one failed, and takes note if it fails.
    fn guarded(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), FrontierError>,
    ) -> Result<(), FrontierError> {
        if let Some(Failure { text, disk_full }) = self.failed.clone() {
            return Err(FrontierError::Poisoned { first: text, disk_full });
        }
        let result = write(self).map_err(|error| self.explain(error));
        if let Err(error) = &result {
            let disk_full = error.is_disk_full();
            tracing::error!(%error, disk_full, "writing the frontier failed");
            self.failed = Some(Failure { text: error.to_string(), disk_full });
        }
        result
    }

    /// When the database's background threads fail they tell only their log why. A full disk is
    /// worth finding out about: it is what the operator can do something against.
    fn explain(&self, error: FrontierError) -> FrontierError {
        match error {
            FrontierError::Poisoned { first, disk_full: false } => {
                FrontierError::Poisoned { first, disk_full: probe_disk_full(&self.dir) }
            }
            other => other,
        }
    }

    /// Whether nothing was ever kept here.
    pub(crate) fn is_empty(&self) -> Result<bool, FrontierError> {
        let mut is_empty = self.seen.keys() == 0;
        for space in self.spaces.all() {
            // Beside the checkpoint there are only sums and files of the seen set.
            is_empty &= space.name() == self.spaces.meta.name() || self.is_space_empty(space)?;
        }
        Ok(is_empty)
    }

    fn is_space_empty(&self, space: &fjall::Keyspace) -> Result<bool, FrontierError> {
        space.is_empty().map_err(|error| self.store_error(error))
    }

    pub(crate) fn store_error(&self, error: fjall::Error) -> FrontierError {
        FrontierError::store(&db_dir(&self.dir), error)
    }
}

impl std::fmt::Debug for FrontierDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrontierDb")
            .field("dir", &self.dir)
            .field("generation", &self.checkpoint.generation)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Where the LSM store lies.
pub(crate) fn db_dir(dir: &Path) -> PathBuf {
    dir.join("db")
}

/// Prefixes of the rows beside the checkpoint.
const SLOT_PREFIX: u8 = b'S';
const RUN_PREFIX: u8 = b'R';

/// Where a slot's sums stand.
pub(crate) fn slot_key(slot: Slot) -> [u8; 3] {
    let [high, low] = slot.get().to_be_bytes();
    [SLOT_PREFIX, high, low]
}

/// Where a file of the seen set is named.
pub(crate) fn run_key(id: u64) -> [u8; 9] {
    let mut key = [RUN_PREFIX; 9];
    key[1..].copy_from_slice(&id.to_be_bytes());
    key
}

/// Where stands what was queued for a host not in memory: behind the host's own row.
pub(crate) fn appended_key(host: HostHash, id: u64) -> [u8; 16] {
    ((u128::from(host.0) << 64) | u128::from(id)).to_be_bytes()
}

/// Bytes a disk that is not full must take.
const PROBE_BYTES: usize = 1 << 20;

/// Whether writing a little into `dir` fails for want of space.
fn probe_disk_full(dir: &Path) -> bool {
    let path = dir.join("probe.tmp");
    let written = std::fs::write(&path, vec![0; PROBE_BYTES]);
    // The file is of no use to anybody, whether it could be written or not.
    let _ = std::fs::remove_file(&path);
    written.is_err_and(|error| FrontierError::io(&path, error).is_disk_full())
}
