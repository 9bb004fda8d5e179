//! Beginning anew with other members.

use super::SeenKey;
use super::error::SeenError;
use super::run::{RunMeta, RunWriter};
use super::store::SeenStore;
use std::sync::Arc;

impl SeenStore {
    /// Writes a run of these keys, in any order; a repeated one counts once. It is durable when
    /// this returns, and part of the set once the store is [reopened](Self::reopen) with it.
    ///
    /// # Errors
    /// [`SeenError::Io`] when the operating system refuses.
    pub fn write_run(&self, mut keys: Vec<SeenKey>) -> Result<RunMeta, SeenError> {
        keys.sort_unstable();
        keys.dedup();
        let shared = &self.shared;
        let mut writer = RunWriter::create(&*shared.files, &shared.dir, shared.next_run())?;
        for key in keys {
            writer.push(key.bits())?;
        }
        Ok(writer.finish()?.meta)
    }

    /// Goes on with exactly these runs; the files of all others are removed. No
    /// [`super::SeenSet`] may be in use.
    ///
    /// # Errors
    /// As [`SeenStore::open`].
    pub fn reopen(&mut self, runs: &[RunMeta]) -> Result<(), SeenError> {
        self.close();
        let (dir, files) = (self.shared.dir.clone(), Arc::clone(&self.shared.files));
        *self = Self::open(&dir, files, runs)?;
        Ok(())
    }
}
