//! Links that were not followed, listed for the operator.

use std::time::SystemTime;

use crawler_frontier::{Candidate, Lease};
use crawler_store::{SkippedRow, encode_skipped};
use crawler_url::scope::{OutOfScope, Pattern, ScopeRule, ScopeRules};
use crawler_url::{Canonicalizer, Fingerprint, WireUrl};

use crate::traps::TRAP;

/// Links listed lately, which are not listed again: 2^16 × 8 bytes.
const RECENT_SLOTS: usize = 1 << 16;

/// The list of one shard.
#[derive(Debug, Default)]
pub(super) struct RefusedLinks {
    /// Whether links that the scope refuses are listed; those into traps always are.
    is_wanted: bool,
    /// Of canonical URLs; made for the first one.
    recent: Vec<u64>,
    rows: Vec<Vec<u8>>,
}

impl RefusedLinks {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self { is_wanted, ..Self::default() }
    }

    /// Whether links that the scope refuses are listed from now on.
    pub(super) fn set_wanted(&mut self, is_wanted: bool) {
        self.is_wanted = is_wanted;
    }

    /// Lists a link found on the leased page, unless it was listed a short while ago.
    pub(super) fn list(
        &mut self,
        url: &WireUrl,
        why: OutOfScope,
        page: &Lease,
        rules: &ScopeRules,
        canonicalizer: &Canonicalizer,
    ) {
        if !self.is_wanted || self.is_recent(canonicalizer.fingerprint(url)) {
            return;
        }
        self.push(&SkippedRow {
            url: url.as_str(),
            reason: why.reason(),
            detail: rule(why, rules),
            via: Some(page.url.as_str()),
            depth: page.depth.saturating_add(1),
            attempts: 0,
        });
    }

    /// Lists a link that leads into a trap.
    pub(super) fn list_trapped(&mut self, link: &Candidate, template: &str) {
        if self.is_recent(link.fingerprint) {
            return;
        }
        self.push(&SkippedRow {
            url: link.url.as_str(),
            reason: TRAP,
            detail: Some(template),
            via: link.via.as_deref(),
            depth: link.depth,
            attempts: 0,
        });
    }

    fn push(&mut self, row: &SkippedRow<'_>) {
        self.rows.push(encode_skipped(row, SystemTime::now()));
    }

    /// Whether the URL was listed a short while ago; if not, it counts as listed from now on.
    fn is_recent(&mut self, fingerprint: Fingerprint) -> bool {
        self.recent.resize(RECENT_SLOTS, 0);
        let tag = fingerprint.url ^ fingerprint.host.0.rotate_left(32);
        let slot = &mut self.recent[tag as usize % RECENT_SLOTS];
        std::mem::replace(slot, tag) == tag
    }

    /// What was listed since it was last asked.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.rows)
    }
}

/// The rule that refuses a link, as the operator wrote it.
fn rule(why: OutOfScope, rules: &ScopeRules) -> Option<&str> {
    match why {
        OutOfScope::Excluded { pattern_idx } => rules.exclude.get(pattern_idx).map(Pattern::as_str),
        OutOfScope::Rule { rule_idx } => rules.rules.get(rule_idx).map(ScopeRule::as_str),
        _ => None,
    }
}
