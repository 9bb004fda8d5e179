//! Where this shard's capacity goes; see [`IdleReason`] for what is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crawler_fetch::Timings;

use super::Shard;
use crate::observe::{IdleReason, REASONS};
use crate::phase::Phase;

/// CPU use of a shard's thread, in thousandths, at which it is at its limit.
const BUSY_PERMILLE_FULL: u32 = 900;

/// How long a shard's thread has rested: the runtime calls it before and after each rest.
#[derive(Debug)]
pub(super) struct RestClock {
    origin: Instant,
    /// Nanoseconds since `origin`.
    parked_at: AtomicU64,
    rested: AtomicU64,
}

impl RestClock {
    pub(super) fn new() -> Arc<Self> {
        let (parked_at, rested) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self { origin: Instant::now(), parked_at, rested })
    }

    pub(super) fn park(&self) {
        self.parked_at.store(self.now(), Relaxed);
    }

    pub(super) fn unpark(&self) {
        let rest = self.now().saturating_sub(self.parked_at.load(Relaxed));
        self.rested.fetch_add(rest, Relaxed);
    }

    fn now(&self) -> u64 {
        nanos(self.origin.elapsed())
    }

    /// Nanoseconds rested so far.
    fn rested(&self) -> u64 {
        self.rested.load(Relaxed)
    }
}

/// A moment by the clock of rests.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RestedAt(u64);

/// Counts where capacity goes.
#[derive(Debug)]
pub(super) struct IdleMeter {
    clock: Arc<RestClock>,
    /// Fetches that the shard may have under way.
    capacity: u64,
    /// Times of the end of the last turn.
    turned_at: u64,
    rested_at: u64,
    /// Empty places since then, and why they are.
    empty: u64,
    why_empty: IdleReason,
    /// Nanoseconds of single places, not yet told.
    spent: [u64; REASONS],
}

impl IdleMeter {
    pub(super) fn new(clock: Arc<RestClock>, capacity: usize) -> Self {
        let (turned_at, rested_at) = (clock.now(), clock.rested());
        Self {
            clock,
            capacity: capacity.max(1) as u64,
            turned_at,
            rested_at,
            empty: 0,
            why_empty: IdleReason::Paused,
            spent: [0; REASONS],
        }
    }

    /// A fetch starts.
    pub(super) fn now(&self) -> RestedAt {
        RestedAt(self.clock.rested())
    }

    /// A fetch has ended: the time that the thread rested meanwhile is divided over its phases.
    pub(super) fn end_fetch(&mut self, since: RestedAt, timings: &Timings) {
        let rested = self.clock.rested().saturating_sub(since.0);
        let Timings { dns, connect, tls, first_byte, total } = *timings;
        let body = total.saturating_sub(connect + tls + first_byte);
        let phases = [
            (IdleReason::Dns, dns),
            (IdleReason::Connect, connect),
            (IdleReason::Tls, tls),
            (IdleReason::FirstByte, first_byte),
            (IdleReason::Body, body),
        ];
        let whole: u64 = phases.iter().map(|(_, took)| nanos(*took)).sum();
        if whole == 0 {
            // It got no further than its name.
            self.spent[IdleReason::Dns as usize] += rested;
            return;
        }
        for (phase, took) in phases {
            let part = u128::from(rested) * u128::from(nanos(took)) / u128::from(whole);
            self.spent[phase as usize] += part as u64;
        }
    }

    /// A turn of the loop ends with so many fetches under way, and leases nothing more because of
    /// `why_empty`. What has passed since the turn before counts as that one left things.
    pub(super) fn end_turn(&mut self, in_flight: usize, why_empty: IdleReason) {
        let (now, rested) = (self.clock.now(), self.clock.rested());
        let (passed, rest) = (now - self.turned_at, rested - self.rested_at);
        self.spent[IdleReason::Cpu as usize] += passed.saturating_sub(rest) * self.capacity;
        self.spent[self.why_empty as usize] += rest * self.empty;
        (self.turned_at, self.rested_at) = (now, rested);
        self.empty = self.capacity.saturating_sub(in_flight as u64);
        self.why_empty = why_empty;
    }

    /// Microseconds of the whole capacity since it was last asked.
    pub(super) fn take(&mut self) -> [u64; REASONS] {
        let unit = self.capacity * 1000;
        std::array::from_fn(|at| {
            let micros = self.spent[at] / unit;
            self.spent[at] -= micros * unit;
            micros
        })
    }
}

impl Shard {
    /// Why nothing is leased although URLs are wanted and no host waits for its time.
    pub(super) fn why_nothing(&self) -> IdleReason {
        let unsettled = self.heavy.len() + self.ledger.waiting_pages();
        if self.frontier.queued() > (self.in_flight.len() + unsettled) as u64 {
            // Hosts that have as many fetches under way as they may.
            return IdleReason::Politeness;
        }
        if self.frontier.undecided() > 0 {
            return IdleReason::Store;
        }
        let own = self.gauges().outstanding.load(Relaxed);
        if self.shared.outstanding.exceeds(own) {
            let others = self.shared.gauges.iter();
            let jobs_max = self.shared.jobs_max() as u32;
            let is_full = |gauges: &crate::shared::ShardGauges| {
                gauges.in_flight.load(Relaxed) >= jobs_max
                    || gauges.busy_permille.load(Relaxed) >= BUSY_PERMILLE_FULL
            };
            // If no other shard is at its limit, its hosts are what keeps it.
            return if others.into_iter().any(is_full) {
                IdleReason::Imbalance
            } else {
                IdleReason::Politeness
            };
        }
        IdleReason::Empty
    }

    /// Why no more is leased while the crawl is not to lease.
    pub(super) fn why_not_leasing(&self) -> IdleReason {
        let is_running = self.shared.phase() == Phase::Running;
        if is_running { IdleReason::Pressure } else { IdleReason::Paused }
    }

    /// Why there is no room for another lease.
    pub(super) fn why_no_room(&self) -> IdleReason {
        if self.has_room() {
            IdleReason::Budget
        } else if self.outboxes.has_room() {
            IdleReason::Store
        } else {
            // A peer does not keep up.
            IdleReason::Imbalance
        }
    }

    /// Why the shard may have fewer fetches under way than usual.
    pub(super) fn why_fewer(&self) -> IdleReason {
        if self.relief.slow { IdleReason::Pressure } else { IdleReason::Files }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// A meter whose clocks the test sets: seconds passed, seconds rested.
    fn turned(meter: &mut IdleMeter, passed: u64, rested: u64, left: (usize, IdleReason)) {
        // The real clock is far behind, so that the difference is what the test says.
        meter.turned_at = meter.clock.now().saturating_sub(passed * SECOND);
        meter.rested_at = meter.clock.rested();
        meter.clock.rested.fetch_add(rested * SECOND, Relaxed);
        meter.end_turn(left.0, left.1);
    }

    fn meter(capacity: usize) -> IdleMeter {
        let origin = Instant::now().checked_sub(Duration::from_secs(1000)).unwrap();
        let (parked_at, rested) = (AtomicU64::new(0), AtomicU64::new(0));
        IdleMeter::new(Arc::new(RestClock { origin, parked_at, rested }), capacity)
    }

    /// Whole seconds by reason; what is left out took less than half of one.
    fn secs(meter: &mut IdleMeter) -> Vec<(&'static str, u64)> {
        let told = IdleReason::ALL.into_iter().zip(meter.take());
        let rounded = told.map(|(why, micros)| (why.as_str(), (micros + 500_000) / 1_000_000));
        rounded.filter(|(_, secs)| *secs > 0).collect()
    }

    #[test]
    fn a_working_thread_holds_up_all_places_and_a_resting_one_none() {
        let mut meter = meter(4);
        turned(&mut meter, 0, 0, (1, IdleReason::Politeness));
        // 10 seconds, of which the thread rested 8: three places were empty.
        turned(&mut meter, 10, 8, (4, IdleReason::Empty));
        // All places are taken: nothing is empty.
        turned(&mut meter, 10, 10, (0, IdleReason::Empty));
        assert_eq!(secs(&mut meter), [("politeness", 6), ("cpu", 2)]);
        turned(&mut meter, 7, 7, (0, IdleReason::Empty));
        assert_eq!(secs(&mut meter), [("empty", 7)]);
        assert_eq!(secs(&mut meter), []);
    }

    #[test]
    fn the_rest_during_a_fetch_is_divided_over_its_phases() {
        let mut meter = meter(1);
        let since = meter.now();
        meter.clock.rested.fetch_add(10 * SECOND, Relaxed);
        // Wall time; half of it the thread was at work.
        let secs_of = Duration::from_secs;
        let timings = Timings {
            dns: secs_of(2),
            connect: secs_of(4),
            tls: secs_of(0),
            first_byte: secs_of(8),
            total: secs_of(18),
        };
        meter.end_fetch(since, &timings);
        assert_eq!(secs(&mut meter), [("dns", 1), ("connect", 2), ("first_byte", 4), ("body", 3)]);
        meter.end_fetch(since, &Timings::default());
        assert_eq!(secs(&mut meter), [("dns", 10)]);
    }

    #[test]
    fn what_is_too_little_to_tell_is_kept() {
        let mut meter = meter(1);
        meter.spent[0] = 1_999;
        assert_eq!(meter.take()[0], 1);
        meter.spent[0] += 1;
        assert_eq!(meter.take()[0], 1);
    }

    #[test]
    fn a_rest_lasts_from_park_to_unpark() {
        let clock = RestClock::new();
        clock.park();
        let before = clock.now();
        while clock.now() - before < 1000 {}
        clock.unpark();
        let rested = clock.rested();
        assert!(rested >= 1000);
        while clock.now() - before < rested + 1000 {}
        assert_eq!(clock.rested(), rested);
    }
}
