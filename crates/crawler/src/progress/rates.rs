//! Speeds over the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crawler_engine::Snapshot;

/// Snapshots remembered at most; more in one window would not make the rate better.
const SAMPLES_MAX: usize = 64;

/// How fast the crawl is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rate {
    pub(crate) pages_per_second: f64,
    pub(crate) bytes_per_second: f64,
}

/// Remembers what is needed to tell speeds over a window.
#[derive(Debug)]
pub(crate) struct Rates {
    window: Duration,
    samples: VecDeque<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    pages: u64,
    bytes: u64,
}

impl Rates {
    /// Speeds are means over `window`.
    pub(crate) fn over(window: Duration) -> Self {
        Self { window, samples: VecDeque::new() }
    }

    /// Takes a snapshot in; the speed since the oldest one in the window.
    pub(crate) fn observe(&mut self, snapshot: &Snapshot, now: Instant) -> Rate {
        let counters = &snapshot.counters;
        self.add(Sample { at: now, pages: counters.fetched, bytes: counters.wire_bytes })
    }

    fn add(&mut self, newest: Sample) -> Rate {
        // One sample older than the window stays, so that there is always a whole window.
        let is_old = |sample: &Sample| newest.at.duration_since(sample.at) >= self.window;
        while self.samples.len() >= SAMPLES_MAX || self.samples.get(1).is_some_and(is_old) {
            self.samples.pop_front();
        }
        self.samples.push_back(newest);
        let Some(oldest) = self.samples.front() else { return Rate::default() };
        let secs = newest.at.duration_since(oldest.at).as_secs_f64();
        if secs <= 0.0 {
            return Rate::default();
        }
        Rate {
            pages_per_second: newest.pages.saturating_sub(oldest.pages) as f64 / secs,
            bytes_per_second: newest.bytes.saturating_sub(oldest.bytes) as f64 / secs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the numbers are exact in binary")]
    fn the_rate_is_that_of_the_window() {
        let start = Instant::now();
        let mut rates = Rates::over(Duration::from_secs(2));
        let mut at = |secs: u64, pages: u64| {
            let at = start + Duration::from_secs(secs);
            rates.add(Sample { at, pages, bytes: pages * 10 })
        };
        assert_eq!(at(0, 100), Rate::default());
        let first = at(1, 150);
        assert_eq!((first.pages_per_second, first.bytes_per_second), (50.0, 500.0));
        assert_eq!(at(2, 200).pages_per_second, 50.0);
        // The first second has left the window.
        assert_eq!(at(4, 200).pages_per_second, 0.0);
        assert_eq!(at(4, 200).pages_per_second, 0.0);
    }
}
