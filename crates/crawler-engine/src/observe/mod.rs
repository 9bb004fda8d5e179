//! What a crawl tells of itself while it runs: where its capacity goes, how long things take.
//!
//! Shards count in plain numbers of their own and add them to their gauges a few times a second;
//! all else is worked out by whoever asks.

mod capacity;
mod event;
mod histogram;
mod holders;
mod minute;
mod reason;
mod sentence;
mod timings;

pub use capacity::CapacityUse;
pub use event::{CrawlEvent, EndKind, UrlEnded};
pub use histogram::Histogram;
pub use holders::QueueHolders;
pub use reason::IdleReason;
pub use timings::TimingReport;

pub(crate) use capacity::CapacityGauges;
pub(crate) use event::Events;
pub(crate) use histogram::HistogramGauges;
pub(crate) use holders::LongestGauges;
pub(crate) use minute::LastMinute;
pub(crate) use reason::REASONS;
pub(crate) use timings::TimingGauges;

use std::sync::atomic::Ordering::Relaxed;

use serde::{Deserialize, Serialize};

use crate::shared::{Shared, locked};

/// Where the capacity to fetch goes, and what it waits for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdleReport {
    /// Since this run began.
    pub run: CapacityUse,
    /// Over the last minute.
    pub minute: CapacityUse,
    /// The few hosts that hold most of the queue, if so.
    pub queue_held_by: Option<QueueHolders>,
}

impl IdleReport {
    /// Why the crawl is not faster, as the last minute shows.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence::sentence(&self.minute, self.queue_held_by)
    }

    /// Why the crawl was not faster, over the whole run.
    #[must_use]
    pub fn run_sentence(&self) -> String {
        sentence::sentence(&self.run, self.queue_held_by)
    }

    pub(crate) fn take(shared: &Shared) -> Self {
        let run = CapacityUse::sum(shared.gauges.iter().map(|gauges| gauges.capacity.read()));
        let minute = locked(&shared.minute).until(&run);
        let queued = shared.gauges.iter().map(|g| g.queued.load(Relaxed));
        let longest = shared.gauges.iter().map(|gauges| gauges.longest.read());
        Self { run, minute, queue_held_by: QueueHolders::of(longest, queued.sum()) }
    }
}
