//! The live display: two lines for the crawl, one bar per shard.

use std::time::Duration;

use crawler_engine::{ShardSnapshot, Snapshot};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::rates::Rate;
use crate::numbers;
use crate::terminal::escape;

/// Shards with a bar of their own; a terminal has only so many lines.
const SHARD_BARS_MAX: usize = 16;
/// A full bar: `ShardSnapshot::busy_permille` of a core that does nothing else.
const BUSY_PERMILLE_MAX: u64 = 1000;
/// Redraws per second at most, whatever the log does.
const REDRAWS_PER_SECOND_MAX: u8 = 10;

/// The lines on the terminal.
#[derive(Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    crawl: ProgressBar,
    frontier: ProgressBar,
    shards: Vec<ProgressBar>,
}

impl Bars {
    /// Nothing is drawn before the first snapshot.
    pub(super) fn new() -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND_MAX);
        let all = MultiProgress::with_draw_target(target);
        let line = || all.add(ProgressBar::no_length().with_style(style("{wide_msg}")));
        let (crawl, frontier) = (line(), line());
        Self { crawl, frontier, shards: Vec::new(), all }
    }

    /// For log lines that go around the bars.
    pub(super) fn handle(&self) -> MultiProgress {
        self.all.clone()
    }

    pub(super) fn show(&mut self, snapshot: &Snapshot, rate: Rate) {
        self.crawl.set_message(crawl_line(snapshot, rate));
        self.frontier.set_message(frontier_line(snapshot));
        while self.shards.len() < snapshot.shards.len().min(SHARD_BARS_MAX) {
            let bar = ProgressBar::new(BUSY_PERMILLE_MAX)
                .with_style(style("{prefix} {bar:20} {percent:>3}%  {wide_msg}"));
            self.shards.push(self.all.add(bar));
        }
        for (bar, shard) in self.shards.iter().zip(&snapshot.shards) {
            bar.set_prefix(format!("shard {:>3}", shard.shard));
            bar.set_position(u64::from(shard.busy_permille).min(BUSY_PERMILLE_MAX));
            bar.set_message(shard_line(shard));
        }
    }

    pub(super) fn clear(&self) {
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▉▊▋▌▍▎▏░")
}

fn crawl_line(snapshot: &Snapshot, rate: Rate) -> String {
    if let Some(why) = &snapshot.held {
        let pages = numbers::count(snapshot.counters.fetched);
        return format!("held: {}   {pages} pages", escape(why));
    }
    format!(
        "{}  {}   {} pages   {} pages/s   {}/s   {} failed",
        numbers::clock(Duration::from_secs_f64(snapshot.elapsed_secs.max(0.0))),
        snapshot.phase.as_str(),
        numbers::count(snapshot.counters.fetched),
        numbers::rate(rate.pages_per_second),
        numbers::bytes(rate.bytes_per_second),
        numbers::count(snapshot.failed_total()),
    )
}

fn frontier_line(snapshot: &Snapshot) -> String {
    format!(
        "{} queued   {} hosts: {} in flight, {} ready, {} waiting   {} skipped",
        numbers::count(snapshot.queued),
        numbers::count(snapshot.hosts_known),
        numbers::count(snapshot.hosts_in_flight),
        numbers::count(snapshot.hosts_ready),
        numbers::count(snapshot.hosts_snoozed),
        numbers::count(snapshot.skipped_total()),
    )
}

fn shard_line(shard: &ShardSnapshot) -> String {
    format!("{} in flight   {} queued", shard.in_flight, numbers::count(shard.queued))
}
