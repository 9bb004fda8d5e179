//! Hands the seeds to the shards that own their hosts, as fast as the inboxes take them.

use crawler_frontier::{Candidate, Hops, Source};
use crawler_url::{Canonicalizer, Fingerprint, ShardId, WireUrl};

use crate::mesh::{Delivery, DeliveryState, HandOff};
use crate::outstanding::WorkGuard;
use crate::shared::Shared;

/// Seeds in one batch.
const BATCH_SEEDS_MAX: usize = 1024;

/// Seeds not yet admitted; the guard keeps the crawl from ending before they are.
pub(super) struct Seeding {
    left: Vec<WireUrl>,
    /// Under way, with what to send again should their shard fail.
    sent: Vec<(Delivery, Vec<WireUrl>)>,
    canonicalizer: Canonicalizer,
    _starting: WorkGuard,
}

impl Seeding {
    pub(super) fn new(
        mut seeds: Vec<WireUrl>,
        canonicalizer: Canonicalizer,
        starting: WorkGuard,
    ) -> Self {
        // Taken from the end, so that they arrive in the order given.
        seeds.reverse();
        Self { left: seeds, sent: Vec::new(), canonicalizer, _starting: starting }
    }

    /// Delivers batches until an inbox is full or no seed is left; `None` when all are admitted.
    pub(super) fn feed(mut self, shared: &Shared) -> Option<Self> {
        self.take_back_lost();
        while !self.left.is_empty() {
            if shared.config.workers.iter().any(|id| shared.mesh.sender(id).capacity() == 0) {
                return Some(self);
            }
            let from = self.left.len().saturating_sub(BATCH_SEEDS_MAX);
            let batch = self.left.split_off(from);
            self.deliver(batch, shared);
        }
        (!self.sent.is_empty()).then_some(self)
    }

    /// Forgets the batches that are admitted; those lost with a shard are to be sent again.
    fn take_back_lost(&mut self) {
        for (delivery, seeds) in std::mem::take(&mut self.sent) {
            match delivery.state() {
                DeliveryState::Pending => self.sent.push((delivery, seeds)),
                DeliveryState::Admitted => {}
                DeliveryState::Lost => self.left.extend(seeds.into_iter().rev()),
            }
        }
    }

    fn deliver(&mut self, batch: Vec<WireUrl>, shared: &Shared) {
        let shards = shared.config.workers;
        let mut per_shard: Vec<Vec<Candidate>> = shards.iter().map(|_| Vec::new()).collect();
        for url in batch.into_iter().rev() {
            let fingerprint = self.canonicalizer.fingerprint(&url);
            let owner = fingerprint.host.slot().shard(shards);
            per_shard[usize::from(owner.0)].push(seed(url, fingerprint));
        }
        for (links, id) in per_shard.into_iter().zip(0..) {
            if links.is_empty() {
                continue;
            }
            let seeds: Vec<WireUrl> = links.iter().map(|link| link.url.clone()).collect();
            let (hand_off, delivery) = HandOff::new(links, &shared.outstanding);
            // A refused batch is dropped here, and so counts as lost and is sent again.
            let _ = shared.mesh.sender(ShardId(id)).try_send(hand_off);
            self.sent.push((delivery, seeds));
        }
    }
}

/// A seed, ready to be admitted.
pub(crate) fn seed(url: WireUrl, fingerprint: Fingerprint) -> Candidate {
    Candidate {
        url,
        fingerprint,
        via: None,
        depth: 0,
        redirects: 0,
        hops: Hops::default(),
        source: Source::Seed,
    }
}
