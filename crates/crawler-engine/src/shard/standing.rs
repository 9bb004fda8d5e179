//! Whether a host is worth asking: its budgets, and whether it answers at all.

use crawler_frontier::Lease;
use crawler_politeness::{FailureClass, Standing, UnixMillis};
use crawler_url::HostHash;

use super::Shard;

/// What is left of a host's budgets.
pub(super) enum HostAllowance {
    Left,
    /// Nothing before something in flight has ended.
    Claimed,
    /// Nothing, for this reason.
    Spent(&'static str),
}

impl Shard {
    /// How the host stands after what it did so far.
    pub(super) fn standing(&mut self, host: HostHash, now: UnixMillis) -> Standing {
        let config = &self.live.policies.get(self.hosts.rule(host)).pace;
        self.frontier.pace(host).map_or(Standing::Alive, |pace| pace.standing(now, config))
    }

    /// Ends a lease of a host that does not answer.
    pub(super) fn give_up_dead(&mut self, lease: Lease, class: FailureClass) {
        let pace = self.frontier.pace(lease.fingerprint.host);
        let n_failures = pace.map_or(0, |pace| pace.failures.count());
        let detail = format!("the host did not answer {n_failures} times in a row");
        self.give_up(lease, class.dead_reason(), &detail);
    }

    /// Holds what a fetch took against the host's budgets.
    pub(super) fn spend(&mut self, host: HostHash, bytes: u64, is_error: bool) {
        if let Some(pace) = self.frontier.pace(host) {
            pace.spent.bytes = pace.spent.bytes.saturating_add(bytes);
            pace.spent.errors = pace.spent.errors.saturating_add(u32::from(is_error));
        }
    }

    /// Finds out which rule is about the lease's host, once.
    pub(super) fn look_up_rule(&mut self, lease: &Lease) {
        if self.live.policies.has_rules() {
            let policies = &self.live.policies;
            let host = lease.fingerprint.host;
            let context = self.hosts.entry(host);
            context.rule.get_or_insert_with(|| policies.rule_of(host, lease.url.host()));
        }
    }

    /// Whether the host may be asked for another URL, all in all.
    pub(super) fn host_allowance(&mut self, host: HostHash) -> HostAllowance {
        let policy = self.live.policies.get(self.hosts.rule(host));
        let leases_open = self.hosts.entry(host).leases_open;
        if policy.bytes.is_some() || policy.errors.is_some() {
            let spent = self.frontier.pace(host).map(|pace| pace.spent).unwrap_or_default();
            if policy.bytes.is_some_and(|limit| spent.bytes >= limit) {
                return HostAllowance::Spent("host_bytes");
            }
            if policy.errors.is_some_and(|limit| spent.errors >= limit) {
                return HostAllowance::Spent("host_errors");
            }
        }
        // The frontier knows one limit for all: the highest.
        if leases_open >= u64::from(policy.concurrency) && self.live.policies.has_rules() {
            return HostAllowance::Claimed;
        }
        let Some(limit) = policy.pages else { return HostAllowance::Left };
        let fetched = self.frontier.totals(host).map_or(0, |totals| totals.fetched);
        if fetched >= limit {
            HostAllowance::Spent("host_limit")
        } else if fetched + leases_open >= limit {
            HostAllowance::Claimed
        } else {
            HostAllowance::Left
        }
    }

    /// When the host may be asked next.
    pub(super) fn next_fetch_at(&mut self, host: HostHash) -> UnixMillis {
        self.frontier.pace(host).map(|pace| pace.next_fetch_at).unwrap_or_default()
    }
}
