//! Queueing URLs without a crawl.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use crawler_frontier::seen::SeenLimits;
use crawler_frontier::{Admitted, Candidate, Frontier, FrontierDb, FrontierError, FrontierLimits};
use crawler_politeness::UnixMillis;
use crawler_url::{ShardCount, ShardId, WireUrl};

/// One URL at a time is on its way in, so that little room will do.
const LIMITS: FrontierLimits = FrontierLimits {
    host_concurrency: 1,
    urls_in_memory: 16 << 10,
    hosts_in_memory: 8 << 10,
    seen: SeenLimits {
        fresh_keys: 512 << 10,
        batch_keys: 128 << 10,
        batch_bytes: 16 << 20,
        recent_slots: 1 << 17,
    },
};

/// Takes URLs into the queues of a store that no crawl uses, one after the other. What was offered
/// is durable after the next [`Feed::commit`]; offering it again does no harm.
///
/// Unlike the frontier's own feed it is given the fingerprints: they follow the rules of the crawl.
pub(crate) struct Feed<'a> {
    db: &'a mut FrontierDb,
    frontier: Frontier,
    /// Rings when the seen set has decided something.
    bell: Receiver<()>,
    now: UnixMillis,
    /// URLs that were queued.
    pub(crate) new: u64,
    /// Those that were not because they were known, as far as it is decided.
    pub(crate) known: u64,
}

impl<'a> Feed<'a> {
    /// Begins; hosts met for the first time are due at `now`.
    pub(crate) fn begin(db: &'a mut FrontierDb, now: UnixMillis) -> Result<Self, FrontierError> {
        db.assign(ShardCount::ONE)?;
        let (ring, bell) = sync_channel(1);
        let wake = Arc::new(move || {
            // A full channel rings already; without a listener there is nobody to wake.
            let _ = ring.try_send(());
        });
        let frontier = Frontier::recover(db.reader(), ShardId(0), ShardCount::ONE, LIMITS, wake)?;
        let mut feed = Self { db, frontier, bell, now, new: 0, known: 0 };
        // What the crawl had found and not decided comes before what is offered here.
        feed.decide_all()?;
        (feed.new, feed.known) = (0, 0);
        Ok(feed)
    }

    /// Queues a URL unless it is known.
    pub(crate) fn offer(&mut self, candidate: Candidate) -> Result<(), FrontierError> {
        let admitted = self.frontier.admit([candidate], self.now)?;
        self.count(&admitted);
        while !self.frontier.has_room() {
            self.decide_some()?;
        }
        Ok(())
    }

    /// Remembers a seed: the scope of later crawls follows from it.
    pub(crate) fn add_seed(&mut self, url: &WireUrl) {
        self.frontier.add_seed(url);
    }

    /// Makes everything offered durable, together with a payload that is made from the number of
    /// URLs now queued in the whole store.
    pub(crate) fn commit(
        &mut self,
        payload: impl FnOnce(u64) -> Result<Vec<u8>, FrontierError>,
    ) -> Result<(), FrontierError> {
        self.decide_all()?;
        let payload = payload(self.frontier.queued())?;
        let ops = self.frontier.take_ops();
        let number = ops.number();
        self.db.commit(ops, &payload)?;
        self.frontier.committed(number);
        Ok(())
    }

    fn decide_all(&mut self) -> Result<(), FrontierError> {
        self.admit_judged()?;
        while self.frontier.undecided() > 0 {
            self.frontier.judge();
            self.decide_some()?;
        }
        Ok(())
    }

    /// Waits for the seen set, and takes in what it lets through.
    fn decide_some(&mut self) -> Result<(), FrontierError> {
        // The sender lives as long as the frontier; were it gone, there would be nothing to wait for.
        let _ = self.bell.recv();
        self.admit_judged()
    }

    fn admit_judged(&mut self) -> Result<(), FrontierError> {
        let admitted = self.frontier.admit_judged(self.now, usize::MAX)?;
        self.count(&admitted);
        Ok(())
    }

    fn count(&mut self, admitted: &Admitted) {
        self.new += u64::from(admitted.new);
        self.known += u64::from(admitted.seen);
    }
}
