//! One shard's side.

mod active;
mod admit;
mod arrange;
mod judge;
mod lease;
mod park;
mod plan;
mod recover;
mod settle;
mod sums;
mod tally;
mod wake;

pub use admit::{Admitted, Intake, Shed};
pub use arrange::{Arrangement, Summoned};
pub use lease::{Lease, Next, NextOf};
pub use recover::Wake;
pub use settle::Disposition;
pub use tally::{Tally, TallyId};

use crate::due::DueQueue;
use crate::hash::KeyMap;
use crate::host_row::HostTotals;
use crate::ops::Ops;
use crate::page::PageMemory;
use crate::parked::Parked;
use crate::reader::FrontierReader;
use crate::robots_row::{RobotsKey, RobotsMemory};
use crate::seen::{SeenKey, SeenLimits, SeenSet};
use crate::seen_row::Undecided;
use active::ActiveHosts;
use admit::AppendedSince;
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{Fingerprint, HostHash, HostKey, ShardCount, ShardId, WireUrl};
use judge::SeenRows;
use std::collections::BTreeSet;
use sums::Sums;
use tally::Tallies;

/// The hosts of one shard and their queues.
///
/// Plain state of one thread. Nothing here writes; hosts and URLs are read from disk when their
/// time comes. Memory is bounded by [`FrontierLimits`], however many hosts and URLs there are.
pub struct Frontier {
    reader: FrontierReader,
    shard: ShardId,
    shards: ShardCount,
    limits: FrontierLimits,
    intake: Intake,
    hosts: ActiveHosts,
    due: DueQueue,
    /// What holds for single hosts beside their pace.
    arranged: KeyMap<HostHash, Arrangement>,
    /// Hosts whose next URL is on its way to disk.
    awaiting: BTreeSet<u32>,
    parked: Parked,
    /// When the hosts in memory were last gone through for some to leave.
    swept_at: UnixMillis,
    /// URLs queued for hosts not in memory since the last hand-over.
    appended: KeyMap<HostHash, AppendedSince>,
    seen: SeenSet<Undecided>,
    seen_rows: SeenRows,
    /// Stored rows of candidates that wait to be offered again.
    unoffered: Vec<UnofferedRow>,
    ops: Ops,
    /// Hosts whose row is to be handed over.
    changed: Vec<u32>,
    /// Hosts whose pace was lent out since they were planned.
    lent: Vec<u32>,
    /// Number of the next hand-over, from 1.
    number: u64,
    /// Hand-overs up to this one are visible to the reader.
    committed: u64,
    /// Place the next URL gets; also names rows. Never dealt twice in the life of a store.
    next_seq: u64,
    tallies: Tallies,
    sums: Sums,
    scratch: Vec<u8>,
}

/// The identity of a stored row and its candidates.
type UnofferedRow = (u64, Vec<(Fingerprint, Undecided)>);

/// Bounds on what a [`Frontier`] does and holds.
#[derive(Clone, Copy, Debug)]
pub struct FrontierLimits {
    /// Leases of one host whose fetch has not ended; 0 counts as 1.
    pub host_concurrency: u16,
    /// Queued URLs to hold in memory. Each host gets an equal part of them, but at least 16 and at
    /// most 1024. About 250 bytes each.
    pub urls_in_memory: usize,
    /// Hosts to hold in memory; the others are found on disk when they are due. At least 1, and
    /// about 500 bytes each.
    pub hosts_in_memory: usize,
    /// Bounds of the seen set.
    pub seen: SeenLimits,
}

/// Hosts by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCounts {
    /// In memory with URLs and capacity, and due at the time of the last [`Frontier::lease`];
    /// those whose next URL waits for a commit included.
    pub ready: usize,
    /// In memory with URLs and capacity, but due later.
    pub snoozed: usize,
    /// With at least one fetch going on.
    pub in_flight: usize,
    /// In memory now.
    pub active: usize,
    /// All hosts whose turn has come at least once, with URLs left or without.
    pub known: u64,
}

impl Frontier {
    /// URLs not yet settled, leased ones included.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.sums.queued()
    }

    /// URLs admitted in this generation.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.sums.seen()
    }

    /// URLs offered that are neither admitted nor found to be known yet.
    #[must_use]
    pub fn undecided(&self) -> u64 {
        let unoffered: usize = self.unoffered.iter().map(|(_, row)| row.len()).sum();
        (self.seen.deferred() + unoffered) as u64
    }

    /// Whether the URL was certainly offered before in this generation: spares the making of a
    /// candidate. `false` says nothing.
    #[must_use]
    pub fn knows(&self, fingerprint: Fingerprint) -> bool {
        self.seen.knows(self.seen_key(fingerprint))
    }

    /// Hosts by state.
    #[must_use]
    pub fn hosts(&self) -> HostCounts {
        HostCounts {
            ready: self.due.ready() + self.awaiting.len(),
            snoozed: self.due.snoozed(),
            in_flight: self.sums.hosts_in_flight,
            active: self.hosts.len(),
            known: self.sums.hosts_known(),
        }
    }

    /// URLs not settled of the hosts in memory that have most of them, in no order; 0 where there
    /// are fewer hosts. Walks over all hosts in memory.
    #[must_use]
    pub fn longest_queues<const N: usize>(&self) -> [u64; N] {
        let mut longest = [0; N];
        let mut least = 0;
        for length in self.hosts.lengths() {
            if length > longest[least] {
                longest[least] = length;
                least = (0..N).min_by_key(|at| longest[*at]).unwrap_or(0);
            }
        }
        longest
    }

    /// Politeness state of a host in memory, to be brought up to date: a host is in memory from
    /// its first lease until all of them have ended. Its `next_fetch_at` says when the host may
    /// be leased from next.
    pub fn pace(&mut self, host: HostHash) -> Option<&mut Pace> {
        let idx = self.hosts.idx(host)?;
        self.mark_changed(idx);
        let host = self.hosts.get_mut(idx)?;
        if !host.pace_lent {
            host.pace_lent = true;
            self.lent.push(idx);
        }
        Some(&mut host.pace)
    }

    /// The name of a host in memory.
    #[must_use]
    pub fn host_key(&self, host: HostHash) -> Option<HostKey> {
        Some(self.hosts.get(self.hosts.idx(host)?)?.key.clone())
    }

    /// How the URLs of a host in memory have ended, over all runs.
    #[must_use]
    pub fn totals(&self, host: HostHash) -> Option<HostTotals> {
        Some(self.hosts.get(self.hosts.idx(host)?)?.totals)
    }

    /// Remembers a page for later generations.
    pub fn remember(&mut self, fingerprint: Fingerprint, page: PageMemory) {
        self.ops.pages.insert(fingerprint, page);
    }

    /// Remembers what a host's robots.txt said.
    pub fn remember_robots(
        &mut self,
        host: HostHash,
        scheme: crawler_url::Scheme,
        robots: RobotsMemory,
    ) {
        self.ops.robots.insert(RobotsKey::new(host, scheme), robots);
    }

    /// Remembers a seed for later generations. Does not queue it.
    pub fn add_seed(&mut self, seed: &WireUrl) {
        self.ops.seeds.push(seed.as_str().into());
    }

    /// Changes the bounds; what is over them leaves memory as its turn comes.
    pub fn set_limits(&mut self, limits: FrontierLimits) {
        self.limits = limits;
    }

    /// The bounds in force.
    #[must_use]
    pub fn limits(&self) -> FrontierLimits {
        self.limits
    }

    /// Whether new URLs are queued from now on.
    pub fn set_intake(&mut self, intake: Intake) {
        self.intake = intake;
    }

    /// Hands over everything changed since the last call, to be committed in the order of the
    /// numbers. What is not handed over is lost if the shard stops.
    pub fn take_ops(&mut self) -> Ops {
        self.hand_over_rows();
        self.hand_over_appended();
        self.seen_rows.hand_over(&mut self.ops, self.shard, &mut self.next_seq);
        self.sums.hand_over(&mut self.ops);
        let number = self.number;
        self.number += 1;
        self.ops.take(number, self.next_seq)
    }

    /// The number of the next hand-over, which carries everything changed so far that none carried.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.number
    }

    /// Says that the hand-overs up to number `up_to` are committed: hosts that waited for their
    /// next URL to appear on disk can be leased from again.
    pub fn committed(&mut self, up_to: u64) {
        self.committed = self.committed.max(up_to);
        self.parked.committed(self.committed);
        for idx in std::mem::take(&mut self.awaiting) {
            self.plan(idx);
        }
    }

    fn hand_over_rows(&mut self) {
        for idx in std::mem::take(&mut self.changed) {
            // A host that has left since handed its row over then.
            let Some(host) = self.hosts.get_mut(idx).filter(|host| host.row_changed) else {
                continue;
            };
            host.row_changed = false;
            host.row_number = self.number;
            self.ops.hosts.insert(host.hash(), host.to_row());
        }
    }

    fn seen_key(&self, fingerprint: Fingerprint) -> SeenKey {
        SeenKey::new(fingerprint, self.reader.fingerprint_seed())
    }

    /// URLs a host may hold in memory at present.
    fn buffer_urls_max(&self) -> usize {
        const BUFFER_URLS_MIN: usize = 16;
        const BUFFER_URLS_MAX: usize = 1024;
        let share = self.limits.urls_in_memory / self.sums.hosts_queued.max(1);
        share.clamp(BUFFER_URLS_MIN, BUFFER_URLS_MAX)
    }
}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frontier")
            .field("shard", &self.shard)
            .field("queued", &self.queued())
            .field("hosts", &self.hosts())
            .finish_non_exhaustive()
    }
}
