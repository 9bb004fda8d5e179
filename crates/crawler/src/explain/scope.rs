//! Which rule decides whether a URL belongs to the crawl, and where it is written.

use crawler_url::WireUrl;
use crawler_url::scope::{OutOfScope, Scope, ScopeRules, Verdict};
use serde::Serialize;

use crate::settings::{RawConfig, table};

/// The scope's verdict and the rule it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ScopeAnswer {
    /// Whether a link to the URL would be followed.
    pub(crate) accepted: bool,
    /// The reason of a refusal, as in `reports/skipped.jsonl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// The rule as it is written: a setting and its value.
    pub(crate) rule: String,
    /// Where it is written: `crawler.toml:4`, `--exclude`, `default`.
    pub(crate) place: String,
}

/// Judges a URL found `depth` links from a seed.
pub(crate) fn judge(
    url: &WireUrl,
    depth: u16,
    rules: &ScopeRules,
    seeds: &[WireUrl],
    raw: &RawConfig,
) -> ScopeAnswer {
    let scope = Scope::new(rules.clone(), seeds);
    let answer = |reason: Option<&'static str>, key: &str, item_idx: usize| {
        let (value, place) = entry(raw, key, item_idx);
        let rule = format!("{key} = {value:?}");
        ScopeAnswer { accepted: reason.is_none(), reason, rule, place }
    };
    match scope.judge(url, depth) {
        Verdict::Out(why) => {
            let (key, item_idx) = setting(why);
            answer(Some(why.reason()), key, item_idx)
        }
        Verdict::In => {
            if let Some(rule_idx) = scope.accepted_by(url) {
                return answer(None, "scope_rule", rule_idx);
            }
            if scope.is_seed(url) {
                let (rule, place) = ("it is a seed".to_owned(), "seeds".to_owned());
                return ScopeAnswer { accepted: true, reason: None, rule, place };
            }
            match scope.included_by(url) {
                Some(pattern_idx) => answer(None, "include", pattern_idx),
                None => answer(None, "scope", 0),
            }
        }
    }
}

/// The setting, and which item of it, that refuses.
fn setting(why: OutOfScope) -> (&'static str, usize) {
    match why {
        OutOfScope::Kind => ("scope", 0),
        OutOfScope::Excluded { pattern_idx } => ("exclude", pattern_idx),
        OutOfScope::Rule { rule_idx } => ("scope_rule", rule_idx),
        OutOfScope::NotIncluded => ("include", 0),
        OutOfScope::Depth => ("depth", 0),
        OutOfScope::UrlLength => ("max_url_length", 0),
        OutOfScope::PathDepth => ("max_path_depth", 0),
        OutOfScope::RepeatedSegments => ("max_repeated_segments", 0),
        OutOfScope::CalendarAhead => ("calendar_ahead", 0),
        OutOfScope::CalendarBack => ("calendar_back", 0),
    }
}

/// What is written, and where.
fn entry(raw: &RawConfig, key: &str, item_idx: usize) -> (String, String) {
    let entry = table::find(key).and_then(|setting| raw.entries(setting).get(item_idx));
    entry.map_or_else(Default::default, |entry| (entry.text.clone(), entry.place.clone()))
}
