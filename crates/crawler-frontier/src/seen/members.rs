//! The set as a whole: all its members, and members added without being offered.

use super::candidate::{candidate, key_bits};
use super::error::SeenError;
use super::key::SeenKey;
use super::merge::Merged;
use super::run::{RunMeta, RunWriter, SearchRoom};
use super::store::SeenStore;

impl SeenStore {
    /// Visits the keys of all published runs and these `fresh` ones, in order, each once. The
    /// inner error is the visitor's, which ends the visit.
    ///
    /// # Errors
    /// [`SeenError::Io`] and [`SeenError::Damaged`] when a run cannot be read.
    pub fn for_each_key<E>(
        &self,
        mut fresh: Vec<SeenKey>,
        visit: &mut dyn FnMut(SeenKey) -> Result<(), E>,
    ) -> Result<Result<(), E>, SeenError> {
        fresh.sort_unstable();
        fresh.dedup();
        let mut fresh = fresh.into_iter().peekable();
        let runs = self.shared.published();
        let mut merged = Merged::new(&runs)?;
        while let Some(bits) = merged.next_key()? {
            let key = SeenKey::from_bits(bits);
            while let Some(before) = fresh.next_if(|fresh| *fresh <= key) {
                if before < key
                    && let Err(error) = visit(before)
                {
                    return Ok(Err(error));
                }
            }
            if let Err(error) = visit(key) {
                return Ok(Err(error));
            }
        }
        Ok(fresh.try_for_each(visit))
    }

    /// Writes those of `keys` that no run has as a run of their own, and gives them back with it in
    /// order; a repeated key counts once. The run is durable when this returns, and part of the set
    /// once it is recorded and [published](Self::publish).
    ///
    /// # Errors
    /// [`SeenError::Io`] when the operating system refuses, [`SeenError::Damaged`] when a run is
    /// not what was written.
    pub fn add(
        &self,
        mut keys: Vec<SeenKey>,
    ) -> Result<Option<(RunMeta, Vec<SeenKey>)>, SeenError> {
        keys.sort_unstable();
        keys.dedup();
        let mut new: Vec<u128> = keys.into_iter().map(|key| candidate(key, 0)).collect();
        let (shared, owner) = (&self.shared, self.shared.next_owner());
        let mut room = SearchRoom::default();
        for run in shared.judges_of(owner) {
            run.drop_known(&mut new, &mut room)?;
        }
        if new.is_empty() {
            return Ok(None);
        }
        let keys: Vec<_> = new.into_iter().map(|new| SeenKey::from_bits(key_bits(new))).collect();
        let mut writer = RunWriter::create(&*shared.files, &shared.dir, shared.next_run())?;
        keys.iter().try_for_each(|key| writer.push(key.bits()))?;
        let run = writer.finish()?;
        let meta = run.meta;
        shared.written(owner, run);
        Ok(Some((meta, keys)))
    }
}
