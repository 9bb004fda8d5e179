//! Which discovered URLs belong to the crawl.

mod limits;
mod pattern;
mod rule;
mod seeds;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use limits::UrlLimits;
pub use pattern::{Pattern, PatternError};
pub use rule::{Effect, ScopeRule, ScopeRuleError};

use crate::wire::WireUrl;
use pattern::PatternSet;
use rule::RuleSet;
use seeds::Seeds;

/// Added seeds are merged with the first ones when there are so many, to keep adding cheap.
const ADDED_SEEDS_MAX: usize = 1024;

/// How far from its seeds a crawl goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScopeKind {
    /// The seed pages only.
    Page,
    /// Pages on a seed's host, by http or https, whose path begins as the seed's does up to its
    /// last `/`.
    Prefix,
    /// The seeds' hosts: same name and port (http and https default ports are one).
    Host,
    /// The seeds' registrable domains with all subdomains and ports; of a seed on an IP address
    /// or under an unknown suffix, its host.
    Domain,
    /// Everything.
    Any,
    /// The seed pages, and what [`ScopeRules::rules`] accept.
    Custom,
}

impl ScopeKind {
    const ALL: [Self; 6] =
        [Self::Page, Self::Prefix, Self::Host, Self::Domain, Self::Any, Self::Custom];

    /// Name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Prefix => "prefix",
            Self::Host => "host",
            Self::Domain => "domain",
            Self::Any => "any",
            Self::Custom => "custom",
        }
    }
}

impl fmt::Display for ScopeKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// A name that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope {0:?}: expected page, prefix, host, domain, any or custom")]
pub struct UnknownScope(String);

impl FromStr for ScopeKind {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownScope(name.to_owned()))
    }
}

/// What the operator says about the scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRules {
    /// How far from the seeds.
    pub kind: ScopeKind,
    /// When there are any, a URL must match one.
    #[serde(default)]
    pub include: Vec<Pattern>,
    /// A URL that matches one is out, whatever else is said.
    #[serde(default)]
    pub exclude: Vec<Pattern>,
    /// Rules that widen and narrow what the seeds cover; of those that match the last one holds.
    #[serde(default)]
    pub rules: Vec<ScopeRule>,
    /// Most hops from a seed; seeds have depth 0.
    #[serde(default)]
    pub depth_max: Option<u16>,
    /// Shapes that only crawler traps have.
    #[serde(default)]
    pub limits: UrlLimits,
}

/// Whether a URL belongs to the crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It does.
    In,
    /// It does not, and why.
    Out(OutOfScope),
}

/// Why a URL does not belong to the crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutOfScope {
    /// Too far from the seeds by [`ScopeKind`].
    Kind,
    /// Matches an exclude pattern.
    Excluded {
        /// Which one of [`ScopeRules::exclude`], the first that matches.
        pattern_idx: usize,
    },
    /// A rule refuses it.
    Rule {
        /// Which one of [`ScopeRules::rules`].
        rule_idx: usize,
    },
    /// Matches no include pattern.
    NotIncluded,
    /// More hops from a seed than [`ScopeRules::depth_max`].
    Depth,
    /// Longer than [`UrlLimits::bytes_max`].
    UrlLength,
    /// More segments than [`UrlLimits::segments_max`].
    PathDepth,
    /// Segments that repeat more often than [`UrlLimits::repeats_max`].
    RepeatedSegments,
    /// A date after [`UrlLimits::calendar_years`].
    CalendarAhead,
    /// A date before them.
    CalendarBack,
}

impl OutOfScope {
    /// Whether a link, rather than a URL of the crawl, is refused for this reason.
    #[must_use]
    pub fn is_reason(name: &str) -> bool {
        const ALL: [OutOfScope; 9] = [
            OutOfScope::Kind,
            OutOfScope::Excluded { pattern_idx: 0 },
            OutOfScope::Rule { rule_idx: 0 },
            OutOfScope::NotIncluded,
            OutOfScope::Depth,
            OutOfScope::UrlLength,
            OutOfScope::PathDepth,
            OutOfScope::RepeatedSegments,
            OutOfScope::CalendarAhead,
        ];
        ALL.iter().any(|why| why.reason() == name)
    }

    /// Name of the reason in reports and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Kind => "out_of_scope",
            Self::Excluded { .. } => "excluded",
            Self::NotIncluded => "not_included",
            Self::Depth => "depth",
            Self::Rule { .. } => "scope_rule",
            Self::UrlLength => "url_length",
            Self::PathDepth => "path_depth",
            Self::RepeatedSegments => "repeated_segments",
            Self::CalendarAhead | Self::CalendarBack => "calendar",
        }
    }
}

/// Decides which discovered URLs belong to the crawl. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scope {
    rules: Arc<CompiledRules>,
    seeds: Arc<Seeds>,
    added: Arc<Seeds>,
}

#[derive(Debug)]
struct CompiledRules {
    kind: ScopeKind,
    include: PatternSet,
    exclude: PatternSet,
    rules: RuleSet,
    depth_max: u16,
    limits: UrlLimits,
    given: ScopeRules,
}

impl CompiledRules {
    fn new(rules: ScopeRules) -> Self {
        let given = rules.clone();
        Self {
            kind: rules.kind,
            include: PatternSet::new(rules.include),
            exclude: PatternSet::new(rules.exclude),
            rules: RuleSet::new(rules.rules),
            depth_max: rules.depth_max.unwrap_or(u16::MAX),
            limits: rules.limits,
            given,
        }
    }
}

impl Scope {
    /// Scope of a crawl that starts from these seeds.
    #[must_use]
    pub fn new(rules: ScopeRules, seeds: &[WireUrl]) -> Self {
        Self {
            seeds: Arc::new(Seeds::new(rules.kind, seeds)),
            added: Arc::new(Seeds::new(rules.kind, &[])),
            rules: Arc::new(CompiledRules::new(rules)),
        }
    }

    /// The scope of the same seeds by other rules of the same kind.
    #[must_use]
    pub fn with_rules(&self, rules: ScopeRules) -> Self {
        debug_assert_eq!(rules.kind, self.rules.kind);
        let rules = Arc::new(CompiledRules::new(rules));
        Self { rules, ..self.clone() }
    }

    /// The rules as they were given.
    #[must_use]
    pub fn rules(&self) -> &ScopeRules {
        &self.rules.given
    }

    /// The same scope with more seeds: where a seed was redirected to, or what was added since.
    #[must_use]
    pub fn with_seeds(&self, seeds: &[WireUrl]) -> Self {
        let mut scope = self.clone();
        for seed in seeds {
            if scope.is_seed(seed) {
                continue;
            }
            let added = Arc::make_mut(&mut scope.added);
            added.insert(self.rules.kind, seed);
            if added.len() >= ADDED_SEEDS_MAX {
                Arc::make_mut(&mut scope.seeds).absorb(std::mem::take(added));
            }
        }
        scope
    }

    /// Whether a URL found `depth` hops from a seed belongs to the crawl.
    ///
    /// Called for every link: does not allocate, unless the URL is written in a way that is not
    /// canonical. A seed is in scope whatever is said but by exclude patterns and rules.
    #[must_use]
    pub fn judge(&self, url: &WireUrl, depth: u16) -> Verdict {
        let rules = &*self.rules;
        match rules.rules.judge(url) {
            Some((Effect::Accept, _)) => {}
            Some((Effect::Refuse, rule_idx)) => {
                return Verdict::Out(OutOfScope::Rule { rule_idx });
            }
            None if self.covers(url) => {}
            None => return Verdict::Out(OutOfScope::Kind),
        }
        if let Some(pattern_idx) = rules.exclude.first_match(url.as_str()) {
            return Verdict::Out(OutOfScope::Excluded { pattern_idx });
        }
        let refused = if depth > rules.depth_max {
            OutOfScope::Depth
        } else if let Some(refused) = rules.limits.refuse(url) {
            refused
        } else if !rules.include.is_empty() && !rules.include.is_match(url.as_str()) {
            OutOfScope::NotIncluded
        } else {
            return Verdict::In;
        };
        if self.is_seed(url) { Verdict::In } else { Verdict::Out(refused) }
    }

    /// Whether a URL matches an exclude pattern: it is out even where the rest of the scope does not
    /// count, as for the sitemaps of a host.
    #[must_use]
    pub fn excludes(&self, url: &WireUrl) -> bool {
        self.rules.exclude.first_match(url.as_str()).is_some()
    }

    /// Which one of [`ScopeRules::rules`] accepts the URL, wherever the seeds are.
    #[must_use]
    pub fn accepted_by(&self, url: &WireUrl) -> Option<usize> {
        match self.rules.rules.judge(url)? {
            (Effect::Accept, rule_idx) => Some(rule_idx),
            (Effect::Refuse, _) => None,
        }
    }

    /// Which one of [`ScopeRules::include`] matches the URL first.
    #[must_use]
    pub fn included_by(&self, url: &WireUrl) -> Option<usize> {
        self.rules.include.first_match(url.as_str())
    }

    /// Whether the URL is as near to the seeds as the kind of scope asks.
    fn covers(&self, url: &WireUrl) -> bool {
        self.seeds.cover(self.rules.kind, url) || self.added.cover(self.rules.kind, url)
    }

    /// Whether the URL is a seed, or where one was redirected to.
    #[must_use]
    pub fn is_seed(&self, url: &WireUrl) -> bool {
        self.seeds.contain(url) || self.added.contain(url)
    }
}
