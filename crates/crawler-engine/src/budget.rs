//! Exact page limits over concurrent shards.

use std::sync::atomic::{AtomicU64, Ordering};

/// More than can be fetched.
const NO_LIMIT: u64 = u64::MAX;

/// Pages that may still be fetched: reserved before a fetch, spent when its response is settled,
/// refunded when there was none. So a limit of 100 fetches exactly 100.
#[derive(Debug)]
pub(crate) struct PageBudget {
    /// The greatest number is no limit.
    limit: AtomicU64,
    /// Reserved or spent.
    taken: AtomicU64,
    spent: AtomicU64,
}

impl PageBudget {
    /// `spent` pages were fetched by earlier runs on the same data directory.
    pub(crate) fn new(limit: Option<u64>, spent: u64) -> Self {
        let limit = AtomicU64::new(limit.unwrap_or(NO_LIMIT));
        Self { limit, taken: AtomicU64::new(spent), spent: AtomicU64::new(spent) }
    }

    /// Takes one page out of the budget, if one is left.
    pub(crate) fn reserve(&self) -> bool {
        let limit = self.limit.load(Ordering::SeqCst);
        self.taken
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
                (taken < limit).then_some(taken + 1)
            })
            .is_ok()
    }

    /// Takes a page out of the budget, left or not, for a lease that will not be fetched.
    pub(crate) fn overdraw(&self) {
        self.taken.fetch_add(1, Ordering::SeqCst);
    }

    /// `pages` reserved ones were fetched.
    pub(crate) fn spend(&self, pages: u64) {
        self.spent.fetch_add(pages, Ordering::SeqCst);
    }

    /// `pages` reserved ones were not fetched after all.
    pub(crate) fn refund(&self, pages: u64) {
        self.taken.fetch_sub(pages, Ordering::SeqCst);
    }

    /// Whether the limit is reached and no reservation is open.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::SeqCst) >= self.limit.load(Ordering::SeqCst)
    }

    /// Another limit from now on, or none.
    pub(crate) fn set_limit(&self, limit: Option<u64>) {
        self.limit.store(limit.unwrap_or(NO_LIMIT), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::PageBudget;

    #[test]
    fn grants_exactly_the_limit_and_again_after_a_refund() {
        let budget = PageBudget::new(Some(3), 1);
        assert!(budget.reserve() && budget.reserve());
        assert!(!budget.reserve());
        budget.spend(1);
        assert!(!budget.is_spent());
        budget.refund(1);
        assert!(budget.reserve());
        budget.spend(1);
        assert!(budget.is_spent() && !budget.reserve());
    }

    #[test]
    fn no_limit_never_ends_until_there_is_one() {
        let budget = PageBudget::new(None, 7);
        assert!((0..1000).all(|_| budget.reserve()));
        budget.refund(999);
        assert!(!budget.is_spent());
        budget.set_limit(Some(9));
        assert!(budget.reserve() && !budget.reserve(), "what is in flight counts");
        budget.set_limit(Some(7));
        assert!(budget.is_spent());
        budget.set_limit(None);
        assert!(budget.reserve() && !budget.is_spent());
    }
}
