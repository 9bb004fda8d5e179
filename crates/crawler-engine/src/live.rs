//! What may change while the crawl runs: the configuration and what holds for single hosts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::config::CrawlConfig;
use crate::control::Operator;
use crate::host_policy::HostPolicies;
use crate::shared::Shared;

/// What holds at a time.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) config: CrawlConfig,
    pub(crate) policies: HostPolicies,
}

impl Live {
    pub(crate) fn new(config: CrawlConfig, operator: &Operator) -> Self {
        let policies = operator.with_hosts(|hosts| HostPolicies::new(&config, hosts));
        Self { config, policies }
    }
}

/// The present [`Live`], and a version by which a shard sees cheaply that it changed.
#[derive(Debug)]
pub(crate) struct LiveCell {
    version: AtomicU64,
    current: RwLock<Arc<Live>>,
}

impl LiveCell {
    /// With what the configuration says and an operator has decided.
    pub(crate) fn new(config: &CrawlConfig, operator: &Operator) -> Self {
        let live = Live::new(config.clone(), operator);
        Self { version: AtomicU64::new(0), current: RwLock::new(Arc::new(live)) }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn load(&self) -> Arc<Live> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts in force what is made from what holds now.
    fn change(&self, next: impl FnOnce(&Live) -> Live) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(next(&current));
        self.version.fetch_add(1, Ordering::Release);
    }
}

impl Shared {
    /// Has all shards heed what was changed about single hosts.
    pub(crate) fn publish_policies(&self) {
        // The operator's list is read under the cell's lock: the last of two callers has the newest.
        self.live.change(|live| Live::new(live.config.clone(), &self.control.operator));
        self.wake_shards();
    }

    /// Has everybody heed another configuration.
    pub(crate) fn publish(&self, config: CrawlConfig) {
        self.live.change(|_| Live::new(config, &self.control.operator));
        self.wake_shards();
    }

    /// Calls all shards back to their loops.
    fn wake_shards(&self) {
        self.writer.committed.iter().for_each(|(_, waiting)| waiting.notify_one());
    }
}
