//! Looking into a data directory without crawling.

use std::path::Path;

use crawler_frontier::FrontierDb;

use crate::counters::Counters;
use crate::start::{StartError, read_checkpoint, take_lock};

/// What the last commit in a data directory says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Examined {
    /// Recrawl generation, from 1.
    pub generation: u32,
    /// What happened up to the last commit; `None` when nothing was committed.
    pub counters: Option<Counters>,
}

/// Opens the frontier of `data_dir` as a start would, which checks its format and all it has seen,
/// and closes it. `None` when no crawl began there. Writes nothing but what a start cuts off.
///
/// # Errors
/// As [`start()`](crate::start()): the directory is in use, damaged or of another format.
pub fn examine(data_dir: &Path) -> Result<Option<Examined>, StartError> {
    let store = data_dir.join("store");
    if !store.is_dir() {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let frontier = FrontierDb::open(&store)?;
    let checkpoint = read_checkpoint(data_dir, &frontier)?;
    let counters = checkpoint.map(|checkpoint| checkpoint.counters);
    Ok(Some(Examined { generation: frontier.generation(), counters }))
}
