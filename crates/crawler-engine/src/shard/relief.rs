//! Doing with less: while memory or disk is short, and when there is no open file left.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

use crawler_frontier::seen::SeenLimits;
use crawler_frontier::{FrontierLimits, Intake, Lease, Shed};
use crawler_store::{SkippedRow, encode_skipped};

use super::Shard;
use crate::clock;
use crate::host_policy::HostPolicies;
use crate::pressure::Relief;

/// Queued URLs that one shard keeps in memory; the rest wait on disk.
const URLS_IN_MEMORY: usize = 100_000;
/// Hosts that one shard keeps in memory; the rest wait on disk for their time.
const HOSTS_IN_MEMORY: usize = if IS_SMALL { 8 } else { 32_768 };
/// Memory of one shard's seen set: about 20 MB for what is in none of its files yet.
const SEEN: SeenLimits = SeenLimits {
    fresh_keys: if IS_SMALL { 64 } else { 512 << 10 },
    batch_keys: 64 << 10,
    batch_bytes: 16 << 20,
    recent_slots: 1 << 17,
};
/// A build made to be killed at named steps must reach them in a small crawl.
const IS_SMALL: bool = cfg!(feature = "fault-points");
/// What is kept in memory is divided by this while memory is short.
pub(super) const SPILL_PARTS: usize = 8;
/// How long a URL waits at least when there was no open file for its fetch.
const FILES_WAIT: Duration = Duration::from_secs(1);
/// Why a URL is skipped that there is no room to queue.
const FRONTIER_FULL: &str = "frontier_full";

pub(super) fn frontier_limits(policies: &HostPolicies, relief: Relief) -> FrontierLimits {
    let parts = if relief.spill { SPILL_PARTS } else { 1 };
    FrontierLimits {
        host_concurrency: policies.concurrency_max(),
        urls_in_memory: URLS_IN_MEMORY / parts,
        hosts_in_memory: HOSTS_IN_MEMORY / parts,
        seen: SEEN,
    }
}

impl Shard {
    /// Does what is asked of all shards at present.
    pub(super) fn heed_pressure(&mut self) {
        if self.shared.writer.wants_files.load(Relaxed) {
            self.hosts.close_idle();
        }
        let relief = self.shared.pressure.relief();
        if relief == self.relief {
            return;
        }
        if relief.spill != self.relief.spill {
            self.frontier.set_limits(frontier_limits(&self.live.policies, relief));
            self.hosts.spill(relief.spill);
        }
        self.frontier.set_intake(if relief.shed { Intake::Shed } else { Intake::Open });
        self.relief = relief;
    }

    /// Ends URLs that were not queued: each is discovered and skipped in one.
    pub(super) fn record_shed(&mut self, shed: &[Shed]) {
        for url in shed {
            let row = SkippedRow {
                url: url.url.as_str(),
                reason: FRONTIER_FULL,
                detail: None,
                via: url.via.as_deref(),
                depth: url.depth,
                attempts: 0,
            };
            let row = encode_skipped(&row, SystemTime::now());
            self.tell_shed(url, FRONTIER_FULL);
            self.ledger.record_unqueued(FRONTIER_FULL, row);
        }
    }

    /// There was no open file for a fetch, which is not its host's fault: the URL is given back as
    /// if nothing had been asked, and less is fetched at once.
    pub(super) fn wait_for_files(&mut self, lease: Lease) {
        if !self.shared.files_short.swap(true, Relaxed) {
            tracing::warn!(
                "too many open files: fetching less at once; raise the limit (`ulimit -n`), or \
                 lower --concurrency"
            );
        }
        let now = clock::now();
        self.jobs_cap.shrink(now);
        self.hosts.close_idle();
        // A redirect of robots.txt may have been on its way: the host has its pause.
        let host = lease.fingerprint.host;
        let policy = self.live.policies.get(self.hosts.rule(host));
        let delay =
            self.frontier.pace(host).map_or(Duration::ZERO, |pace| pace.delay(&policy.pace));
        self.put_off(lease, now + delay.max(FILES_WAIT));
    }
}
