//! Hosts that had the crawl back off, counted for its operator.

use std::collections::HashMap;

use crawler_politeness::UnixMillis;
use crawler_url::HostHash;

/// Hosts that are counted one by one; more are as bad.
const HOSTS_MAX: usize = 65_536;

/// The hosts at which a back-off is running, begun in this run.
#[derive(Debug, Default)]
pub(super) struct BackingOff {
    until: HashMap<HostHash, UnixMillis>,
}

impl BackingOff {
    pub(super) fn note(&mut self, host: HostHash, until: UnixMillis) {
        if self.until.len() < HOSTS_MAX || self.until.contains_key(&host) {
            self.until.insert(host, until);
        }
    }

    /// How many there are, at most [`HOSTS_MAX`].
    pub(super) fn count(&mut self, now: UnixMillis) -> u64 {
        self.until.retain(|_, until| *until > now);
        self.until.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_counts_until_its_back_off_ends() {
        let mut hosts = BackingOff::default();
        hosts.note(HostHash(1), UnixMillis(10));
        hosts.note(HostHash(1), UnixMillis(30));
        hosts.note(HostHash(2), UnixMillis(20));
        let counts = [0, 19, 20, 30].map(|now| hosts.count(UnixMillis(now)));
        assert_eq!(counts, [2, 2, 1, 0]);
    }
}
