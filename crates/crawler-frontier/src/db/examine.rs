//! Reading all there is.

use super::FrontierDb;
use crate::error::FrontierError;
use fjall::Readable;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl FrontierDb {
    /// Reads every row of every keyspace, which checks each block of the database's files.
    ///
    /// # Errors
    /// [`FrontierError::Damaged`] names the keyspace with the first row that cannot be read.
    pub fn read_all(&self) -> Result<u64, FrontierError> {
        let snapshot = self.db.snapshot();
        let mut rows = 0;
        for space in self.spaces.all() {
            let name = space.name();
            // On some damaged blocks the database panics instead of refusing.
            let read = catch_unwind(AssertUnwindSafe(|| {
                snapshot.iter(space).try_fold(0, |rows, row| row.into_inner().map(|_| rows + 1))
            }));
            let unreadable = |what: String| {
                let detail = format!("keyspace {name} ({}): {what}", space.path().display());
                FrontierError::damaged(&super::db_dir(&self.dir), detail)
            };
            rows += match read {
                Ok(Ok(read)) => read,
                Ok(Err(error)) => return Err(unreadable(format!("{error:?}"))),
                Err(_) => return Err(unreadable("a block is not what was written".to_owned())),
            };
        }
        Ok(rows)
    }

    #[cfg(test)]
    pub(crate) fn seen_keys(&self) -> u64 {
        self.seen.keys()
    }

    /// Moves all rows from memory to tables.
    #[cfg(test)]
    pub(crate) fn write_tables(&self) {
        for space in self.spaces.all() {
            space.rotate_memtable_and_wait().unwrap();
        }
    }
}
