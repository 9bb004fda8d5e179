//! Whether the crawl's threads are alive.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::clock;
use crate::handle::CrawlHandle;

/// When the crawl's threads were last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Time since the supervisor last looked around; it does so many times a second.
    pub supervisor: Duration,
    /// The shards, in the order of their numbers.
    pub shards: Vec<ShardHealth>,
}

/// One shard's part of [`Health`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardHealth {
    /// Which shard.
    pub shard: u16,
    /// Time since its loop last came round, which it does at least twice a second; `None` while it
    /// recovers its queue.
    pub silence: Option<Duration>,
}

impl CrawlHandle {
    /// When the crawl's threads were last heard of. Asks nobody.
    #[must_use]
    pub fn health(&self) -> Health {
        let crawl = self.shared();
        let now = clock::now().0;
        let since = |at: u64| Duration::from_millis(now.saturating_sub(at));
        let shard = |(gauges, shard): (&crate::shared::ShardGauges, u16)| {
            let at = gauges.heartbeat_at.load(Relaxed);
            ShardHealth { shard, silence: (at > 0).then(|| since(at)) }
        };
        Health {
            supervisor: since(crawl.supervisor_at.load(Relaxed)),
            shards: crawl.gauges.iter().zip(0..).map(shard).collect(),
        }
    }
}
