//! What a running crawl shows: live on a terminal, a log line now and then elsewhere.

mod bars;
mod rates;

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crawler_engine::Snapshot;
use indicatif::MultiProgress;

use crate::settings::{LogFormat, ProgressMode, Settings};
use bars::Bars;
use rates::Rates;

/// How often the live display changes.
const BARS_INTERVAL: Duration = Duration::from_millis(250);
/// How often a log line is written.
const LINES_INTERVAL: Duration = Duration::from_secs(10);

/// Shows snapshots as they come.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Live on a terminal.
    Bars(Bars, Rates),
    /// One log line per call.
    Lines(Rates),
    /// Nothing.
    Off,
}

impl Progress {
    /// The display that suits the settings and standard error.
    pub(crate) fn new(settings: &Settings) -> Self {
        // What reads the pages from standard output writes to the same terminal.
        let has_terminal = io::stderr().is_terminal() && !settings.sinks.stdout_pages;
        let live = settings.log_format == LogFormat::Text && has_terminal;
        match settings.progress {
            ProgressMode::Off => Self::Off,
            ProgressMode::Auto if live => Self::Bars(Bars::new(), Rates::over(20 * BARS_INTERVAL)),
            ProgressMode::Auto => Self::Lines(Rates::over(LINES_INTERVAL)),
        }
    }

    /// The bars that log lines must go around.
    pub(crate) fn bars(&self) -> Option<MultiProgress> {
        match self {
            Self::Bars(bars, _) => Some(bars.handle()),
            Self::Lines(_) | Self::Off => None,
        }
    }

    /// How long to wait until the next snapshot is shown.
    pub(crate) fn interval(&self) -> Duration {
        match self {
            Self::Bars(..) => BARS_INTERVAL,
            Self::Lines(_) | Self::Off => LINES_INTERVAL,
        }
    }

    /// Takes the numbers the crawl begins with, so that the first speed shown is right.
    pub(crate) fn begin(&mut self, snapshot: &Snapshot, now: Instant) {
        if let Self::Bars(_, rates) | Self::Lines(rates) = self {
            rates.observe(snapshot, now);
        }
    }

    /// Shows the numbers of this moment.
    pub(crate) fn show(&mut self, snapshot: &Snapshot, now: Instant) {
        match self {
            Self::Bars(bars, rates) => {
                let rate = rates.observe(snapshot, now);
                bars.show(snapshot, rate);
            }
            Self::Lines(rates) => log_line(snapshot, rates.observe(snapshot, now)),
            Self::Off => {}
        }
    }

    /// Removes the live display; what was logged stays.
    pub(crate) fn clear(&self) {
        if let Self::Bars(bars, _) = self {
            bars.clear();
        }
    }
}

fn log_line(snapshot: &Snapshot, rate: rates::Rate) {
    tracing::info!(
        phase = snapshot.phase.as_str(),
        held = snapshot.held.as_deref(),
        pages = snapshot.counters.fetched,
        pages_per_second = in_hundredths(rate.pages_per_second),
        wire_mb_per_second = in_hundredths(rate.bytes_per_second / 1e6),
        queued = snapshot.queued,
        in_flight = snapshot.in_flight,
        failed = snapshot.failed_total(),
        skipped = snapshot.skipped_total(),
        hosts = snapshot.hosts_known,
        hosts_waiting = snapshot.hosts_snoozed,
        "progress"
    );
}

/// Digits beyond are noise, and make lines hard to compare.
fn in_hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
