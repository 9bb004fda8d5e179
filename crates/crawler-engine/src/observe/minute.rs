//! What the numbers were a minute ago.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::CapacityUse;

/// Time between two samples.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);
/// A minute of them, and the one before.
const SAMPLES_MAX: usize = 61;

/// Samples of the last minute, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct LastMinute {
    samples: VecDeque<(Instant, CapacityUse)>,
}

impl LastMinute {
    /// Takes another sample, if it is time.
    pub(crate) fn sample(&mut self, now: Instant, read: impl FnOnce() -> CapacityUse) {
        let last = self.samples.back().map(|(at, _)| *at);
        if last.is_some_and(|at| now.saturating_duration_since(at) < SAMPLE_INTERVAL) {
            return;
        }
        if self.samples.len() >= SAMPLES_MAX {
            self.samples.pop_front();
        }
        self.samples.push_back((now, read()));
    }

    /// What was added since the oldest sample.
    pub(crate) fn until(&self, now: &CapacityUse) -> CapacityUse {
        match self.samples.front() {
            Some((_, oldest)) => now.since(oldest),
            None => now.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::IdleReason;

    #[test]
    fn only_the_last_minute_counts() {
        let begun = Instant::now();
        let total = |secs: u64| [(IdleReason::Cpu, secs as f64)].into_iter().collect();
        let mut minute = LastMinute::default();
        for tenths in 0..2000 {
            minute.sample(begun + Duration::from_millis(tenths * 100), || total(tenths / 10));
        }
        assert_eq!(minute.until(&total(200)).secs().get(&IdleReason::Cpu), Some(&61.0));
        assert_eq!(minute.samples.len(), SAMPLES_MAX);
    }
}
