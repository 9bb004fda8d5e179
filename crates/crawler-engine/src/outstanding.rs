//! How a crawl knows that it is done.
//!
//! One number counts all URLs that are queued or in flight and all batches under way. Whoever
//! creates work raises it before whoever finished the cause lowers it, so it is 0 only when
//! nothing is left anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Work not yet finished, over all shards and channels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outstanding(Arc<AtomicI64>);

impl Outstanding {
    /// Whether nothing is queued, in flight or undelivered.
    pub(crate) fn is_zero(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    /// Whether exactly so much is outstanding.
    pub(crate) fn is(&self, units: i64) -> bool {
        self.0.load(Ordering::SeqCst) == units
    }

    /// Whether there is more than `own`, a part of it.
    pub(crate) fn exceeds(&self, own: i64) -> bool {
        self.0.load(Ordering::Relaxed) > own
    }

    /// Raises (or lowers) the count by `delta` units.
    pub(crate) fn add(&self, delta: i64) {
        self.0.fetch_add(delta, Ordering::SeqCst);
    }

    /// One unit of work that ends when the guard is dropped.
    pub(crate) fn guard(&self) -> WorkGuard {
        self.add(1);
        WorkGuard(self.clone())
    }
}

/// One unit of outstanding work; it travels with what it stands for.
#[derive(Debug)]
pub(crate) struct WorkGuard(Outstanding);

impl Drop for WorkGuard {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
