//! What the process does for the server: the crawl's settings are known to it alone.

use crawler_engine::{CrawlHandle, StoredUrl};
use crawler_url::WireUrl;

use crate::api::Reloaded;

/// The process around the crawl. All may block for a while; none is called on the server's runtime.
pub trait Process: Send + Sync + 'static {
    /// Memory that the crawl may take.
    fn memory_limit_bytes(&self) -> Option<u64>;

    /// The URL that is meant by the text of a seed.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse_seed(&self, text: &str) -> Result<WireUrl, String>;

    /// All that is known of a URL, with what the store of the crawl says of it.
    ///
    /// # Errors
    /// When what is known cannot be read.
    fn explain(
        &self,
        url: WireUrl,
        stored: &StoredUrl,
        crawl: &CrawlHandle,
    ) -> Result<serde_json::Value, Refused>;

    /// Reads the configuration anew.
    ///
    /// # Errors
    /// When it is wrong; nothing has changed then.
    fn reload(&self, crawl: &CrawlHandle) -> Result<Reloaded, Refused>;

    /// Which log lines are written.
    fn log_level(&self) -> String;

    /// Changes which log lines are written.
    ///
    /// # Errors
    /// When it is no level.
    fn set_log_level(&self, level: &str, crawl: &CrawlHandle) -> Result<(), Refused>;
}

/// Why the process did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
