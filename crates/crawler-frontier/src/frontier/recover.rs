//! Coming back from disk.

use super::judge::SeenRows;
use super::sums::Sums;
use super::tally::Tallies;
use super::{ActiveHosts, Admitted, Frontier, FrontierLimits, Intake};
use crate::due::DueQueue;
use crate::error::FrontierError;
use crate::hash::KeyMap;
use crate::ops::Ops;
use crate::parked::Parked;
use crate::reader::{FrontierReader, Recovered};
use crate::seen::{Offer, SeenSet};
use crate::seen_row::Undecided;
use crawler_politeness::UnixMillis;
use crawler_url::{Fingerprint, ShardCount, ShardId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tells the shard that the seen set has decided something; called from another thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

impl Frontier {
    /// Shard `id`'s part of what was last committed; empty in a new store. Every operation handed
    /// over by the shard's predecessor must be committed, or dropped, before.
    ///
    /// Reads no host and no queued URL: these come in when they are due. `shards` must be what the
    /// store was last [assigned](crate::FrontierDb::assign) to. `wake` is called when
    /// [`admit_judged`](Self::admit_judged) has something to do.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn recover(
        reader: FrontierReader,
        id: ShardId,
        shards: ShardCount,
        limits: FrontierLimits,
        wake: Wake,
    ) -> Result<Self, FrontierError> {
        let rows = reader.slots(id, shards)?;
        let marks: Vec<_> = rows.iter().map(|(slot, row)| (*slot, row.queued > 0)).collect();
        let mut frontier = Self {
            shard: id,
            shards,
            limits,
            intake: Intake::Open,
            hosts: ActiveHosts::default(),
            due: DueQueue::default(),
            arranged: KeyMap::default(),
            awaiting: BTreeSet::new(),
            parked: Parked::new(&marks),
            swept_at: UnixMillis(0),
            appended: KeyMap::default(),
            seen: SeenSet::new(reader.seen(), limits.seen, wake),
            seen_rows: SeenRows::default(),
            unoffered: Vec::new(),
            ops: Ops::default(),
            changed: Vec::new(),
            lent: Vec::new(),
            number: 1,
            committed: 0,
            next_seq: reader.next_seq()?,
            tallies: Tallies::default(),
            sums: Sums::new(rows),
            scratch: Vec::new(),
            reader,
        };
        frontier.recover_seen()?;
        Ok(frontier)
    }

    /// Brings back what the seen set had not written to its own files.
    fn recover_seen(&mut self) -> Result<(), FrontierError> {
        let reader = self.reader.clone();
        reader.recover_seen(self.shard, &mut |part| {
            match part {
                Recovered::Fresh(id, keys) => {
                    for key in keys {
                        self.seen.restore(key);
                    }
                    self.seen_rows.restore_fresh(id);
                }
                Recovered::Candidates(id, row) => self.unoffered.push((id, row)),
            }
            Ok(())
        })
    }

    /// Offers the candidates of the stored rows once more.
    pub(super) fn offer_again(
        &mut self,
        now: UnixMillis,
        admitted: &mut Admitted,
    ) -> Result<(), FrontierError> {
        for (id, row) in std::mem::take(&mut self.unoffered) {
            self.offer_row(id, row, now, admitted)?;
        }
        Ok(())
    }

    fn offer_row(
        &mut self,
        id: u64,
        row: Vec<(Fingerprint, Undecided)>,
        now: UnixMillis,
        admitted: &mut Admitted,
    ) -> Result<(), FrontierError> {
        let mut last_batch = None;
        for (fingerprint, url) in row {
            let key = self.seen_key(fingerprint);
            let len = url.record.len();
            match self.seen.offer(key, || url, len) {
                Offer::Seen => admitted.seen += 1,
                Offer::New(url) => {
                    self.seen_rows.add_fresh(key);
                    self.let_in(url, now, admitted)?;
                }
                Offer::Deferred(batch) => last_batch = Some(batch),
            }
        }
        match last_batch {
            Some(batch) => self.seen_rows.restore_candidates(id, batch),
            None => SeenRows::drop_candidates(id, &mut self.ops, self.shard),
        }
        Ok(())
    }
}
