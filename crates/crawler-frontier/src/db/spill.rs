//! Giving memory back while it is short.

use super::FrontierDb;
use crate::error::FrontierError;

/// Memory tables that stay in memory all the same: many small files would be slow to read.
const KEPT_BYTES: u64 = if cfg!(test) { 1 } else { 16 << 20 };

/// Has the memory tables written out by the background threads, if they hold much and are not being
/// written out already.
pub(super) fn spill(db: &mut FrontierDb) -> Result<(), FrontierError> {
    let spaces = db.spaces.all();
    let is_under_way = spaces.iter().any(|space| space.sealed_memtable_count() > 0);
    if is_under_way || db.db.write_buffer_size() <= KEPT_BYTES {
        return Ok(());
    }
    for space in spaces {
        space.rotate_memtable().map_err(|error| db.store_error(error))?;
    }
    Ok(())
}
