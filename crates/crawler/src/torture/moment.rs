//! When to kill.

use std::fmt;
use std::time::{Duration, Instant};

use super::promise::Watch;
use super::random::within;

/// Opening a directory takes about as long.
const START_MAX: Duration = Duration::from_millis(250);
/// Long enough for a commit or two, each a second after the other.
const CRAWL_MAX: Duration = Duration::from_secs(3);
/// Files are written, synced and recorded within about this time.
const COMMIT_MAX: Duration = Duration::from_millis(20);

/// When to kill a run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// So long after the process was started: while it opens its directory.
    Starting(Duration),
    /// So long after its first request.
    Crawling(Duration),
    /// So long after the rows of pages were seen to grow for the `nth` time: they grow when a
    /// commit begins.
    Committing { nth: u32, after: Duration },
    /// Not at all.
    Never,
}

impl Moment {
    pub(super) fn draw(random: &mut fastrand::Rng) -> Self {
        match random.u8(0..8) {
            0..2 => Self::Starting(within(random, START_MAX)),
            2..5 => Self::Crawling(within(random, CRAWL_MAX)),
            _ => Self::Committing { nth: random.u32(1..=2), after: within(random, COMMIT_MAX) },
        }
    }

    /// Whether it has come.
    pub(super) fn has_come(self, watch: &Watch, now: Instant) -> bool {
        let is_past = |since: Option<Instant>, after| since.is_some_and(|at| now >= at + after);
        match self {
            Self::Starting(after) => is_past(Some(watch.started_at()), after),
            Self::Crawling(after) => is_past(watch.first_request_at(), after),
            Self::Committing { nth, after } => is_past(watch.grown_at(nth), after),
            Self::Never => false,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting(after) => write!(f, "{} ms after its start", after.as_millis()),
            Self::Crawling(after) => {
                write!(f, "{} ms after its first request", after.as_millis())
            }
            Self::Committing { nth, after } => {
                write!(f, "{:.1} ms into commit {nth}", after.as_secs_f64() * 1000.0)
            }
            Self::Never => f.write_str("at no moment"),
        }
    }
}
