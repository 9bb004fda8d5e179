//! URLs of a host that have ended, from the crawl's output files.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::PathBuf;

use crawler_url::{HostKey, WireUrl};
use serde::Deserialize;

use crate::control::ControlError;
use crate::handle::CrawlHandle;
use crate::shared::locked;

/// URLs in one answer.
const LIMIT_MAX: usize = 1_000;
/// Bytes of a file that are read for one answer.
const READ_BYTES_MAX: u64 = 64 << 20;

/// How a URL has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedState {
    /// With a response.
    Fetched,
    /// With an error.
    Failed,
    /// It was not asked for.
    Skipped,
}

/// A URL that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedUrl {
    /// As requested.
    pub url: String,
    /// How it has ended.
    pub state: EndedState,
    /// The reason, or the HTTP status.
    pub detail: String,
    /// Links from a seed.
    pub depth: u16,
    /// The page it was found on.
    pub via: Option<String>,
    /// When, as `YYYY-MM-DDThh:mm:ss.mmmZ`.
    pub at: String,
}

/// A part of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedPage {
    /// The earliest first. There may be fewer than asked for, even none, with more to come.
    pub urls: Vec<EndedUrl>,
    /// What to ask for the next part with, if there is one.
    pub next_cursor: Option<String>,
}

/// A row of `skipped.jsonl` or of `pages.jsonl`, as far as it matters here.
#[derive(Deserialize)]
struct Row {
    url: String,
    ts: String,
    reason: Option<String>,
    status: Option<u16>,
    via: Option<String>,
    #[serde(default)]
    depth: u16,
}

impl CrawlHandle {
    /// URLs of a host that have ended in one way, from `pages/pages.jsonl` or `reports/skipped.jsonl`,
    /// from the place that `cursor` tells on. Reads at most 64 MB at a time.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a cursor that no answer gave, [`ControlError::Read`].
    pub fn ended_urls(
        &self,
        host: &HostKey,
        state: EndedState,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<EndedPage, ControlError> {
        let from = cursor.map(|text| text.parse().map_err(|_| ControlError::bad_cursor(text)));
        let from: u64 = from.transpose()?.unwrap_or(0);
        let path = self.file_of(state);
        let failed = |source| ControlError::Read { path: path.clone(), source };
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(EndedPage { urls: Vec::new(), next_cursor: None });
            }
            file => BufReader::with_capacity(1 << 16, file.map_err(failed)?),
        };
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let (mut at, mut urls, mut line) = (from, Vec::new(), Vec::new());
        loop {
            line.clear();
            let read = file.read_until(b'\n', &mut line).map_err(failed)? as u64;
            // What has no end yet is still being written.
            if line.last() != Some(&b'\n') {
                return Ok(EndedPage { urls, next_cursor: None });
            }
            at += read;
            urls.extend(self.ended(&line, host, state));
            if urls.len() == limit.clamp(1, LIMIT_MAX) || at - from >= READ_BYTES_MAX {
                return Ok(EndedPage { urls, next_cursor: Some(at.to_string()) });
            }
        }
    }

    fn file_of(&self, state: EndedState) -> PathBuf {
        let dir = &self.shared().config.data_dir;
        match state {
            EndedState::Fetched => dir.join("pages/pages.jsonl"),
            EndedState::Failed | EndedState::Skipped => dir.join("reports/skipped.jsonl"),
        }
    }

    /// The URL of a row, if it is of the host and has ended so.
    fn ended(&self, line: &[u8], host: &HostKey, state: EndedState) -> Option<EndedUrl> {
        let text = std::str::from_utf8(line).ok()?;
        // Most rows are of other hosts, and need not be taken apart.
        if !text.contains(host.host().trim_matches(['[', ']'])) {
            return None;
        }
        let row: Row = serde_json::from_str(text).ok()?;
        if WireUrl::parse(&row.url).ok()?.host_key() != *host {
            return None;
        }
        let detail = match (row.status, row.reason) {
            (Some(status), _) if state == EndedState::Fetched => status.to_string(),
            (_, Some(reason)) if self.state_of(&reason) == Some(state) => reason,
            _ => return None,
        };
        let Row { url, ts, via, depth, .. } = row;
        Some(EndedUrl { url, state, detail, depth, via, at: ts })
    }

    /// How URLs with this reason have ended; links that never became URLs of the crawl have not.
    pub(in crate::control) fn state_of(&self, reason: &str) -> Option<EndedState> {
        let totals = locked(&self.shared().totals);
        if totals.failed.contains_key(reason) {
            Some(EndedState::Failed)
        } else {
            totals.skipped.contains_key(reason).then_some(EndedState::Skipped)
        }
    }
}
