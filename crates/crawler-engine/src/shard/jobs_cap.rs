//! How many fetches a shard may have in flight: fewer while open files are short.

use std::time::Duration;

use crawler_politeness::UnixMillis;

/// Shortest time between two changes: what the last one did must show first.
const CHANGE_INTERVAL: Duration = Duration::from_secs(1);
/// Parts of the whole that are taken back per change.
const GROWTH_PARTS: usize = 16;
/// A shard that is to go slowly uses this part of what it may.
const SLOW_PARTS: usize = 4;

/// Halved by each shortage, grown back bit by bit.
#[derive(Debug)]
pub(super) struct JobsCap {
    max: usize,
    now: usize,
    changed_at: UnixMillis,
}

impl JobsCap {
    pub(super) fn new(max: usize) -> Self {
        Self { max, now: max, changed_at: UnixMillis(0) }
    }

    /// Fetches that may be in flight; at least one.
    pub(super) fn allowed(&mut self, now: UnixMillis, slow: bool) -> usize {
        if self.now < self.max && self.may_change(now) {
            self.now = (self.now + self.max.div_ceil(GROWTH_PARTS)).min(self.max);
            self.changed_at = now;
        }
        if slow { (self.now / SLOW_PARTS).max(1) } else { self.now }
    }

    /// There was no open file left for a fetch.
    pub(super) fn shrink(&mut self, now: UnixMillis) {
        if self.now == self.max || self.may_change(now) {
            self.now = (self.now / 2).max(1);
            self.changed_at = now;
        }
    }

    fn may_change(&self, now: UnixMillis) -> bool {
        now.saturating_sub(self.changed_at) >= CHANGE_INTERVAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_halves_once_a_second_and_is_made_good_slowly() {
        let mut cap = JobsCap::new(64);
        let at = |secs: u64| UnixMillis(1_000_000 + secs * 1000);
        assert_eq!(cap.allowed(at(0), false), 64);
        assert_eq!(cap.allowed(at(0), true), 16);
        cap.shrink(at(0));
        cap.shrink(at(0));
        assert_eq!(cap.allowed(at(0), false), 32);
        cap.shrink(at(1));
        assert_eq!(cap.allowed(at(1), false), 16);
        let course: Vec<_> = (2..16).map(|secs| cap.allowed(at(secs), false)).collect();
        assert_eq!(course, [20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 64, 64]);
        for secs in 20..40 {
            cap.shrink(at(secs));
        }
        assert_eq!(cap.allowed(at(39), true), 1);
    }
}
