//! Reading `reports/skipped.jsonl` while it is written.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Seek as _, SeekFrom};

use crawler_frontier::{Candidate, Hops, Source};
use crawler_url::{Canonicalizer, WireUrl};
use serde::Deserialize;

use super::ControlError;
use crate::handle::CrawlHandle;

/// A row of the report.
#[derive(Deserialize)]
pub(super) struct ReportRow {
    pub(super) url: WireUrl,
    pub(super) reason: String,
    pub(super) detail: Option<String>,
    pub(super) via: Option<Box<str>>,
    #[serde(default)]
    pub(super) depth: u16,
}

impl ReportRow {
    /// The URL as it was found.
    pub(super) fn link(self, canonicalizer: &Canonicalizer) -> Candidate {
        let source = if self.depth == 0 { Source::Seed } else { Source::Link };
        Candidate {
            fingerprint: canonicalizer.fingerprint(&self.url),
            url: self.url,
            via: self.via,
            depth: self.depth,
            redirects: 0,
            hops: Hops::default(),
            source,
        }
    }
}

impl CrawlHandle {
    /// Visits the rows of the report that stand behind byte `from` and contain `text`, until the visitor
    /// has enough.
    pub(super) fn for_each_report_row(
        &self,
        from: u64,
        text: &str,
        visit: &mut dyn FnMut(ReportRow) -> bool,
    ) -> Result<(), ControlError> {
        let path = self.shared().config.data_dir.join("reports/skipped.jsonl");
        let failed = |source| ControlError::Read { path: path.clone(), source };
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            file => BufReader::with_capacity(1 << 16, file.map_err(failed)?),
        };
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let mut line = Vec::new();
        loop {
            line.clear();
            file.read_until(b'\n', &mut line).map_err(failed)?;
            // What has no end yet is still being written.
            if line.last() != Some(&b'\n') {
                return Ok(());
            }
            // Most rows are about something else, and need not be taken apart.
            let wanted = std::str::from_utf8(&line).is_ok_and(|row| row.contains(text));
            if wanted
                && let Ok(row) = serde_json::from_slice(&line)
                && !visit(row)
            {
                return Ok(());
            }
        }
    }
}
