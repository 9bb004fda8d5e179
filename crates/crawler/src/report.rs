//! The statistics block: `key: value` lines in a stable order, for people and for bug reports.

use std::fmt::{Display, Write as _};
use std::fs;
use std::path::Path;

use crawler_engine::{FinalReport, Finish, IdleReport, Phase, Snapshot};

use crate::numbers;
use crate::process;
use crate::terminal::escape;

/// Less than this is not worth a line.
const SHARE_MIN: f64 = 0.001;

/// The block of a crawl that has ended; `pages_before` were fetched by earlier runs.
pub(crate) fn final_block(report: &FinalReport, pages_before: u64, data_dir: &Path) -> String {
    let snapshot = &report.snapshot;
    let mut block = Block::default();
    block.line("finish_reason", report.finish.as_str());
    if let Finish::Failed(detail) | Finish::DiskFull(detail) = &report.finish {
        block.line("finish_detail", escape(detail));
    }
    run_lines(&mut block, snapshot, pages_before);
    state_lines(&mut block, snapshot);
    file_lines(&mut block, data_dir);
    used_lines(&mut block, snapshot.counters.fetched.saturating_sub(pages_before));
    for url in &report.laggards {
        block.line("not_awaited", escape(url));
    }
    block.text
}

/// The block of a data directory, whether a crawl runs there or not.
pub(crate) fn state_block(snapshot: &Snapshot, state: &str, data_dir: &Path) -> String {
    let mut block = Block::default();
    block.line("state", state);
    block.line("elapsed_seconds", decimal(snapshot.elapsed_secs));
    state_lines(&mut block, snapshot);
    follower_lines(&mut block, snapshot);
    file_lines(&mut block, data_dir);
    block.text
}

fn run_lines(block: &mut Block, snapshot: &Snapshot, pages_before: u64) {
    let pages = snapshot.counters.fetched.saturating_sub(pages_before);
    block.line("elapsed_seconds", decimal(snapshot.elapsed_secs));
    if pages_before > 0 {
        block.line("pages_this_run", pages);
    }
    block.line("pages_per_second", ratio(pages, snapshot.elapsed_secs));
}

fn state_lines(block: &mut Block, snapshot: &Snapshot) {
    let counters = &snapshot.counters;
    if let Some(why) = &snapshot.held {
        block.line("held", escape(why));
    }
    block.gap();
    block.line("pages", counters.fetched);
    block.lines("status", &counters.status);
    block.lines("partial", &counters.partial);
    block.line("revisited", counters.revisited);
    block.line("retried", counters.retried);
    block.line("robots_txt", counters.robots_fetched);
    block.line("sitemaps", counters.sitemaps_read);
    block.line("feeds", counters.feeds_read);
    block.line("sitemaps_and_feeds_cut", counters.listings_cut);
    block.gap();
    block.line("wire_bytes", counters.wire_bytes);
    block.line("content_bytes", counters.content_bytes);
    block.line("warc_bytes", counters.warc_bytes);
    block.gap();
    block.line("skipped", snapshot.skipped_total());
    block.lines("skipped", &counters.skipped);
    block.line("failed", snapshot.failed_total());
    block.lines("failed", &counters.failed);
    block.gap();
    block.line("urls_discovered", counters.discovered);
    block.line("urls_queued", snapshot.queued);
    block.line("urls_in_flight", snapshot.in_flight);
    block.line("urls_seen", snapshot.seen);
    block.line("links_found", counters.links_found);
    block.lines("links_out_of_scope", &counters.links_out_of_scope);
    block.line("hosts", snapshot.hosts_known);
    block.line("generation", snapshot.generation);
    block.gap();
    block.line("shards", snapshot.shards.len());
    block.line("shard_restarts", snapshot.restarts);
    block.line("shard_stalls", snapshot.stalls);
    block.line("accounting_error", snapshot.accounting_error);
    idle_lines(block, &snapshot.idle);
}

/// How far formats and sinks are; when a crawl has stopped they go on, and nobody writes that down here.
fn follower_lines(block: &mut Block, snapshot: &Snapshot) {
    if snapshot.phase == Phase::Stopped {
        return;
    }
    block.gap();
    for (name, state) in &snapshot.followers {
        let told = match state {
            state if state.has_failed => "has failed: the log says why".to_owned(),
            state if state.behind_bytes == 0 => "has all pages".to_owned(),
            state => format!(
                "{} of the page list behind, for {:.0} s",
                numbers::bytes(state.behind_bytes as f64),
                state.behind_secs
            ),
        };
        block.line(&format!("made/{name}"), told);
        if state.attempts_failed > 0 {
            block.line(&format!("not_taken/{name}"), state.attempts_failed);
        }
    }
}

/// Where the capacity to fetch went in this run.
fn idle_lines(block: &mut Block, idle: &IdleReport) {
    let shares = idle.run.shares();
    if shares.is_empty() {
        return;
    }
    block.gap();
    for (why, share) in shares.into_iter().filter(|(_, share)| *share >= SHARE_MIN) {
        block.line(&format!("idle/{}", why.as_str()), format!("{:.1} %", share * 100.0));
    }
    block.line("why_not_faster", idle.run_sentence());
}

fn file_lines(block: &mut Block, data_dir: &Path) {
    block.gap();
    block.line("output", escape(&data_dir.display().to_string()));
    if let Ok(files) = fs::read_dir(data_dir.join("warc")) {
        block.line("warc_files", files.count());
    }
}

fn used_lines(block: &mut Block, pages: u64) {
    block.gap();
    if let Some(bytes) = process::memory_peak_bytes() {
        block.line("memory_peak_bytes", bytes);
    }
    if let Some(cpu_seconds) = process::cpu_seconds() {
        block.line("cpu_seconds", decimal(cpu_seconds));
        block.line("pages_per_cpu_second", ratio(pages, cpu_seconds));
    }
}

#[derive(Default)]
struct Block {
    text: String,
}

impl Block {
    fn line(&mut self, key: &str, value: impl Display) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.text, "{key}: {value}");
    }

    /// One line per reason, as `skipped/robots: 12`.
    fn lines<K: Display>(&mut self, key: &str, values: &std::collections::BTreeMap<K, u64>) {
        for (reason, n) in values {
            self.line(&format!("{key}/{}", escape(&reason.to_string())), n);
        }
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }
}

fn decimal(number: f64) -> String {
    format!("{number:.2}")
}

fn ratio(n: u64, of: f64) -> String {
    if of > 0.0 { format!("{:.1}", n as f64 / of) } else { "0.0".to_owned() }
}

#[cfg(test)]
mod tests;
