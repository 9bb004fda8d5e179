//! What the process does for the server: the crawl's settings are known to it alone.

/// The process around the crawl. All may block for a while; none is called on the server's runtime.
pub trait Process: Send + Sync + 'static {
    /// Memory that the crawl may take.
    fn memory_limit_bytes(&self) -> Option<u64>;
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
