//! An orderly end.

use super::{FrontierDb, commit};
use crate::error::FrontierError;

/// What is in the journals only is written to tables, so that the next opening need not read the
/// journals.
pub(super) fn close(db: &mut FrontierDb) -> Result<(), FrontierError> {
    for space in db.spaces.all() {
        space.rotate_memtable().map_err(|error| db.store_error(error))?;
    }
    commit::wait_for_flushes(db, 0)
}
