//! Limits per registrable domain: many hosts may belong to one owner.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::start_limits::{StartLimits, StartPermit};

/// Limits per registrable domain, shared by all shards.
pub type DomainLimits = StartLimits<DomainKey>;

/// The right to one request to a domain.
pub type DomainPermit = StartPermit<DomainKey>;

/// A registrable domain, by its hash: two that share one would share their limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DomainKey(u64);

impl DomainKey {
    /// The key of a domain in lower case; a host without domain, such as an IP address, is its own.
    #[must_use]
    pub fn new(domain: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        domain.hash(&mut hasher);
        Self(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::UnixMillis;

    #[test]
    fn hosts_of_a_domain_take_turns() {
        let limits = Arc::new(DomainLimits::new(1, Duration::from_secs(1)));
        let (a, b) = (DomainKey::new("a.example"), DomainKey::new("b.example"));
        let now = UnixMillis(10_000);
        let first = limits.reserve(a, now).unwrap();
        assert!(limits.reserve(a, now).is_err());
        assert!(limits.reserve(b, now).is_ok());
        drop(first);
        assert_eq!(limits.reserve(a, UnixMillis(10_500)).unwrap_err(), UnixMillis(12_000));
        assert!(limits.reserve(a, UnixMillis(11_000)).is_ok());
    }

    #[test]
    fn a_permit_given_back_unused_makes_nobody_wait() {
        let limits = Arc::new(DomainLimits::new(2, Duration::from_secs(1)));
        let key = DomainKey::new("a.example");
        limits.reserve(key, UnixMillis(10_000)).unwrap().cancel();
        let second = limits.reserve(key, UnixMillis(10_001)).unwrap();
        let third = limits.reserve(key, UnixMillis(11_001)).unwrap();
        // A start since then was real, whatever becomes of the one before.
        second.cancel();
        assert_eq!(limits.reserve(key, UnixMillis(11_500)).unwrap_err(), UnixMillis(12_001));
        third.cancel();
        assert!(limits.reserve(key, UnixMillis(11_500)).is_ok());
    }
}
