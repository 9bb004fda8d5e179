//! How much may have to be fetched again: what the crawl promises, from what was seen of it.
//!
//! Settled pages are committed within about a second. `stats.json` is written right after each
//! commit, so whatever was settled before the last writing but one is in the last commit. May be
//! lost by a kill: what was asked for since then (or in the last 1.5 s, if that is longer), and
//! one fetch in flight for each host when that time began.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crawler_testweb::WebServer;

/// Shortest time whose work may be lost.
pub(super) const WINDOW_MIN: Duration = Duration::from_millis(1500);
/// Older samples are forgotten; a disk whose commits take longer would be no fair judge.
const SAMPLES_KEPT: Duration = Duration::from_secs(60);

/// What is seen of one run while it lasts.
#[derive(Debug)]
pub(super) struct Watch {
    started_at: Instant,
    asked_before: u64,
    first_request_at: Option<Instant>,
    /// Expected URLs asked for so far, at times.
    samples: VecDeque<(Instant, u64)>,
    stats: PathBuf,
    stats_mtime: Option<SystemTime>,
    /// The last two writings of `stats.json`, the older one first.
    writings: [Instant; 2],
    rows: PathBuf,
    rows_bytes: u64,
    growths: Vec<Instant>,
}

impl Watch {
    pub(super) fn new(data: &Path, server: &WebServer) -> Self {
        let now = Instant::now();
        let (stats, rows) = (data.join("stats.json"), data.join("pages/pages.jsonl"));
        Self {
            started_at: now,
            asked_before: server.stats().requests,
            first_request_at: None,
            samples: VecDeque::from([(now, asked(server))]),
            stats_mtime: modified(&stats),
            stats,
            writings: [now; 2],
            rows_bytes: len(&rows),
            rows,
            growths: Vec::new(),
        }
    }

    /// Takes note of what can be seen now.
    pub(super) fn look(&mut self, server: &WebServer) {
        let now = Instant::now();
        if self.first_request_at.is_none() && server.stats().requests > self.asked_before {
            self.first_request_at = Some(now);
        }
        self.samples.push_back((now, asked(server)));
        while self.samples.front().is_some_and(|(at, _)| now - *at > SAMPLES_KEPT) {
            self.samples.pop_front();
        }
        if let Some(mtime) = modified(&self.stats).filter(|mtime| Some(*mtime) != self.stats_mtime)
        {
            self.stats_mtime = Some(mtime);
            let age = SystemTime::now().duration_since(mtime).unwrap_or_default();
            let written_at = now.checked_sub(age).unwrap_or(now).max(self.started_at);
            self.writings = [self.writings[1], written_at];
        }
        let bytes = len(&self.rows);
        if bytes > self.rows_bytes {
            self.growths.push(now);
        }
        self.rows_bytes = bytes;
    }

    /// What may be lost if the run is killed now: URLs, at most.
    pub(super) fn promise(&self, server: &WebServer) -> u64 {
        let now = Instant::now();
        let window = now.saturating_duration_since(self.writings[0]).max(WINDOW_MIN);
        let is_earlier = |(at, _): &&(Instant, u64)| now.saturating_duration_since(*at) >= window;
        let before = self.samples.iter().rev().find(is_earlier).or(self.samples.front());
        let asked_before = before.map_or(0, |(_, asked)| *asked);
        asked(server) - asked_before + u64::from(server.web().config().hosts)
    }

    pub(super) fn started_at(&self) -> Instant {
        self.started_at
    }

    pub(super) fn first_request_at(&self) -> Option<Instant> {
        self.first_request_at
    }

    /// When the rows of pages were seen to grow for the `nth` time, from 1.
    pub(super) fn grown_at(&self, nth: u32) -> Option<Instant> {
        self.growths.get((nth as usize).checked_sub(1)?).copied()
    }
}

/// Requests for expected URLs so far, repeated ones too.
pub(super) fn asked(server: &WebServer) -> u64 {
    let stats = server.stats();
    stats.expected_distinct + stats.expected_repeated
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn len(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
