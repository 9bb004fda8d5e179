//! Sums of time by reason.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

use super::reason::{IdleReason, REASONS};

/// Seconds of a shard's whole capacity by what they went into; of several shards their sum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CapacityUse {
    secs: BTreeMap<IdleReason, f64>,
}

impl CapacityUse {
    /// Seconds by reason; what is not there took none.
    #[must_use]
    pub fn secs(&self) -> &BTreeMap<IdleReason, f64> {
        &self.secs
    }

    /// Parts of the whole, 0 to 1, the largest first.
    #[must_use]
    pub fn shares(&self) -> Vec<(IdleReason, f64)> {
        let whole: f64 = self.secs.values().sum();
        let mut shares: Vec<_> = self.secs.iter().map(|(why, secs)| (*why, secs / whole)).collect();
        shares.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        shares
    }

    pub(crate) fn sum(parts: impl Iterator<Item = Self>) -> Self {
        let mut sum = Self::default();
        for (why, secs) in parts.flat_map(|part| part.secs) {
            *sum.secs.entry(why).or_default() += secs;
        }
        sum
    }

    /// What has come to it since it was `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let grown = |(why, secs): (&IdleReason, &f64)| {
            let grown = secs - earlier.secs.get(why).copied().unwrap_or(0.0);
            (grown > 0.0).then_some((*why, grown))
        };
        Self { secs: self.secs.iter().filter_map(grown).collect() }
    }
}

impl FromIterator<(IdleReason, f64)> for CapacityUse {
    fn from_iter<I: IntoIterator<Item = (IdleReason, f64)>>(parts: I) -> Self {
        Self { secs: parts.into_iter().collect() }
    }
}

/// The same as one shard counts it, in microseconds; it goes on after a restart of the shard.
#[derive(Debug, Default)]
pub(crate) struct CapacityGauges([AtomicU64; REASONS]);

impl CapacityGauges {
    pub(crate) fn add(&self, micros: [u64; REASONS]) {
        for (gauge, micros) in self.0.iter().zip(micros) {
            gauge.fetch_add(micros, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> CapacityUse {
        let secs = |(why, gauge): (IdleReason, &AtomicU64)| {
            let micros = gauge.load(Relaxed);
            (micros > 0).then_some((why, micros as f64 / 1e6))
        };
        IdleReason::ALL.into_iter().zip(&self.0).filter_map(secs).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_what_was_counted_and_a_difference_shows_what_grew() {
        let early: CapacityUse = [(IdleReason::Cpu, 1.0)].into_iter().collect();
        let late: CapacityUse =
            [(IdleReason::Politeness, 6.0), (IdleReason::Cpu, 3.0)].into_iter().collect();
        let grown = late.since(&early);
        assert_eq!(grown.shares(), [(IdleReason::Politeness, 0.75), (IdleReason::Cpu, 0.25)]);
        assert_eq!(late.since(&late).shares(), []);
        let twice = CapacityUse::sum([early.clone(), late].into_iter());
        assert_eq!(twice.secs().get(&IdleReason::Cpu), Some(&4.0));
    }

    #[test]
    fn gauges_only_grow_and_leave_out_what_is_zero() {
        let gauges = CapacityGauges::default();
        let mut micros = [0; REASONS];
        micros[IdleReason::Store as usize] = 250_000;
        gauges.add(micros);
        gauges.add(micros);
        let read = gauges.read();
        assert_eq!(read.secs().len(), 1);
        assert_eq!(read.secs().get(&IdleReason::Store), Some(&0.5));
    }
}
