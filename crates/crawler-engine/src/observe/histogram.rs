//! How long something takes, counted in fixed classes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Bounds of the classes: 0.25 ms, and each twice the one before, up to 65.536 s.
const BOUNDS: usize = 19;
/// The lowest bound.
const FIRST_MICROS: u64 = 250;

/// Counted durations.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Histogram {
    /// How many were at most as long as each bound and longer than the one before; the last are
    /// longer than all.
    counts: [u64; BOUNDS + 1],
    sum_secs: f64,
}

impl Histogram {
    /// How many durations there are by upper bound in seconds; the last bound is infinite. Not
    /// added up.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let bounds = (0..BOUNDS).map(|at| (FIRST_MICROS << at) as f64 / 1e6);
        bounds.chain([f64::INFINITY]).zip(self.counts)
    }

    /// How many durations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All durations together, in seconds.
    #[must_use]
    pub fn sum_secs(&self) -> f64 {
        self.sum_secs
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.sum_secs += other.sum_secs;
        self
    }
}

/// The same while one thread counts and others read.
#[derive(Debug, Default)]
pub(crate) struct HistogramGauges {
    counts: [AtomicU64; BOUNDS + 1],
    sum_micros: AtomicU64,
}

impl HistogramGauges {
    pub(crate) fn note(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        // The bit length of what whole multiples of the first bound are below the duration.
        let class = u64::BITS - (micros.saturating_sub(1) / FIRST_MICROS).leading_zeros();
        self.counts[(class as usize).min(BOUNDS)].fetch_add(1, Relaxed);
        self.sum_micros.fetch_add(micros, Relaxed);
    }

    pub(crate) fn read(&self) -> Histogram {
        Histogram {
            counts: std::array::from_fn(|at| self.counts[at].load(Relaxed)),
            sum_secs: self.sum_micros.load(Relaxed) as f64 / 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_the_first_class_whose_bound_it_does_not_pass() {
        let table: &[(u64, f64)] = &[
            (0, 0.000_25),
            (250, 0.000_25),
            (251, 0.000_5),
            (500, 0.000_5),
            (501, 0.001),
            (1000, 0.001),
            (1001, 0.002),
            (65_536_000, 65.536),
            (65_536_001, f64::INFINITY),
            (u64::MAX, f64::INFINITY),
        ];
        for (micros, bound) in table {
            let gauges = HistogramGauges::default();
            gauges.note(Duration::from_micros(*micros));
            let counted: Vec<_> = gauges.read().buckets().filter(|(_, count)| *count > 0).collect();
            assert_eq!(counted, [(*bound, 1)], "{micros} us");
        }
    }

    #[test]
    fn histograms_of_shards_add_up() {
        let gauges = HistogramGauges::default();
        for millis in [10, 1_000_000] {
            gauges.note(Duration::from_millis(millis));
        }
        let both = gauges.read().merge(gauges.read());
        assert_eq!((both.count(), both.buckets().count()), (4, BOUNDS + 1));
        assert!((both.sum_secs() - 2000.02).abs() < 1e-9);
    }
}
