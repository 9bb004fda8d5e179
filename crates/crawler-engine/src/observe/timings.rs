//! How long fetches and commits take.

use crawler_fetch::Timings;

use super::histogram::{Histogram, HistogramGauges};
use crate::shared::Shared;

/// Durations since the run began. A phase that did not take place, as the connection of a request
/// over one that was open, is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TimingReport {
    /// Name look-ups, those answered from memory included.
    pub dns: Histogram,
    /// TCP connections.
    pub connect: Histogram,
    /// TLS handshakes.
    pub tls: Histogram,
    /// From the request to the end of the response head.
    pub first_byte: Histogram,
    /// Fetches from the connection to the end of the body, failed ones and robots.txt included.
    pub total: Histogram,
    /// Commits of the store writer.
    pub commit: Histogram,
}

impl TimingReport {
    pub(crate) fn take(shared: &Shared) -> Self {
        let fetches = shared.gauges.iter().map(|gauges| gauges.timings.read());
        let mut sum = fetches.fold(Self::default(), Self::merge);
        sum.commit = shared.writer.commit_time.read();
        sum
    }

    fn merge(self, other: Self) -> Self {
        Self {
            dns: self.dns.merge(other.dns),
            connect: self.connect.merge(other.connect),
            tls: self.tls.merge(other.tls),
            first_byte: self.first_byte.merge(other.first_byte),
            total: self.total.merge(other.total),
            commit: self.commit.merge(other.commit),
        }
    }
}

/// The durations of one shard's fetches.
#[derive(Debug, Default)]
pub(crate) struct TimingGauges {
    dns: HistogramGauges,
    connect: HistogramGauges,
    tls: HistogramGauges,
    first_byte: HistogramGauges,
    total: HistogramGauges,
}

impl TimingGauges {
    pub(crate) fn note(&self, timings: &Timings) {
        for (gauges, took) in [
            (&self.dns, timings.dns),
            (&self.connect, timings.connect),
            (&self.tls, timings.tls),
            (&self.first_byte, timings.first_byte),
            (&self.total, timings.total),
        ] {
            if !took.is_zero() {
                gauges.note(took);
            }
        }
    }

    fn read(&self) -> TimingReport {
        TimingReport {
            dns: self.dns.read(),
            connect: self.connect.read(),
            tls: self.tls.read(),
            first_byte: self.first_byte.read(),
            total: self.total.read(),
            commit: Histogram::default(),
        }
    }
}
