//! Rules of a scope file: what comes in or stays out, beyond the seeds.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::pattern::{Pattern, PatternSet};
use super::seeds::with_canonical_path;
use crate::wire::WireUrl;

/// `+` or `-` and which URLs: a SURT prefix, or after `glob:` or `regex:` a pattern.
///
/// A SURT prefix is a host from its end: `com,example,` is `example.com` with all subdomains and
/// ports, `com,example)/docs/` that host alone and what begins so on its default port,
/// `com,example:8080)/` on another one. The spelling of web archives, `http://(com,example,)/`, is
/// understood too; http and https are not told apart. An IP address is written as it is.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    source: Box<str>,
    effect: Effect,
    matcher: Matcher,
}

/// What a rule does with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The URL is in scope, wherever the seeds are.
    Accept,
    /// It is out of scope.
    Refuse,
}

#[derive(Clone, Debug)]
enum Matcher {
    Surt(SurtPrefix),
    Pattern(Pattern),
}

/// A text that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid scope rule {rule:?}: {reason}")]
pub struct ScopeRuleError {
    rule: String,
    /// What is wrong with it.
    pub reason: String,
}

impl ScopeRule {
    /// The rule as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl FromStr for ScopeRule {
    type Err = ScopeRuleError;

    fn from_str(source: &str) -> Result<Self, ScopeRuleError> {
        let refused = |reason: String| ScopeRuleError { rule: source.to_owned(), reason };
        let (effect, body) = if let Some(body) = source.strip_prefix('+') {
            (Effect::Accept, body.trim())
        } else if let Some(body) = source.strip_prefix('-') {
            (Effect::Refuse, body.trim())
        } else {
            return Err(refused("it begins with neither + nor -".to_owned()));
        };
        let pattern =
            if body.starts_with("glob:") { Some(body) } else { body.strip_prefix("regex:") };
        let matcher = match pattern {
            Some(pattern) => {
                Matcher::Pattern(pattern.parse::<Pattern>().map_err(|e| refused(e.to_string()))?)
            }
            None => Matcher::Surt(SurtPrefix::parse(body).map_err(|e| refused(e.to_owned()))?),
        };
        Ok(Self { source: source.into(), effect, matcher })
    }
}

impl PartialEq for ScopeRule {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for ScopeRule {}

impl fmt::Display for ScopeRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.source)
    }
}

impl Serialize for ScopeRule {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for ScopeRule {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Hosts and the beginning of their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SurtPrefix {
    /// The host as in URLs: its last labels, when `reach` has subdomains.
    host: Box<str>,
    reach: Reach,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    /// The host and its subdomains, on all ports.
    Subdomains,
    /// The host alone, on this port (`None` for the scheme's own), where the path begins so.
    Host { port: Option<u16>, path: Box<str> },
}

impl SurtPrefix {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text =
            ["http://", "https://"].iter().find_map(|s| text.strip_prefix(s)).unwrap_or(text);
        let text = text.strip_prefix('(').unwrap_or(text);
        let Some((host, path)) = text.split_once(')') else {
            return match text.strip_suffix(',') {
                Some(labels) => Ok(Self { host: host_of(labels)?, reach: Reach::Subdomains }),
                None => Err("expected a SURT prefix as `com,example,` or `com,example)/docs`"),
            };
        };
        if !path.is_empty() && !path.starts_with('/') {
            return Err("after `)` comes a path, which begins with /");
        }
        let (labels, port) = match host.rsplit_once(':') {
            Some((labels, port)) if !host.ends_with(']') => {
                (labels, Some(port.parse().map_err(|_| "its port is no number up to 65535")?))
            }
            _ => (host, None),
        };
        if path.contains(['?', '#']) {
            return Err("it has a query: rules by SURT are for paths, use glob: or regex:");
        }
        let host = host_of(labels.strip_suffix(',').unwrap_or(labels))?;
        let url =
            WireUrl::parse(&format!("http://host{path}")).map_err(|_| "its path is too long")?;
        let path = with_canonical_path(&url, |path| Box::from(path));
        Ok(Self { host, reach: Reach::Host { port, path } })
    }

    fn matches(&self, host: &str, url: &WireUrl, path: &str) -> bool {
        match &self.reach {
            Reach::Subdomains => true,
            Reach::Host { port, path: start } => {
                host.len() == url.host().trim_end_matches('.').len()
                    && url.port() == port.unwrap_or(url.scheme().default_port())
                    && path.starts_with(&**start)
            }
        }
    }
}

/// The host of reversed labels, spelled as in URLs; addresses are not reversed.
fn host_of(labels: &str) -> Result<Box<str>, &'static str> {
    const NO_HOST: &str = "its host is not one: expected labels from the end, as `com,example`";
    let host = if labels.contains(['.', ':', '[']) {
        labels.to_owned()
    } else {
        let labels: Vec<&str> = labels.rsplit(',').collect();
        if labels.iter().any(|label| label.is_empty()) {
            return Err(NO_HOST);
        }
        labels.join(".")
    };
    let parsed = WireUrl::parse(&format!("http://{host}/")).map_err(|_| NO_HOST)?;
    if parsed.path() != "/" || parsed.port() != 80 {
        return Err(NO_HOST);
    }
    Ok(parsed.host().into())
}

/// All rules, asked at once: of those that match a URL the last one holds.
#[derive(Debug, Default)]
pub(super) struct RuleSet {
    effects: Vec<Effect>,
    /// By host, each with its number among all rules, in their order.
    surts: HashMap<Box<str>, Vec<(usize, SurtPrefix)>>,
    patterns: PatternSet,
    /// Number of each pattern among all rules.
    pattern_rules: Vec<usize>,
}

impl RuleSet {
    pub(super) fn new(rules: Vec<ScopeRule>) -> Self {
        let mut set = Self::default();
        let mut patterns = Vec::new();
        for (rule_idx, rule) in rules.into_iter().enumerate() {
            set.effects.push(rule.effect);
            match rule.matcher {
                Matcher::Surt(surt) => {
                    set.surts.entry(surt.host.clone()).or_default().push((rule_idx, surt));
                }
                Matcher::Pattern(pattern) => {
                    set.pattern_rules.push(rule_idx);
                    patterns.push(pattern);
                }
            }
        }
        set.patterns = PatternSet::new(patterns);
        set
    }

    /// The last rule that matches, and what it does.
    pub(super) fn judge(&self, url: &WireUrl) -> Option<(Effect, usize)> {
        if self.effects.is_empty() {
            return None;
        }
        let pattern = self.patterns.last_match(url.as_str()).map(|idx| self.pattern_rules[idx]);
        let rule_idx = pattern.max(self.last_surt(url))?;
        Some((self.effects[rule_idx], rule_idx))
    }

    fn last_surt(&self, url: &WireUrl) -> Option<usize> {
        if self.surts.is_empty() {
            return None;
        }
        let host = url.host().trim_end_matches('.');
        let labels = memchr::memchr_iter(b'.', host.as_bytes()).map(|dot_idx| &host[dot_idx + 1..]);
        let mut last = None;
        for ending in std::iter::once(host).chain(labels) {
            let Some(rules) = self.surts.get(ending) else { continue };
            let matching = with_canonical_path(url, |path| {
                rules.iter().rev().find(|(_, surt)| surt.matches(ending, url, path))
            });
            last = last.max(matching.map(|(rule_idx, _)| *rule_idx));
        }
        last
    }
}
