//! How far a running crawl is, for those who follow it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crawler_engine::{CrawlHandle, Finish, FollowerState};
use crawler_results::{Look, Source, Told};

use crate::signals;

/// How often a follower that has nothing to do looks for more.
const POLL: Duration = Duration::from_millis(250);

/// A crawl as its followers see it.
pub(super) struct Progress {
    name: &'static str,
    crawl: CrawlHandle,
    begun: Instant,
    /// When it had last made something of all that was committed.
    level_at: Cell<Instant>,
    /// Those who must have ended before it is over.
    awaited: Awaited,
}

/// A count of followers at work.
#[derive(Debug, Clone, Default)]
pub(super) struct Awaited(Arc<AtomicUsize>);

/// One of them; dropping it says that it has ended.
pub(super) struct AtWork(Awaited);

impl Awaited {
    pub(super) fn one_more(&self) -> AtWork {
        self.0.fetch_add(1, Ordering::Relaxed);
        AtWork(self.clone())
    }

    fn is_none(&self) -> bool {
        // What they made is seen by whoever sees that they have ended.
        self.0.load(Ordering::Acquire) == 0
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Release);
    }
}

impl Progress {
    /// For the follower `name` of a crawl that is over when it has ended and none are `awaited`.
    pub(super) fn of(name: &'static str, crawl: CrawlHandle, awaited: Awaited) -> Self {
        let now = Instant::now();
        Self { name, crawl, begun: now, level_at: Cell::new(now), awaited }
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
            (Some(_), Some(bytes)) if self.awaited.is_none() => Look::Finished(bytes),
            (Some(_), None) => Look::Stop,
            (_, Some(bytes)) => Look::Running(bytes),
            (None, None) => Look::NotYet,
        }
    }

    fn wait(&self) {
        // Comes back at once when the crawl ends, and when it has ended.
        if self.crawl.wait_timeout(POLL).is_some() && !self.awaited.is_none() {
            std::thread::sleep(POLL);
        }
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    fn hear(&self, told: Told) {
        let committed = self.crawl.committed_pages_bytes().unwrap_or(told.sealed_to);
        let behind_bytes = committed.saturating_sub(told.sealed_to);
        if behind_bytes == 0 {
            self.level_at.set(Instant::now());
        }
        let state = FollowerState {
            behind_bytes,
            behind_secs: if behind_bytes > 0 {
                self.level_at.get().elapsed().as_secs_f64()
            } else {
                0.0
            },
            attempts_failed: told.attempts_failed,
            has_failed: told.has_failed,
        };
        self.crawl.hear_follower(self.name, state);
    }
}
