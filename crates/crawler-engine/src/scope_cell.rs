//! The scope that all shards judge by; redirected and later seeds may widen it while they run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crawler_url::WireUrl;
use crawler_url::scope::{Scope, ScopeRules};

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

    /// Has what follows be judged by other rules of the same kind; the seeds stay.
    pub(crate) fn set_rules(&self, rules: &ScopeRules) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(current.with_rules(rules.clone()));
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Makes `seeds` (and what the scope kind says of them) part of the scope.
    pub(crate) fn widen(&self, seeds: &[WireUrl]) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if seeds.iter().any(|seed| !current.is_seed(seed)) {
            *current = Arc::new(current.with_seeds(seeds));
            self.version.fetch_add(1, Ordering::Release);
        }
    }
}
