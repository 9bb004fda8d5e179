//! Outlinks owed to other shards, one open batch per peer.

use std::time::Duration;

use crawler_frontier::Candidate;
use crawler_url::{Fingerprint, ShardCount, ShardId};

use crate::mesh::{Delivery, HandOff};
use crate::shared::Shared;

/// Links that may wait for full peers before this shard leases no more.
const LINKS_WAITING_MAX: usize = 50_000;
/// Recently sent fingerprints that are not sent again: 2^16 × 8 bytes.
const RECENT_SLOTS: usize = 1 << 16;
/// How soon a refused batch is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(2);

/// The open batches.
#[derive(Debug)]
pub(super) struct Outboxes {
    own: ShardId,
    open: Vec<Option<(HandOff, Delivery)>>,
    links_waiting: usize,
    recent: Vec<u64>,
}

impl Outboxes {
    pub(super) fn new(own: ShardId, shards: ShardCount) -> Self {
        let recent = if shards.get() > 1 { vec![0; RECENT_SLOTS] } else { Vec::new() };
        Self { own, open: shards.iter().map(|_| None).collect(), links_waiting: 0, recent }
    }

    /// Whether peers take links fast enough for this shard to go on discovering.
    pub(super) fn has_room(&self) -> bool {
        self.links_waiting < LINKS_WAITING_MAX
    }

    /// Whether a URL was sent a short while ago.
    pub(super) fn is_recent(&self, fingerprint: Fingerprint) -> bool {
        let tag = tag(fingerprint);
        self.recent[tag as usize % RECENT_SLOTS] == tag
    }

    /// Forgets what was sent: some of it was lost.
    pub(super) fn forget_recent(&mut self) {
        self.recent.fill(0);
    }

    /// Adds a link to the batch for `peer`.
    pub(super) fn push(&mut self, peer: ShardId, link: Candidate, shared: &Shared) {
        let tag = tag(link.fingerprint);
        self.recent[tag as usize % RECENT_SLOTS] = tag;
        let slot = &mut self.open[usize::from(peer.0)];
        let (batch, _) = slot.get_or_insert_with(|| HandOff::new(Vec::new(), &shared.outstanding));
        batch.links.push(link);
        self.links_waiting += 1;
    }

    /// The delivery of the batch that is open for `shard`, for pages whose links are in it.
    pub(super) fn delivery(&self, shard: ShardId) -> Option<Delivery> {
        self.open[usize::from(shard.0)].as_ref().map(|(_, delivery)| delivery.clone())
    }

    /// Sends what the peers take; the rest stays.
    pub(super) fn flush(&mut self, shared: &Shared) {
        for (index, slot) in self.open.iter_mut().enumerate() {
            let peer = ShardId(index as u16);
            if peer == self.own {
                continue;
            }
            let Some((batch, delivery)) = slot.take() else { continue };
            let links = batch.links.len();
            match shared.mesh.sender(peer).try_send(batch) {
                Ok(()) => self.links_waiting -= links,
                Err(refused) => *slot = Some((refused.into_inner(), delivery)),
            }
        }
    }

    pub(super) fn patience(&self) -> Duration {
        if self.links_waiting > 0 { RETRY_AFTER } else { Duration::MAX }
    }
}

/// What tells URLs that were sent apart.
fn tag(fingerprint: Fingerprint) -> u64 {
    fingerprint.url ^ fingerprint.host.0.rotate_left(32)
}
