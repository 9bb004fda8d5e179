//! Up to where the files are durable.

use serde::{Deserialize, Serialize};

/// What one [`StoreWriter::sync`](crate::StoreWriter::sync) made durable. The caller stores it in
/// the same atomic step as the state that depends on those captures, and gives it to
/// [`StoreWriter::open`](crate::StoreWriter::open) next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorePositions {
    /// The newest WARC file; `None` before the first capture.
    pub(super) warc: Option<WarcPosition>,
    /// Serial number the next WARC file gets at least.
    pub(super) next_serial: u32,
    /// Bytes of `reports/warcs.jsonl`.
    pub(crate) closed_bytes: u64,
    /// Bytes of `cdxj/index.cdxj`.
    pub(crate) cdxj_bytes: u64,
    /// Bytes of `pages/pages.jsonl`.
    pub(crate) pages_bytes: u64,
    /// Bytes of `reports/skipped.jsonl`.
    pub(crate) skipped_bytes: u64,
    /// Bytes of `logs/crawl.jsonl`.
    #[serde(default)]
    pub(crate) log_bytes: u64,
}

impl StorePositions {
    /// The newest WARC file; `None` before the first capture.
    #[must_use]
    pub fn warc(&self) -> Option<&WarcPosition> {
        self.warc.as_ref()
    }

    /// Takes note that a WARC file was cut.
    pub(crate) fn set_warc_bytes(&mut self, name: &str, bytes: u64) {
        if let Some(warc) = self.warc.as_mut().filter(|warc| warc.name == name) {
            warc.bytes = bytes;
        }
    }

    /// Durable bytes of `cdxj/index.cdxj`.
    #[must_use]
    pub fn cdxj_bytes(&self) -> u64 {
        self.cdxj_bytes
    }

    /// Durable bytes of `pages/pages.jsonl`.
    #[must_use]
    pub fn pages_bytes(&self) -> u64 {
        self.pages_bytes
    }

    /// Durable bytes of `reports/skipped.jsonl`.
    #[must_use]
    pub fn skipped_bytes(&self) -> u64 {
        self.skipped_bytes
    }

    /// Durable bytes of `logs/crawl.jsonl`.
    #[must_use]
    pub fn log_bytes(&self) -> u64 {
        self.log_bytes
    }
}

/// The durable part of a WARC file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarcPosition {
    /// File name without folder and without `.open`.
    pub(super) name: String,
    pub(super) serial: u32,
    pub(super) bytes: u64,
    pub(super) state: WarcState,
}

impl WarcPosition {
    /// File name without folder and without `.open`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Durable bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether more will be appended.
    #[must_use]
    pub fn state(&self) -> WarcState {
        self.state
    }
}

/// Whether a WARC file is still written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WarcState {
    /// Still written; its name ends with `.open`.
    Open,
    /// Complete.
    Closed,
}
