//! Settings of the writer.

use crate::error::StoreError;

/// Settings of a [`StoreWriter`](crate::StoreWriter); all but the first three go into `warcinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// A WARC file is closed after the capture that makes it reach this size, in bytes.
    pub warc_bytes_max: u64,
    /// First part of the names of WARC files: letters, digits, `-`, `_` and `.`.
    pub prefix: String,
    /// Whether `logs/crawl.jsonl` is kept.
    pub crawl_log: bool,
    /// Name and version of the software.
    pub software: String,
    /// `User-Agent` sent with the requests.
    pub user_agent: String,
    /// Robots policy, for example `obey`.
    pub robots: String,
    /// Who runs the crawl and how to reach them.
    pub contact: Option<String>,
    /// The machine.
    pub hostname: Option<String>,
}

impl StoreConfig {
    /// Default of `warc_bytes_max`: 1 GB, what readers of WARC files are used to.
    pub const WARC_BYTES_MAX: u64 = 1_000_000_000;
    /// Longest prefix that leaves room for the rest of a file name.
    pub const PREFIX_BYTES_MAX: usize = 128;

    pub(super) fn validate(&self) -> Result<(), StoreError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let reason = if self.prefix.is_empty() {
            "is empty"
        } else if self.prefix.len() > Self::PREFIX_BYTES_MAX {
            "is longer than 128 bytes"
        } else if self.prefix.starts_with('.') || !self.prefix.bytes().all(plain) {
            "may hold letters, digits, '-', '_' and '.' only, and not begin with '.'"
        } else {
            return Ok(());
        };
        Err(StoreError::Config { setting: "warc prefix", value: self.prefix.clone(), reason })
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            warc_bytes_max: Self::WARC_BYTES_MAX,
            prefix: "crawl".to_owned(),
            crawl_log: false,
            software: concat!("crawler/", env!("CARGO_PKG_VERSION")).to_owned(),
            user_agent: String::new(),
            robots: "obey".to_owned(),
            contact: None,
            hostname: None,
        }
    }
}
