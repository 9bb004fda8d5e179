//! One shard's side.

mod admit;
mod lease;
mod plan;
mod recover;
mod settle;

pub use lease::{Lease, Next};
pub use settle::Disposition;

use crate::candidate::Candidate;
use crate::due::DueQueue;
use crate::hash::KeyMap;
use crate::host_queue::HostQueue;
use crate::host_row::HostTotals;
use crate::ops::Ops;
use crate::page::PageMemory;
use crate::reader::FrontierReader;
use crate::seen::SeenSet;
use crawler_politeness::Pace;
use crawler_url::{Fingerprint, HostHash, ShardCount, ShardId, WireUrl};
use std::collections::BTreeSet;

/// The hosts of one shard and their queues.
///
/// Plain state of one thread. Nothing here writes; [`Frontier::lease`] may read from disk.
#[derive(Debug)]
pub struct Frontier {
    reader: FrontierReader,
    shard: ShardId,
    shards: ShardCount,
    limits: FrontierLimits,
    intake: Intake,
    hosts: Vec<HostQueue>,
    index: KeyMap<HostHash, u32>,
    due: DueQueue,
    /// Hosts whose next URL is on its way to disk.
    awaiting: BTreeSet<u32>,
    seen: SeenSet,
    ops: Ops,
    /// Hosts whose row is to be handed over.
    changed: Vec<u32>,
    /// Hosts whose pace was lent out since they were planned.
    lent: Vec<u32>,
    /// Number of the next hand-over, from 1.
    number: u64,
    /// Hand-overs up to this one are visible to the reader.
    committed: u64,
    counts: Counts,
    scratch: Vec<u8>,
}

/// Bounds on what a [`Frontier`] does and holds.
#[derive(Clone, Copy, Debug)]
pub struct FrontierLimits {
    /// Leases of one host whose fetch has not ended; 0 counts as 1.
    pub host_concurrency: u16,
    /// Queued URLs to hold in memory. Each host gets an equal part of them, but at least 16 and at
    /// most 1024: with very many hosts there are more. About 250 bytes each.
    pub urls_in_memory: usize,
}

/// What becomes of new URLs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intake {
    /// They are queued.
    #[default]
    Open,
    /// Only seeds are queued: there is no room for others. The others are remembered as seen.
    Shed,
}

/// What came of [`Frontier::admit`].
#[derive(Clone, Debug, Default)]
pub struct Admitted {
    /// URLs queued.
    pub new: u32,
    /// URLs that were offered before in this generation.
    pub seen: u32,
    /// New URLs that were not queued, see [`Intake::Shed`]: the caller must account for them.
    pub shed: Vec<Candidate>,
}

/// Hosts by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCounts {
    /// With URLs and capacity, and due at the time of the last [`Frontier::lease`]; those whose
    /// next URL waits for a commit included.
    pub ready: usize,
    /// With URLs and capacity, but due later.
    pub snoozed: usize,
    /// With at least one fetch going on.
    pub in_flight: usize,
    /// All hosts ever met.
    pub known: usize,
}

/// Sums kept, because adding them up would take a walk over all hosts.
#[derive(Debug, Default)]
struct Counts {
    queued: u64,
    hosts_queued: usize,
    hosts_in_flight: usize,
}

impl Frontier {
    /// URLs not yet settled, leased ones included.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.counts.queued
    }

    /// Bounds what is done and held from now on.
    pub fn set_limits(&mut self, limits: FrontierLimits) {
        self.limits = limits;
    }

    /// Decides what becomes of new URLs from now on.
    pub fn set_intake(&mut self, intake: Intake) {
        self.intake = intake;
    }

    /// URLs admitted in this generation, those shed included.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Whether the URL was admitted in this generation: spares the making of a candidate.
    #[must_use]
    pub fn knows(&self, fingerprint: Fingerprint) -> bool {
        self.seen.contains(fingerprint)
    }

    /// Hosts by state.
    #[must_use]
    pub fn hosts(&self) -> HostCounts {
        HostCounts {
            ready: self.due.ready() + self.awaiting.len(),
            snoozed: self.due.snoozed(),
            in_flight: self.counts.hosts_in_flight,
            known: self.hosts.len(),
        }
    }

    /// Politeness state of a known host, to be brought up to date. Its `next_fetch_at` says when
    /// the host may be leased from next.
    pub fn pace(&mut self, host: HostHash) -> Option<&mut Pace> {
        let idx = *self.index.get(&host)?;
        self.mark_changed(idx);
        let host = &mut self.hosts[idx as usize];
        if !host.pace_lent {
            host.pace_lent = true;
            self.lent.push(idx);
        }
        Some(&mut host.pace)
    }

    /// How the URLs of a known host have ended, over all runs.
    #[must_use]
    pub fn totals(&self, host: HostHash) -> Option<HostTotals> {
        let idx = *self.index.get(&host)?;
        Some(self.hosts[idx as usize].totals)
    }

    /// Remembers a page for later generations.
    pub fn remember(&mut self, fingerprint: Fingerprint, page: PageMemory) {
        self.ops.pages.insert(fingerprint, page);
    }

    /// Remembers a seed for later generations. Does not queue it.
    pub fn add_seed(&mut self, seed: &WireUrl) {
        self.ops.seeds.push(seed.as_str().into());
    }

    /// Hands over everything changed since the last call, to be committed in the order of the
    /// numbers. What is not handed over is lost if the shard stops.
    pub fn take_ops(&mut self) -> Ops {
        for idx in std::mem::take(&mut self.changed) {
            let host = &mut self.hosts[idx as usize];
            host.row_changed = false;
            self.ops.hosts.insert(host.hash(), host.to_row());
        }
        let number = self.number;
        self.number += 1;
        self.ops.take(number)
    }

    /// Says that the hand-overs up to number `up_to` are committed: hosts that waited for their
    /// next URL to appear on disk can be leased from again.
    pub fn committed(&mut self, up_to: u64) {
        self.committed = self.committed.max(up_to);
        for idx in std::mem::take(&mut self.awaiting) {
            self.plan(idx);
        }
    }

    /// URLs a host may hold in memory at present.
    fn buffer_urls_max(&self) -> usize {
        const BUFFER_URLS_MIN: usize = 16;
        const BUFFER_URLS_MAX: usize = 1024;
        let share = self.limits.urls_in_memory / self.counts.hosts_queued.max(1);
        share.clamp(BUFFER_URLS_MIN, BUFFER_URLS_MAX)
    }
}
