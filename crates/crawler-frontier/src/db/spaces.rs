//! The keyspaces and how each is tuned.

use crate::error::FrontierError;
use fjall::config::{CompressionPolicy, FilterPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions};
use std::path::Path;

/// Block cache of all keyspaces together.
const CACHE_BYTES: u64 = 32 << 20;
/// Sealed journals kept before the memory tables that pin them are written out. Bounds both the
/// disk space and the time to open after a crash: about a second for each 100 MB.
const JOURNAL_BYTES_MAX: u64 = 128 << 20;
/// With a single one, writers can wait for ever on memory tables sealed during recovery; with two,
/// the first passes on what only the second may do, again and again, while that is busy.
const WORKER_THREADS: usize = 4;
/// Up to three memory tables of a keyspace exist at a time. Larger ones are merged into what is
/// on disk less often: with a third of this, 10 million queued URLs cost half as much CPU time again.
const QUEUE_MEMTABLE_BYTES: u64 = 48 << 20;
const HOSTS_MEMTABLE_BYTES: u64 = 24 << 20;
const DUE_MEMTABLE_BYTES: u64 = 12 << 20;
const SEEN_MEMTABLE_BYTES: u64 = 8 << 20;
const PAGES_MEMTABLE_BYTES: u64 = 8 << 20;
const SMALL_MEMTABLE_BYTES: u64 = 1 << 20;

/// Handles of the keyspaces.
#[derive(Clone)]
pub(crate) struct Spaces {
    /// Queue key to record. Written once, read by range, removed; most rows die young.
    pub(crate) queue: Keyspace,
    /// Host hash to host row, and behind it what was queued for the host while it was not in
    /// memory. Rewritten often, read when the host comes into memory.
    pub(crate) hosts: Keyspace,
    /// Slot, time and host to nothing: which hosts have URLs, and when they may be asked.
    pub(crate) due: Keyspace,
    /// Keys of the seen set that are in none of its files, and candidates it has not judged.
    pub(crate) seen: Keyspace,
    /// Host and scheme to what its robots.txt said.
    pub(crate) robots: Keyspace,
    /// Fingerprint to page memory. Read one by one, and mostly in vain in a first crawl.
    pub(crate) pages: Keyspace,
    /// URL to nothing.
    pub(crate) seeds: Keyspace,
    /// Name to row: the checkpoint, sums by slot, files of the seen set.
    pub(crate) meta: Keyspace,
}

impl Spaces {
    pub(crate) fn all(&self) -> [&Keyspace; 8] {
        let Self { queue, hosts, due, seen, robots, pages, seeds, meta } = self;
        [queue, hosts, due, seen, robots, pages, seeds, meta]
    }
}

/// Opens the database in `dir` with its keyspaces.
pub(crate) fn open(dir: &Path) -> Result<(Database, Spaces), FrontierError> {
    let store_error = |error| FrontierError::store(dir, error);
    let db = Database::builder(dir)
        .cache_size(CACHE_BYTES)
        .max_journaling_size(JOURNAL_BYTES_MAX)
        .worker_threads(WORKER_THREADS)
        .manual_journal_persist(true)
        .open()
        .map_err(store_error)?;
    let space = |name, options: fn() -> KeyspaceCreateOptions| {
        db.keyspace(name, options).map_err(store_error)
    };
    let spaces = Spaces {
        queue: space("queue", || scanned(QUEUE_MEMTABLE_BYTES))?,
        hosts: space("hosts", || scanned(HOSTS_MEMTABLE_BYTES))?,
        due: space("due", || scanned(DUE_MEMTABLE_BYTES))?,
        seen: space("seen", || scanned(SEEN_MEMTABLE_BYTES))?,
        robots: space("robots", looked_up)?,
        pages: space("pages", looked_up)?,
        seeds: space("seeds", || scanned(SMALL_MEMTABLE_BYTES))?,
        meta: space("meta", || scanned(SMALL_MEMTABLE_BYTES))?,
    };
    Ok((db, spaces))
}

/// Read by range only: bloom filters would never be asked. The two upper levels stay as they are,
/// since what lies there is mostly gone before a compression would have paid.
fn scanned(memtable_bytes: u64) -> KeyspaceCreateOptions {
    let raw = CompressionType::None;
    KeyspaceCreateOptions::default()
        .manual_journal_persist(true)
        .max_memtable_size(memtable_bytes)
        .filter_policy(FilterPolicy::disabled())
        .data_block_compression_policy(CompressionPolicy::new([raw, raw, CompressionType::Lz4]))
}

/// Looked up one by one: bloom filters (the default policy) on every level.
fn looked_up() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .manual_journal_persist(true)
        .max_memtable_size(PAGES_MEMTABLE_BYTES)
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
}
