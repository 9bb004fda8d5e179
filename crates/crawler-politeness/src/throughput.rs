//! Caps on the crawl as a whole: requests per second, bytes per second.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::UnixMillis;

/// Holds the sum of what all shards take to so much a second, as a virtual queue: what is taken moves
/// a point in time ahead, and nothing may start before it.
///
/// Idle time is not saved up, but for 10 ms. What several take at the same moment may pass
/// the cap for that moment; they all wait for it afterwards, so that the mean is kept.
#[derive(Debug)]
pub struct RateCap {
    /// 0 is without limit.
    per_second: AtomicU64,
    /// In microseconds since the epoch.
    free_at: AtomicU64,
}

/// How far the queue may lag behind the clock: timers are no finer than some milliseconds.
const BURST_MICROS: u64 = 10_000;

/// A point further ahead than this means that the clock was set back.
const AHEAD_MICROS_MAX: u64 = 60 * 60 * 1_000_000;

impl RateCap {
    /// At most `per_second` units in the mean; 0 counts as 1.
    #[must_use]
    pub fn new(per_second: u64) -> Self {
        Self { per_second: AtomicU64::new(per_second.max(1)), free_at: AtomicU64::new(0) }
    }

    /// Without a limit, until one is [set](Self::set).
    #[must_use]
    pub fn unlimited() -> Self {
        Self { per_second: AtomicU64::new(0), free_at: AtomicU64::new(0) }
    }

    /// Another limit from now on, or none. What was taken under the one before is forgotten.
    pub fn set(&self, per_second: Option<u64>) {
        self.per_second.store(per_second.map_or(0, |limit| limit.max(1)), Ordering::Relaxed);
        self.free_at.store(0, Ordering::Relaxed);
    }

    fn is_unlimited(&self) -> bool {
        self.per_second.load(Ordering::Relaxed) == 0
    }

    /// Whether something may start at `now`; else when.
    ///
    /// # Errors
    /// The time to try again, later than `now`.
    pub fn check(&self, now: UnixMillis) -> Result<(), UnixMillis> {
        if self.is_unlimited() {
            return Ok(());
        }
        let free_at = self.free_at.load(Ordering::Relaxed);
        let micros = micros(now);
        if free_at <= micros || free_at > micros.saturating_add(AHEAD_MICROS_MAX) {
            return Ok(());
        }
        Err(UnixMillis(free_at.div_ceil(1_000)))
    }

    /// Counts `units` that were taken at `now`.
    pub fn take(&self, units: u64, now: UnixMillis) {
        if self.is_unlimited() {
            return;
        }
        let micros = micros(now);
        let cost = self.cost(units);
        let after = |free_at: u64| {
            let free_at =
                if free_at > micros.saturating_add(AHEAD_MICROS_MAX) { 0 } else { free_at };
            Some(free_at.max(micros.saturating_sub(BURST_MICROS)).saturating_add(cost))
        };
        // The closure never refuses.
        let _ = self.free_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after);
    }

    /// Takes back `units` that were not used after all.
    pub fn give_back(&self, units: u64) {
        if self.is_unlimited() {
            return;
        }
        let cost = self.cost(units);
        let before = |free_at: u64| Some(free_at.saturating_sub(cost));
        let _ = self.free_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, before);
    }

    /// In microseconds; no single taking costs more than the longest wait.
    fn cost(&self, units: u64) -> u64 {
        let per_second = self.per_second.load(Ordering::Relaxed).max(1);
        let cost = u128::from(units) * 1_000_000 / u128::from(per_second);
        u64::try_from(cost).unwrap_or(u64::MAX).min(AHEAD_MICROS_MAX / 2)
    }
}

fn micros(now: UnixMillis) -> u64 {
    now.0.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `units` as often as allowed for `millis`, looking every millisecond.
    fn taken(cap: &RateCap, from: u64, millis: u64, units: u64) -> u64 {
        let mut taken = 0;
        for now in (from..from + millis).map(UnixMillis) {
            while cap.check(now).is_ok() {
                cap.take(units, now);
                taken += units;
            }
        }
        taken
    }

    #[test]
    fn the_mean_is_kept() {
        for (per_second, units) in [(1, 1), (10, 1), (5_000, 1), (1 << 20, 70_000), (1, 5)] {
            let cap = RateCap::new(per_second);
            let taken = taken(&cap, 1_700_000_000_000, 100_000, units);
            let burst = per_second / 100 + units;
            let range = per_second * 100 - units..=per_second * 100 + burst;
            assert!(range.contains(&taken), "{per_second} of {units}: {taken}");
        }
    }

    #[test]
    fn another_limit_holds_from_when_it_is_set() {
        let (cap, now) = (RateCap::unlimited(), UnixMillis(1_000_000));
        cap.take(u64::MAX, now);
        assert_eq!(cap.check(now), Ok(()));
        cap.set(Some(2));
        cap.take(1, now);
        assert_eq!(cap.check(now), Err(UnixMillis(1_000_490)));
        cap.set(Some(1_000));
        assert_eq!(cap.check(now), Ok(()));
        cap.take(u64::MAX, now);
        cap.set(None);
        assert_eq!(cap.check(now), Ok(()));
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let cap = RateCap::new(100);
        taken(&cap, 1_000_000, 1_000, 1);
        assert!(taken(&cap, 5_000_000, 1_000, 1) <= 102);
    }

    #[test]
    fn what_was_not_used_is_given_back() {
        let cap = RateCap::new(2);
        let now = UnixMillis(1_000_000);
        cap.take(1, now);
        assert_eq!(cap.check(now), Err(UnixMillis(1_000_490)));
        cap.give_back(1);
        assert_eq!(cap.check(now), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let cap = RateCap::new(1);
        cap.take(u64::MAX, UnixMillis(u64::MAX));
        assert_eq!(cap.check(UnixMillis(1_000)), Ok(()));
        cap.take(1, UnixMillis(1_000));
        assert_eq!(cap.check(UnixMillis(1_000)), Err(UnixMillis(1_990)));
    }
}
