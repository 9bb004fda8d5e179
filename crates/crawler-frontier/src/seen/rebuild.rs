//! Beginning anew with other members.

use super::SeenKey;
use super::error::SeenError;
use super::files::RealFiles;
use super::run::{Run, RunMeta, RunWriter, file_name};
use super::store::SeenStore;
use std::path::{Path, PathBuf};
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

/// A run that is not what was written.
pub(crate) struct DamagedRun {
    pub(crate) meta: RunMeta,
    pub(crate) path: PathBuf,
    /// What is wrong, with the file's name.
    pub(crate) error: SeenError,
    /// What can still be read of it.
    pub(crate) keys: Vec<SeenKey>,
}

/// Finds the damaged ones among the runs in `dir`.
pub(crate) fn damaged_runs(dir: &Path, runs: &[RunMeta]) -> Result<Vec<DamagedRun>, SeenError> {
    let mut damaged = Vec::new();
    for &meta in runs {
        match Run::open(&RealFiles, dir, meta) {
            Ok(_) => {}
            Err(error @ SeenError::Damaged { .. }) => {
                let keys = Run::salvage(dir, meta)?;
                damaged.push(DamagedRun { meta, path: dir.join(file_name(meta.id)), error, keys });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(damaged)
}
