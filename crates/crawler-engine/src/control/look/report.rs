//! What there is to tell of a host.

use std::time::Duration;

use crawler_frontier::HostSummary;
use crawler_politeness::{Standing, UnixMillis};
use crawler_url::{HostKey, ShardCount};

use crate::control::HostOverride;
use crate::host_policy::{HostPolicies, HostPolicy};

/// What a host waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostState {
    /// It may be asked now.
    Ready,
    /// It is paced: its next time has not come.
    Waiting,
    /// It asked for less, and is left alone for longer.
    BackingOff,
    /// It does not answer, and is probed now and then.
    Dead,
    /// The operator or a rule of the configuration has closed it.
    Blocked,
    /// Nothing is queued for it.
    Idle,
}

/// A host as of the last commit.
#[derive(Debug, Clone, PartialEq)]
pub struct HostReport {
    /// Its name, and the port if it is not the usual one.
    pub host: HostKey,
    /// Whether it waits, and for what.
    pub state: HostState,
    /// The shard that owns it.
    pub shard: u16,
    /// URLs that wait or are being fetched.
    pub queued: u64,
    /// Responses.
    pub fetched: u64,
    /// URLs that failed.
    pub failed: u64,
    /// URLs that were not asked for.
    pub skipped: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Failed fetches and 5xx responses.
    pub errors: u32,
    /// When it may be asked next.
    pub next_fetch_at: UnixMillis,
    /// Pause between two requests now, all rules considered.
    pub delay: Duration,
    /// Recent response time, once one was measured.
    pub response: Option<Duration>,
    /// Throttlings not yet forgiven.
    pub backoff_level: u8,
    /// Failures in a row.
    pub failures_in_a_row: u16,
    /// What the operator changed.
    pub changes: Option<HostOverride>,
}

/// What decides about a host beside what is stored of it.
pub(super) struct Judge<'a> {
    pub(super) policies: &'a HostPolicies,
    pub(super) shards: ShardCount,
    pub(super) now: UnixMillis,
}

impl Judge<'_> {
    fn policy(&self, host: &HostSummary, name: &HostKey) -> &HostPolicy {
        self.policies.get(self.policies.rule_of(host.hash, name.host()))
    }

    /// When the host may be asked next, the operator's wishes considered.
    pub(super) fn next_fetch_at(&self, host: &HostSummary) -> UnixMillis {
        let own = self.policies.own_policy(host.hash).map(|policy| policy.blocked_until);
        host.pace.next_fetch_at.max(own.unwrap_or_default())
    }

    pub(super) fn state(&self, host: &HostSummary, name: &HostKey) -> HostState {
        let policy = self.policy(host, name);
        if policy.blocked_by.is_some() || policy.blocked_until > self.now {
            HostState::Blocked
        } else if host.queued == 0 {
            HostState::Idle
        } else if host.pace.standing(self.now, &policy.pace) != Standing::Alive {
            HostState::Dead
        } else if host.pace.is_backing_off(self.now) {
            HostState::BackingOff
        } else if host.pace.next_fetch_at > self.now {
            HostState::Waiting
        } else {
            HostState::Ready
        }
    }

    pub(super) fn report(
        &self,
        host: &HostSummary,
        name: HostKey,
        changes: Option<HostOverride>,
    ) -> HostReport {
        let (pace, totals) = (&host.pace, host.totals);
        HostReport {
            state: self.state(host, &name),
            shard: host.hash.slot().shard(self.shards).0,
            queued: host.queued,
            fetched: totals.fetched,
            failed: totals.failed,
            skipped: totals.done.saturating_sub(totals.fetched + totals.failed),
            bytes: pace.spent.bytes,
            errors: pace.spent.errors,
            next_fetch_at: self.next_fetch_at(host),
            delay: pace.delay(&self.policy(host, &name).pace),
            response: (pace.response_ms > 0)
                .then(|| Duration::from_millis(u64::from(pace.response_ms))),
            backoff_level: pace.backoff_level,
            failures_in_a_row: pace.failures.count(),
            changes,
            host: name,
        }
    }
}
