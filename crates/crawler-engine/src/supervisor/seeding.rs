//! Hands the seeds to the shards that own their hosts, as fast as the inboxes take them.

use crawler_frontier::{Candidate, Hops, Source};
use crawler_url::{Canonicalizer, ShardId, WireUrl};

use crate::mesh::HandOff;
use crate::outstanding::WorkGuard;
use crate::shared::Shared;

/// Seeds in one batch.
const BATCH_SEEDS_MAX: usize = 1024;

/// Seeds not yet delivered; the guard keeps the crawl from ending before they are.
pub(super) struct Seeding {
    left: Vec<WireUrl>,
    canonicalizer: Canonicalizer,
    _starting: WorkGuard,
}

impl Seeding {
    pub(super) fn new(mut seeds: Vec<WireUrl>, starting: WorkGuard) -> Self {
        // Taken from the end, so that they arrive in the order given.
        seeds.reverse();
        Self { left: seeds, canonicalizer: Canonicalizer::default(), _starting: starting }
    }

    /// Delivers batches until an inbox is full or no seed is left; `None` when all are delivered.
    pub(super) fn feed(mut self, shared: &Shared) -> Option<Self> {
        while !self.left.is_empty() {
            let from = self.left.len().saturating_sub(BATCH_SEEDS_MAX);
            if shared.config.workers.iter().any(|id| shared.mesh.sender(id).capacity() == 0) {
                return Some(self);
            }
            let batch = self.left.split_off(from);
            self.deliver(batch, shared);
        }
        None
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
            let (hand_off, _) = HandOff::new(links, &shared.outstanding);
            if let Err(refused) = shared.mesh.sender(ShardId(id)).try_send(hand_off) {
                self.left.extend(refused.into_inner().links.into_iter().rev().map(|link| link.url));
            }
        }
    }
}

fn seed(url: WireUrl, fingerprint: crawler_url::Fingerprint) -> Candidate {
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
