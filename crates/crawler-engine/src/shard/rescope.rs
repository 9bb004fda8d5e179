//! Judging queued URLs by a scope that changed since they were found.

use crawler_frontier::Lease;
use crawler_url::scope::{OutOfScope, Verdict};

use super::Shard;

impl Shard {
    /// Why a leased URL would not be queued today, if that is to be asked. What was not found in a
    /// page (seeds, where they were redirected to, and imported URLs) needs no scope.
    pub(super) fn refused_since(&mut self, lease: &Lease) -> Option<OutOfScope> {
        let is_asked = self.live.config.rescope || self.shared.is_rebuilt;
        if !is_asked || lease.depth == 0 {
            return None;
        }
        match self.work.scope(&self.shared).judge(&lease.url, lease.depth) {
            Verdict::In => None,
            Verdict::Out(why) => Some(why),
        }
    }
}
