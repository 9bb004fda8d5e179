//! An orderly end.

use super::{FrontierDb, commit};
use crate::error::FrontierError;

/// With less in memory the journals are read in a fraction of a second, and can still be gone back
/// in should one be damaged.
const FLUSH_BYTES_MIN: u64 = 16 << 20;

/// What is in the journals only is written to tables, if it is much, so that the next opening need
/// not read it from the journals.
pub(super) fn close(db: &mut FrontierDb) -> Result<(), FrontierError> {
    if db.db.write_buffer_size() < FLUSH_BYTES_MIN {
        return Ok(());
    }
    for space in db.spaces.all() {
        space.rotate_memtable().map_err(|error| db.store_error(error))?;
    }
    commit::wait_for_flushes(db, 0)
}
