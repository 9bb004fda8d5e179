//! A crawl as its user sees it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;

use crate::followers::FollowerState;
use crate::observe::{CrawlEvent, IdleReport, TimingReport};
use crate::phase::{FinalReport, Finish, Phase};
use crate::shared::{Shared, locked};
use crate::snapshot::Snapshot;

/// A running crawl. Clones speak of the same crawl; dropping them all does not stop it.
#[derive(Debug, Clone)]
pub struct CrawlHandle {
    shared: Arc<Shared>,
    end: Arc<End>,
}

/// Where the supervisor leaves the final report.
#[derive(Debug, Default)]
pub(crate) struct End {
    report: Mutex<Option<FinalReport>>,
    reported: Condvar,
}

impl End {
    pub(crate) fn set(&self, report: FinalReport) {
        *locked(&self.report) = Some(report);
        self.reported.notify_all();
    }
}

impl CrawlHandle {
    pub(crate) fn new(shared: Arc<Shared>, end: Arc<End>) -> Self {
        Self { shared, end }
    }

    /// What all threads of the crawl see.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The numbers of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.shared)
    }

    /// Where the capacity to fetch goes, and why the crawl is not faster.
    #[must_use]
    pub fn idle(&self) -> IdleReport {
        IdleReport::take(&self.shared)
    }

    /// How long fetches and commits took in this run.
    #[must_use]
    pub fn timings(&self) -> TimingReport {
        TimingReport::take(&self.shared)
    }

    /// What happens from now on. A listener that does not keep up misses the oldest events and is
    /// told how many.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<CrawlEvent>> {
        self.shared.events.subscribe()
    }

    /// Bytes of `pages/pages.jsonl` that are committed: rows before it are there for good. `None`
    /// before the first commit of this run.
    #[must_use]
    pub fn committed_pages_bytes(&self) -> Option<u64> {
        let bytes = self.shared.writer.pages_bytes.load(Ordering::Acquire);
        (bytes != u64::MAX).then_some(bytes)
    }

    /// Takes what a format or sink says of itself, for the statistics.
    pub fn hear_follower(&self, name: &'static str, state: FollowerState) {
        self.shared.followers.set(name, state);
    }

    /// Where the crawl is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.shared.phase()
    }

    /// Ends the crawl when the fetches in flight have ended, at the latest after the drain
    /// deadline. What is queued stays queued for the next run.
    pub fn drain(&self) {
        self.shared.advance(Phase::Draining, Some(Finish::Interrupted));
    }

    /// Ends the crawl at once. Files are valid; fetches in flight are made again by the next run.
    pub fn stop(&self) {
        self.shared.advance(Phase::Stopping, Some(Finish::Forced));
    }

    /// Blocks until the crawl has stopped.
    #[must_use]
    pub fn wait(&self) -> FinalReport {
        loop {
            if let Some(report) = self.wait_timeout(Duration::from_secs(3600)) {
                return report;
            }
        }
    }

    /// Blocks until the crawl has stopped, at most for `timeout`.
    #[must_use]
    pub fn wait_timeout(&self, timeout: Duration) -> Option<FinalReport> {
        let guard = locked(&self.end.report);
        let (guard, _) = self
            .end
            .reported
            .wait_timeout_while(guard, timeout, |report| report.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        guard.clone()
    }
}
