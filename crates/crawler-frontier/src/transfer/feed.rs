//! Queueing URLs without a crawl.

use crate::candidate::{Candidate, Hops, Source};
use crate::db::FrontierDb;
use crate::error::FrontierError;
use crate::frontier::{Admitted, Frontier, FrontierLimits};
use crate::seen::SeenLimits;
use crawler_politeness::UnixMillis;
use crawler_url::{Canonicalizer, ShardCount, ShardId, WireUrl};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

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
pub struct Feed<'a> {
    db: &'a mut FrontierDb,
    frontier: Frontier,
    /// Rings when the seen set has decided something.
    bell: Receiver<()>,
    canonicalizer: Canonicalizer,
    now: UnixMillis,
    /// URLs that were queued, and those that were not because they were known.
    queued: u64,
    known: u64,
}

impl<'a> Feed<'a> {
    /// Begins; hosts met for the first time are due at `now`.
    ///
    /// # Errors
    /// When the store cannot be read or written, or holds something else than was written.
    pub fn begin(db: &'a mut FrontierDb, now: UnixMillis) -> Result<Self, FrontierError> {
        db.assign(ShardCount::ONE)?;
        let (ring, bell) = sync_channel(1);
        let wake = Arc::new(move || {
            // A full channel rings already; without a listener there is nobody to wake.
            let _ = ring.try_send(());
        });
        let canonicalizer = db.canonicalizer();
        let frontier = Frontier::recover(db.reader(), ShardId(0), ShardCount::ONE, LIMITS, wake)?;
        let mut feed = Self { db, frontier, bell, canonicalizer, now, queued: 0, known: 0 };
        // What the crawl had found and not decided comes before what is offered here.
        feed.decide_all()?;
        (feed.queued, feed.known) = (0, 0);
        Ok(feed)
    }

    /// Queues a URL as a seed is queued, unless it is known.
    ///
    /// # Errors
    /// As [`Feed::begin`].
    pub fn offer(&mut self, url: WireUrl) -> Result<(), FrontierError> {
        self.offer_candidate(Candidate {
            fingerprint: self.canonicalizer.fingerprint(&url),
            url,
            via: None,
            depth: 0,
            redirects: 0,
            hops: Hops::default(),
            source: Source::Seed,
        })
    }

    /// Queues a URL as it was found, unless it is known.
    ///
    /// # Errors
    /// As [`Feed::begin`].
    pub fn offer_link(
        &mut self,
        url: WireUrl,
        via: Option<Box<str>>,
        depth: u16,
    ) -> Result<(), FrontierError> {
        self.offer_candidate(Candidate {
            fingerprint: self.canonicalizer.fingerprint(&url),
            url,
            via,
            depth,
            redirects: 0,
            hops: Hops::default(),
            source: Source::Link,
        })
    }

    fn offer_candidate(&mut self, candidate: Candidate) -> Result<(), FrontierError> {
        let admitted = self.frontier.admit([candidate], self.now)?;
        self.count(&admitted);
        while !self.frontier.has_room() {
            self.decide_some()?;
        }
        Ok(())
    }

    /// Remembers a seed: the scope of later crawls follows from it.
    pub fn add_seed(&mut self, url: &WireUrl) {
        self.frontier.add_seed(url);
    }

    /// Makes everything offered durable, together with a payload of the caller's that is made from
    /// the number of URLs now queued in the whole store.
    ///
    /// # Errors
    /// As [`FrontierDb::commit`].
    pub fn commit(
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

    /// URLs queued so far.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.queued
    }

    /// URLs that were known, as far as it is decided; after a commit all that were.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.known
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
        self.queued += u64::from(admitted.new);
        self.known += u64::from(admitted.seen);
    }
}

impl std::fmt::Debug for Feed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("frontier", &self.frontier).finish_non_exhaustive()
    }
}
