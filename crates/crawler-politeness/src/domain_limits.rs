//! Limits per registrable domain: many hosts may belong to one owner.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::line::Place;
use crate::start_limits::{StartLimits, StartPermit};

/// Limits per registrable domain, shared by all shards.
pub type DomainLimits = StartLimits<DomainKey>;

/// The right to one request to a domain.
pub type DomainPermit = StartPermit<DomainKey>;

/// A place in the line for a domain.
pub type DomainPlace = Place<DomainKey>;

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
        let first = limits.reserve(a, now, None).unwrap();
        let place = limits.reserve(a, now, None).unwrap_err();
        assert!(limits.reserve(b, now, None).is_ok());
        drop(first);
        assert_eq!(
            limits.reserve(a, UnixMillis(10_500), None).unwrap_err().turn_at(),
            UnixMillis(12_000)
        );
        assert!(limits.reserve(a, UnixMillis(11_000), Some(place)).is_ok());
    }

    #[test]
    fn a_permit_given_back_unused_makes_nobody_wait() {
        let limits = Arc::new(DomainLimits::new(2, Duration::from_secs(1)));
        let key = DomainKey::new("a.example");
        let ask = |now, place| limits.reserve(key, UnixMillis(now), place);
        let first = ask(10_000, None).unwrap().cancel();
        let second = ask(10_001, None).unwrap();
        // It keeps its turn.
        let other = ask(10_002, None).unwrap_err();
        let third = ask(11_001, Some(first)).unwrap();
        // A start since then was real, whatever becomes of the one before.
        let _ = second.cancel();
        assert_eq!(ask(11_500, Some(other)).unwrap_err().turn_at(), UnixMillis(12_001));
        let _ = third.cancel();
        assert!(ask(12_000, Some(other)).is_ok());
    }
}
