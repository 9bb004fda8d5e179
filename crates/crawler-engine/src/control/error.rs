//! Why an order was not carried out.

use std::time::Duration;

use crawler_frontier::FrontierError;

/// Why an order to a running crawl was not carried out, or a look into it not possible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The crawl drains, stops or has stopped.
    #[error("the crawl is ending and takes no more orders; start it again first")]
    Ending,
    /// The shard did not come to it in time.
    #[error(
        "shard {shard} has not answered for {} s; it may still do what was asked: look, then ask again",
        waited.as_secs()
    )]
    Busy {
        /// Which shard.
        shard: u16,
        /// For how long it was waited.
        waited: Duration,
    },
    /// The shard ended before it answered, and was started again.
    #[error("shard {shard} was restarted meanwhile, and may have done a part of it; ask again")]
    Restarted {
        /// Which shard.
        shard: u16,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
}
