//! What is committed in a data directory that no crawl runs on.

use std::path::Path;

use crawler_frontier::FrontierDb;

use crate::lock::DirLock;
use crate::start::{StartError, read_checkpoint, take_lock};

/// The committed page list of a data directory; no crawl starts there while this lives.
#[derive(Debug)]
pub struct CommittedPages {
    /// Bytes of `pages/pages.jsonl` that are committed: rows before it are there for good.
    pub bytes: u64,
    _lock: DirLock,
}

/// How far the page list of `data_dir` is committed. `None` when no crawl began there.
///
/// # Errors
/// As [`start()`](crate::start()): the directory is in use, damaged or of another format.
pub fn committed_pages(data_dir: &Path) -> Result<Option<CommittedPages>, StartError> {
    let store = data_dir.join("store");
    if !store.is_dir() {
        return Ok(None);
    }
    let lock = take_lock(data_dir)?;
    let checkpoint = read_checkpoint(data_dir, &FrontierDb::open(&store)?)?;
    let positions = checkpoint.and_then(|checkpoint| checkpoint.positions);
    let bytes = positions.map_or(0, |positions| positions.pages_bytes());
    Ok(Some(CommittedPages { bytes, _lock: lock }))
}
