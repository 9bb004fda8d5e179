//! Telling what became of certain URLs, once the seen set has decided.

use super::Frontier;
use crate::candidate::Candidate;
use crate::error::FrontierError;
use crate::frontier::Admitted;
use crate::hash::KeySet;
use crate::seen::{BatchId, SeenKey};
use crawler_politeness::UnixMillis;

/// Names what was offered by one call of [`Frontier::admit_tallied`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TallyId(u64);

/// How many of the URLs offered by one call were new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Let in.
    pub new: u64,
    /// Offered before in this generation, or twice by the call.
    pub known: u64,
}

/// The calls whose URLs are not all decided, and those nobody has asked about yet.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    open: Vec<Counting>,
    next_id: u64,
}

#[derive(Debug)]
struct Counting {
    id: TallyId,
    so_far: Tally,
    undecided: KeySet<SeenKey>,
    /// When this batch is done all are decided: batches are judged in order.
    last: Option<BatchId>,
}

impl Tallies {
    /// The seen set has let a deferred key through.
    pub(super) fn note_new(&mut self, key: SeenKey) {
        for counting in &mut self.open {
            if counting.undecided.remove(&key) {
                counting.so_far.new += 1;
            }
        }
    }

    /// All keys of a batch are decided.
    pub(super) fn note_done(&mut self, batch: BatchId) {
        for counting in self.open.iter_mut().filter(|counting| counting.last <= Some(batch)) {
            counting.so_far.known += counting.undecided.drain().len() as u64;
        }
    }
}

impl Frontier {
    /// As [`admit`](Self::admit), but what became of each URL can be asked for by the identity that
    /// is given back: see [`take_tally`](Self::take_tally).
    ///
    /// # Errors
    /// As [`admit`](Self::admit).
    pub fn admit_tallied(
        &mut self,
        candidates: impl IntoIterator<Item = Candidate>,
        now: UnixMillis,
    ) -> Result<(Admitted, TallyId), FrontierError> {
        let id = TallyId(self.tallies.next_id);
        self.tallies.next_id += 1;
        let (mut undecided, mut last, mut repeats) = (KeySet::default(), None, 0);
        let mut admitted = Admitted::default();
        for candidate in candidates {
            if let Some((key, batch)) = self.offer(&candidate, now, &mut admitted)? {
                repeats += u64::from(!undecided.insert(key));
                last = Some(batch);
            }
        }
        let so_far = Tally {
            new: u64::from(admitted.new) + admitted.shed.len() as u64,
            known: u64::from(admitted.seen) + repeats,
        };
        self.tallies.open.push(Counting { id, so_far, undecided, last });
        Ok((admitted, id))
    }

    /// What became of the URLs of a call, once it is decided for all of them; tells it once.
    pub fn take_tally(&mut self, id: TallyId) -> Option<Tally> {
        let open = &mut self.tallies.open;
        let idx = open.iter().position(|counting| counting.id == id)?;
        open[idx].undecided.is_empty().then(|| open.swap_remove(idx).so_far)
    }
}
