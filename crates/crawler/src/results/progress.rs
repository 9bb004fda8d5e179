//! How far a running crawl is, for those who follow it.

use std::time::{Duration, Instant};

use crawler_engine::{CrawlHandle, Finish};
use crawler_results::{Look, Source};

use crate::signals;

/// How often a follower that has nothing to do looks for more.
const POLL: Duration = Duration::from_millis(250);

/// A crawl as its followers see it.
pub(super) struct Progress {
    crawl: CrawlHandle,
    begun: Instant,
}

impl Progress {
    pub(super) fn of(crawl: CrawlHandle) -> Self {
        Self { crawl, begun: Instant::now() }
    }

    /// Whether what is left shall wait for the next run.
    fn is_unwanted(finish: &Finish) -> bool {
        matches!(finish, Finish::Interrupted | Finish::Forced | Finish::DiskFull(_))
            || signals::interrupted()
    }
}

impl Source for Progress {
    fn look(&self) -> Look {
        // In this order: what is committed last is committed before the end is told.
        let ended = self.crawl.wait_timeout(Duration::ZERO);
        match (ended, self.crawl.committed_pages_bytes()) {
            (Some(report), _) if Self::is_unwanted(&report.finish) => Look::Stop,
            (Some(_), Some(bytes)) => Look::Finished(bytes),
            (Some(_), None) => Look::Stop,
            (None, Some(bytes)) => Look::Running(bytes),
            (None, None) => Look::NotYet,
        }
    }

    fn wait(&self) {
        // Comes back at once when the crawl ends.
        let _ = self.crawl.wait_timeout(POLL);
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}
