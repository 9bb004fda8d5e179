//! Remembering URLs as seen without queueing them.

use crate::db::FrontierDb;
use crate::error::FrontierError;
use crate::hash::KeyMap;
use crate::ops::Ops;
use crate::seen::SeenKey;
use crawler_url::{Fingerprint, Slot};
use std::collections::HashSet;

impl FrontierDb {
    /// Adds these URLs to the seen set, so that they are not fetched in this generation, and gives
    /// the number of those that it did not have. Those already queued stay queued. Takes the same
    /// time for few as for many: some hundred thousand at once are best.
    ///
    /// No [`crate::Frontier`] may be in use: recover them afterwards.
    ///
    /// # Errors
    /// As [`commit`](Self::commit); after a crash either all of them are remembered or none.
    pub fn mark_seen(&mut self, fingerprints: &[Fingerprint]) -> Result<u64, FrontierError> {
        let fresh: HashSet<SeenKey> = self.reader().fresh_keys()?.into_iter().collect();
        let keys = fingerprints.iter().map(|print| SeenKey::new(*print, self.checkpoint.seed));
        let keys: Vec<_> = keys.filter(|key| !fresh.contains(key)).collect();
        let mut ops = Ops::default();
        let new = add_seen(self, keys, &mut ops)?;
        let mut counts = KeyMap::<Slot, u64>::default();
        for key in &new {
            *counts.entry(key.slot()).or_default() += 1;
        }
        for (slot, mut row) in self.reader().all_slots()? {
            if let Some(count) = counts.get(&slot) {
                row.seen += count;
                ops.slots.insert(slot, row);
            }
        }
        let payload = self.payload().unwrap_or_default();
        self.commit(ops, &payload)?;
        Ok(new.len() as u64)
    }
}

/// Writes keys to the seen set, for the commit of `ops`; gives those that it did not have.
pub(super) fn add_seen(
    db: &FrontierDb,
    keys: Vec<SeenKey>,
    ops: &mut Ops,
) -> Result<Vec<SeenKey>, FrontierError> {
    let Some((run, new)) = db.seen.add(keys)? else { return Ok(Vec::new()) };
    ops.runs.push(run);
    Ok(new)
}
