//! When URLs whose attempt failed are tried again: each waits longer than the time before.

use std::collections::HashMap;
use std::time::Duration;

use crawler_frontier::Lease;
use crawler_politeness::UnixMillis;
use crawler_url::Fingerprint;

use super::Shard;

/// Longest pause before an attempt.
const PAUSE_MAX: Duration = Duration::from_secs(15 * 60);
/// URLs whose time is remembered; those beyond it wait for their host alone.
const URLS_MAX: usize = 16_384;

/// The times before which URLs are not tried again. In memory only: after a restart an attempt may
/// come early, but never before its host's time.
#[derive(Debug, Default)]
pub(super) struct RetryTimes {
    times: HashMap<Fingerprint, UnixMillis>,
}

impl RetryTimes {
    /// Remembers when the attempt after attempt number `attempts` (from 0) of a URL may be made.
    fn note(&mut self, url: Fingerprint, attempts: u8, delay: Duration, now: UnixMillis) {
        let at = now + pause(attempts, delay);
        if at > now && (self.times.len() < URLS_MAX || self.times.contains_key(&url)) {
            self.times.insert(url, at);
        }
    }

    /// When the URL may be tried, if that is not now.
    fn not_before(&mut self, url: Fingerprint, now: UnixMillis) -> Option<UnixMillis> {
        let at = *self.times.get(&url)?;
        if at <= now {
            self.times.remove(&url);
        }
        (at > now).then_some(at)
    }
}

/// Four times the host's delay after the first attempt, and four times as long after each further one.
fn pause(attempts: u8, delay: Duration) -> Duration {
    let factor = 4_u32.checked_pow(u32::from(attempts) + 1).unwrap_or(u32::MAX);
    delay.saturating_mul(factor).min(PAUSE_MAX)
}

impl Shard {
    /// The attempt of `lease` has failed and another is to be made.
    pub(super) fn note_retry(&mut self, lease: &Lease, now: UnixMillis) {
        let delay = self.live.policies.get(self.hosts.rule(lease.fingerprint.host)).pace.delay;
        self.retry_times.note(lease.fingerprint, lease.attempts, delay, now);
    }

    /// When a URL that failed before may be tried again, if that is not now. Such URLs come last of
    /// their host, so that nothing else waits for them.
    pub(super) fn retry_at(&mut self, lease: &Lease, now: UnixMillis) -> Option<UnixMillis> {
        if lease.attempts == 0 {
            return None;
        }
        self.retry_times.not_before(lease.fingerprint, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crawler_url::{Canonicalizer, WireUrl};

    fn url(n: usize) -> Fingerprint {
        let url = WireUrl::parse(&format!("http://e.com/{n}")).unwrap();
        Canonicalizer::keyed(1).fingerprint(&url)
    }

    #[test]
    fn each_pause_is_longer_and_none_is_for_ever() {
        let second = Duration::from_secs(1);
        let cases = [(0, 4), (1, 16), (2, 64), (3, 256), (4, 900), (255, 900)];
        for (attempts, secs) in cases {
            assert_eq!(pause(attempts, second), Duration::from_secs(secs), "{attempts}");
            assert_eq!(pause(attempts, Duration::ZERO), Duration::ZERO);
        }
    }

    #[test]
    fn a_url_waits_until_its_time_and_is_then_forgotten() {
        let mut times = RetryTimes::default();
        let (now, second) = (UnixMillis(1_000_000), Duration::from_secs(1));
        times.note(url(0), 0, second, now);
        times.note(url(1), 0, Duration::ZERO, now);
        let at = now + Duration::from_secs(4);
        assert_eq!(times.not_before(url(0), now), Some(at));
        assert_eq!(times.not_before(url(1), now), None, "without a delay it does not wait");
        assert_eq!(times.not_before(url(0), at), None);
        assert!(times.times.is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut times = RetryTimes::default();
        let (now, second) = (UnixMillis(1), Duration::from_secs(1));
        for n in 0..=URLS_MAX {
            times.note(url(n), 0, second, now);
        }
        assert_eq!(times.times.len(), URLS_MAX);
        times.note(url(0), 1, second, now);
        assert_eq!(times.not_before(url(0), now), Some(now + Duration::from_secs(16)));
    }
}
