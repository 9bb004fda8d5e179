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

/// The scope, and where its rules are written.
pub(crate) struct ScopeJudge<'a> {
    scope: Scope,
    raw: &'a RawConfig,
}

impl<'a> ScopeJudge<'a> {
    pub(crate) fn new(rules: &ScopeRules, seeds: &[WireUrl], raw: &'a RawConfig) -> Self {
        Self { scope: Scope::new(rules.clone(), seeds), raw }
    }

    /// Whether a URL found `depth` links from a seed is refused.
    pub(crate) fn refuses(&self, url: &WireUrl, depth: u16) -> Option<OutOfScope> {
        match self.scope.judge(url, depth) {
            Verdict::In => None,
            Verdict::Out(why) => Some(why),
        }
    }

    /// The verdict on such a URL, with the rule it comes from.
    pub(crate) fn answer(&self, url: &WireUrl, depth: u16) -> ScopeAnswer {
        if let Some(why) = self.refuses(url, depth) {
            let (key, item_idx) = setting(why);
            return self.by(Some(why.reason()), key, item_idx);
        }
        if let Some(rule_idx) = self.scope.accepted_by(url) {
            return self.by(None, "scope_rule", rule_idx);
        }
        if self.scope.is_seed(url) {
            let (rule, place) = ("its place among the seeds".to_owned(), "seeds".to_owned());
            return ScopeAnswer { accepted: true, reason: None, rule, place };
        }
        match self.scope.included_by(url) {
            Some(pattern_idx) => self.by(None, "include", pattern_idx),
            None => self.by(None, "scope", 0),
        }
    }

    fn by(&self, reason: Option<&'static str>, key: &str, item_idx: usize) -> ScopeAnswer {
        let entry = table::find(key).and_then(|setting| self.raw.entries(setting).get(item_idx));
        let (value, place) =
            entry.map_or(("", ""), |entry| (entry.text.as_str(), entry.place.as_str()));
        let (rule, place) = (format!("{key} = {value:?}"), place.to_owned());
        ScopeAnswer { accepted: reason.is_none(), reason, rule, place }
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
