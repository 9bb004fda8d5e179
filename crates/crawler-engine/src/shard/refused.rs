//! Links that the scope refuses, listed for an operator who asks for it.

use std::time::SystemTime;

use crawler_frontier::Lease;
use crawler_store::{SkippedRow, encode_skipped};
use crawler_url::scope::{OutOfScope, Pattern, ScopeRule, ScopeRules};
use crawler_url::{Canonicalizer, WireUrl};

/// Links listed lately, which are not listed again: 2^16 × 8 bytes.
const RECENT_SLOTS: usize = 1 << 16;

/// The list of one shard.
#[derive(Debug, Default)]
pub(super) struct RefusedLinks {
    /// Of canonical URLs; empty when nobody asked for the list.
    recent: Vec<u64>,
    rows: Vec<Vec<u8>>,
}

impl RefusedLinks {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self {
            recent: if is_wanted { vec![0; RECENT_SLOTS] } else { Vec::new() },
            rows: Vec::new(),
        }
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
        if self.recent.is_empty() {
            return;
        }
        let tag = canonicalizer.fingerprint(url).url;
        let slot = &mut self.recent[tag as usize % RECENT_SLOTS];
        if std::mem::replace(slot, tag) == tag {
            return;
        }
        let row = SkippedRow {
            url: url.as_str(),
            reason: why.reason(),
            detail: rule(why, rules),
            via: Some(page.url.as_str()),
            depth: page.depth.saturating_add(1),
            attempts: 0,
        };
        self.rows.push(encode_skipped(&row, SystemTime::now()));
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
