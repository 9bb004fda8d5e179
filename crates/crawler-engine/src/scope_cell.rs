//! The scope that all shards judge by; a redirected seed may widen it while they run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crawler_url::WireUrl;
use crawler_url::scope::Scope;

/// The current scope and a version by which a shard sees cheaply that it changed.
#[derive(Debug)]
pub(crate) struct ScopeCell {
    version: AtomicU64,
    current: RwLock<Arc<Scope>>,
}

impl ScopeCell {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { version: AtomicU64::new(0), current: RwLock::new(Arc::new(scope)) }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn load(&self) -> Arc<Scope> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes `seed` (and what the scope kind says of it) part of the scope.
    pub(crate) fn widen(&self, seed: &WireUrl) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(current.with_seed(seed));
        self.version.fetch_add(1, Ordering::Release);
    }
}
