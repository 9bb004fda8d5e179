//! What was looked up lately, in bounded memory.

use super::Answer;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Hosts remembered; about 150 bytes each.
pub(super) const ENTRIES_MAX: usize = 65_536;
/// A shorter TTL of a record is raised to this: a host visit should see one set of addresses.
pub(super) const TTL_MIN: Duration = Duration::from_secs(10);
/// A longer TTL of a record is cut to this: addresses do change.
pub(super) const TTL_MAX: Duration = Duration::from_secs(6 * 60 * 60);
/// For names that do not exist.
pub(super) const NEGATIVE_TTL: Duration = Duration::from_secs(60);
/// For look-ups that failed: long enough to spare a name server in trouble the repeats of one
/// moment, short enough that the caller's own back-off decides.
pub(super) const FAILURE_TTL: Duration = Duration::from_secs(5);

/// Answers by host name until they expire.
pub(super) struct DnsCache {
    entries: HashMap<Box<str>, Entry>,
    entries_max: usize,
}

struct Entry {
    answer: Answer,
    expires_at: Instant,
}

impl DnsCache {
    pub(super) fn new(entries_max: usize) -> Self {
        Self { entries: HashMap::new(), entries_max }
    }

    pub(super) fn find(&self, host: &str, now: Instant) -> Option<Answer> {
        let entry = self.entries.get(host)?;
        (now < entry.expires_at).then(|| entry.answer.clone())
    }

    pub(super) fn insert(&mut self, host: Box<str>, answer: Answer, now: Instant, ttl: Duration) {
        if self.entries.len() >= self.entries_max && !self.entries.contains_key(&host) {
            self.make_room(now);
        }
        self.entries.insert(host, Entry { answer, expires_at: now + ttl });
    }

    /// Removes what has expired, and when that is little, arbitrary entries: at least an eighth in
    /// all, so that the cost per insertion is constant.
    fn make_room(&mut self, now: Instant) {
        self.entries.retain(|_, entry| now < entry.expires_at);
        let keep_max = self.entries_max - (self.entries_max / 8).max(1);
        let mut kept = 0_usize;
        self.entries.retain(|_, _| {
            kept += 1;
            kept <= keep_max
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{FailureKind, FetchFailure};

    fn answer() -> Answer {
        Err(FetchFailure::new(FailureKind::DnsNoSuchHost, "no"))
    }

    #[test]
    fn entries_expire() {
        let mut cache = DnsCache::new(4);
        let now = Instant::now();
        cache.insert("a".into(), answer(), now, Duration::from_secs(10));
        assert!(cache.find("a", now + Duration::from_secs(9)).is_some());
        assert!(cache.find("a", now + Duration::from_secs(10)).is_none());
        assert!(cache.find("b", now).is_none());
    }

    #[test]
    fn a_full_cache_forgets_expired_entries_first() {
        let mut cache = DnsCache::new(8);
        let now = Instant::now();
        for idx in 0..8_u64 {
            let ttl = Duration::from_secs(if idx < 4 { 1 } else { 100 });
            cache.insert(idx.to_string().into(), answer(), now, ttl);
        }
        let later = now + Duration::from_secs(2);
        cache.insert("new".into(), answer(), later, Duration::from_secs(100));
        for host in ["4", "5", "6", "7", "new"] {
            assert!(cache.find(host, later).is_some(), "{host}");
        }
        assert_eq!(cache.entries.len(), 5);
    }

    #[test]
    fn it_never_outgrows_its_bound() {
        let mut cache = DnsCache::new(8);
        let now = Instant::now();
        for idx in 0..1000_u64 {
            cache.insert(idx.to_string().into(), answer(), now, Duration::from_secs(100));
            assert!(cache.entries.len() <= 8);
            assert!(cache.find(&idx.to_string(), now).is_some());
        }
    }
}
