//! Heeding what changes while the crawl runs.

use std::sync::Arc;

use crawler_frontier::{Arrangement, FrontierError};
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{HostHash, HostKey};

use super::Shard;
use super::relief::frontier_limits;
use crate::live::Live;

impl Shard {
    /// Takes note of changed settings and of what operators changed about hosts.
    pub(super) fn heed_changes(&mut self, now: UnixMillis) -> Result<(), FrontierError> {
        let version = self.shared.live.version();
        if version == self.live_version {
            return Ok(());
        }
        self.live_version = version;
        let before = std::mem::replace(&mut self.live, self.shared.live.load());
        self.hosts.forget_rules();
        // Fetches under way end by what holds now.
        for lease in self.in_flight.leases().chain(self.heavy.leases()) {
            let rule = self.live.policies.rule_of(lease.fingerprint.host, lease.url.host());
            self.hosts.entry(lease.fingerprint.host).rule = Some(rule);
        }
        self.work.refused.set_wanted(self.live.config.list_refused);
        self.traps.set_rule(self.live.config.traps);
        self.frontier.set_limits(frontier_limits(&self.live.policies, self.relief));
        self.arrange_hosts()?;
        self.hasten_hosts(&before, now)
    }

    /// Has the frontier heed what is changed about this shard's hosts.
    pub(super) fn arrange_hosts(&mut self) -> Result<(), FrontierError> {
        let shards = self.live.config.workers;
        let since = self.recovered_at;
        let arranged = self.live.policies.own().filter_map(|(host, policy)| {
            let arrangement = Arrangement {
                // As for all hosts after a restart: its pace of the last second may not be known.
                not_before: policy
                    .blocked_until
                    .max(since.map_or(UnixMillis(0), |at| at + policy.pace.delay)),
                turn: policy.turn,
            };
            (host.slot().shard(shards) == self.id).then_some((host, arrangement))
        });
        let arranged: Vec<_> = arranged.collect();
        self.frontier.arrange(arranged)
    }

    /// Hosts whose delay has become shorter need not wait out the longer one.
    fn hasten_hosts(&mut self, before: &Live, now: UnixMillis) -> Result<(), FrontierError> {
        let (old, new) = (&before.policies, Arc::clone(&self.live));
        let shards = new.config.workers;
        let hosts = old.own().chain(new.policies.own()).map(|(host, _)| host);
        let hosts: Vec<HostHash> =
            hosts.filter(|host| host.slot().shard(shards) == self.id).collect();
        let hasten = |host: HostHash, name: &HostKey, pace: &mut Pace| {
            let config = &new.policies.get(new.policies.rule_of(host, name.host())).pace;
            let config_before = &old.get(old.rule_of(host, name.host())).pace;
            if pace.delay(config) < pace.delay(config_before) {
                pace.hasten(now, config);
            }
        };
        for &host in &hosts {
            self.frontier.summon(host)?;
            if let Some(name) = self.frontier.host_key(host)
                && let Some(pace) = self.frontier.pace(host)
            {
                hasten(host, &name, pace);
            }
        }
        let (old, new) = (&before.config, &new.config);
        if old.pace != new.pace || old.host_rules != new.host_rules {
            self.frontier.repace(hasten);
        }
        Ok(())
    }
}
