//! Why an order was not carried out.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crawler_frontier::FrontierError;

impl ControlError {
    /// A cursor that is none.
    pub(super) fn bad_cursor(text: &str) -> Self {
        let text: String = text.chars().take(40).collect();
        let detail =
            format!("`{text}` is no cursor; take next_cursor of the answer before, or none");
        Self::Invalid { detail }
    }
}

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
    /// The order makes no sense.
    #[error("{detail}")]
    Invalid {
        /// Why, and what would make sense.
        detail: String,
    },
    /// No such template is in quarantine.
    #[error("{template} is not in quarantine; look at the list of traps")]
    UnknownTrap {
        /// What was asked for.
        template: String,
    },
    /// There is no room for another host.
    #[error(
        "the settings of {max} hosts are changed, which is the limit; take some back, or write a rule \
         for many hosts into the configuration"
    )]
    TooManyHosts {
        /// How many there may be.
        max: usize,
    },
    /// What was decided cannot be written down.
    #[error("nothing has changed, because it could not be written to {}: {source}", dir.display())]
    NotSaved {
        /// Where.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
}
