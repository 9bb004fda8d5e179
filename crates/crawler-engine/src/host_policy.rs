//! What holds for one host: the crawl's own settings, unless a rule names the host.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::time::Duration;

use crawler_frontier::Turn;
use crawler_politeness::{PaceConfig, UnixMillis};
use crawler_url::{HostHash, HostKey};

use crate::config::{CrawlConfig, RobotsPolicy};
use crate::control::{HostOverride, HostPriority};

/// Settings for the hosts that a pattern matches; what is `None` is as for all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// The hosts it is about.
    pub hosts: HostGlob,
    /// Shortest pause between two requests.
    pub delay: Option<Duration>,
    /// Cap on the Crawl-delay of robots.txt.
    pub crawl_delay_max: Option<Duration>,
    /// Fetches in flight at once.
    pub concurrency: Option<u16>,
    /// Responses to fetch.
    pub pages: Option<u64>,
    /// Bytes to receive.
    pub bytes: Option<u64>,
    /// Failed fetches and 5xx responses to put up with.
    pub errors: Option<u32>,
    /// Whether robots.txt decides.
    pub robots: Option<RobotsPolicy>,
    /// Nothing is asked for; URLs are skipped with reason `host_blocked`.
    pub blocked: bool,
}

impl HostRule {
    /// A rule that changes nothing yet.
    #[must_use]
    pub fn new(hosts: HostGlob) -> Self {
        Self {
            hosts,
            delay: None,
            crawl_delay_max: None,
            concurrency: None,
            pages: None,
            bytes: None,
            errors: None,
            robots: None,
            blocked: false,
        }
    }
}

/// Matches whole host names or addresses, as they stand in URLs without port; `*` is any characters,
/// dots included. Takes time linear in the name for each `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostGlob(Box<str>);

/// Why a text is no [`HostGlob`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pattern of host names")]
pub struct HostGlobError(String);

impl FromStr for HostGlob {
    type Err = HostGlobError;

    fn from_str(text: &str) -> Result<Self, HostGlobError> {
        let is_host_byte =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*');
        // An IPv6 address, in brackets or not; no host name has a port here.
        let address =
            text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let is_address = address.parse::<std::net::Ipv6Addr>().is_ok();
        if is_address {
            return Ok(Self(address.to_ascii_lowercase().into()));
        }
        if text.is_empty() || !text.bytes().all(is_host_byte) {
            return Err(HostGlobError(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl HostGlob {
    /// The pattern, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches a host in lower case.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let Some((head, tail)) = self.0.split_once('*') else { return *self.0 == *host };
        let Some(mut rest) = host.strip_prefix(head) else { return false };
        let (middle, end) = tail.rsplit_once('*').map_or(("", tail), |(middle, end)| (middle, end));
        for piece in middle.split('*') {
            let Some(found_idx) = rest.find(piece) else { return false };
            rest = &rest[found_idx + piece.len()..];
        }
        rest.ends_with(end)
    }
}

/// What holds for a host, all in all.
#[derive(Debug, Clone)]
pub(crate) struct HostPolicy {
    pub(crate) pace: PaceConfig,
    pub(crate) concurrency: u16,
    pub(crate) pages: Option<u64>,
    pub(crate) bytes: Option<u64>,
    pub(crate) errors: Option<u32>,
    pub(crate) robots: RobotsPolicy,
    /// The pattern that closes the host.
    pub(crate) blocked_by: Option<Box<str>>,
    /// An operator has the host left alone until then.
    pub(crate) blocked_until: UnixMillis,
    pub(crate) turn: Turn,
}

/// Which rule is about a host: its number, if one is.
pub(crate) type RuleIdx = Option<u32>;

/// The policies of all hosts.
#[derive(Debug)]
pub(crate) struct HostPolicies {
    usual: HostPolicy,
    rules: Vec<(HostGlob, HostPolicy)>,
    /// Of the hosts that an operator changed something about; they count on from the rules.
    own: Vec<(HostHash, HostPolicy)>,
    own_idx: HashMap<HostHash, u32>,
}

impl HostPolicies {
    /// By the configuration and by what an operator changed about single hosts.
    pub(crate) fn new(config: &CrawlConfig, changes: &BTreeMap<HostKey, HostOverride>) -> Self {
        let usual = HostPolicy {
            pace: config.pace.clone(),
            concurrency: config.host_concurrency,
            pages: config.limits.pages_per_host,
            bytes: config.limits.bytes_per_host,
            errors: config.limits.errors_per_host,
            robots: config.robots,
            blocked_by: None,
            blocked_until: UnixMillis(0),
            turn: Turn::Usual,
        };
        let policy = |rule: &HostRule| (rule.hosts.clone(), usual.overruled_by(rule));
        let rules = config.host_rules.iter().map(policy).collect();
        let (own, own_idx) = (Vec::new(), HashMap::new());
        let mut policies = Self { usual, rules, own, own_idx };
        for (host, change) in changes {
            let rule = policies.rule_of(host.hash(), host.host());
            let policy = policies.get(rule).changed_by(change);
            let idx = policies.rules.len() + policies.own.len();
            policies.own.push((host.hash(), policy));
            policies.own_idx.insert(host.hash(), idx as u32);
        }
        policies
    }

    /// Whether any host is not as usual.
    pub(crate) fn has_rules(&self) -> bool {
        !(self.rules.is_empty() && self.own.is_empty())
    }

    /// What is about a host: what an operator changed, else the first rule that matches its name.
    pub(crate) fn rule_of(&self, host: HostHash, name: &str) -> RuleIdx {
        let own = self.own_idx.get(&host).copied();
        let ruled = || self.rules.iter().position(|(hosts, _)| hosts.matches(name));
        own.or_else(|| u32::try_from(ruled()?).ok())
    }

    /// The policy of a rule, or the usual one.
    pub(crate) fn get(&self, rule: RuleIdx) -> &HostPolicy {
        let Some(idx) = rule.map(|idx| idx as usize) else { return &self.usual };
        let own = || self.own.get(idx - self.rules.len()).map(|(_, policy)| policy);
        let ruled = self.rules.get(idx).map(|(_, policy)| policy);
        ruled.or_else(own).unwrap_or(&self.usual)
    }

    /// The hosts that an operator changed something about.
    pub(crate) fn own(&self) -> impl Iterator<Item = (HostHash, &HostPolicy)> {
        self.own.iter().map(|(host, policy)| (*host, policy))
    }

    /// The policy of a host, if an operator changed something about it.
    pub(crate) fn own_policy(&self, host: HostHash) -> Option<&HostPolicy> {
        self.own_idx.get(&host).map(|idx| self.get(Some(*idx)))
    }

    /// Most fetches in flight at once that any host may have.
    pub(crate) fn concurrency_max(&self) -> u16 {
        let own = self.own.iter().map(|(_, policy)| policy.concurrency);
        self.all().map(|policy| policy.concurrency).chain(own).max().unwrap_or(1)
    }

    /// Longest pause that any host has without being asked for, but by an operator.
    pub(crate) fn delay_max(&self) -> Duration {
        self.all().map(|policy| policy.pace.delay).max().unwrap_or_default()
    }

    fn all(&self) -> impl Iterator<Item = &HostPolicy> {
        self.rules.iter().map(|(_, policy)| policy).chain([&self.usual])
    }
}

impl HostPolicy {
    fn overruled_by(&self, rule: &HostRule) -> Self {
        let pace = PaceConfig {
            delay: rule.delay.unwrap_or(self.pace.delay),
            crawl_delay_max: rule.crawl_delay_max.unwrap_or(self.pace.crawl_delay_max),
            ..self.pace.clone()
        };
        Self {
            pace,
            concurrency: rule.concurrency.unwrap_or(self.concurrency),
            pages: rule.pages.or(self.pages),
            bytes: rule.bytes.or(self.bytes),
            errors: rule.errors.or(self.errors),
            robots: rule.robots.unwrap_or(self.robots),
            blocked_by: rule.blocked.then(|| rule.hosts.as_str().into()),
            ..self.clone()
        }
    }

    fn changed_by(&self, change: &HostOverride) -> Self {
        let delay = change.delay_ms.map_or(self.pace.delay, Duration::from_millis);
        Self {
            pace: PaceConfig { delay, ..self.pace.clone() },
            concurrency: change.concurrency.unwrap_or(self.concurrency),
            pages: change.max_pages.or(self.pages),
            bytes: change.max_bytes.or(self.bytes),
            errors: change.max_errors.or(self.errors),
            blocked_until: UnixMillis(change.blocked_until_ms.unwrap_or(0)),
            turn: match change.priority {
                Some(HostPriority::High) => Turn::First,
                Some(HostPriority::Low) => Turn::Last,
                Some(HostPriority::Normal) | None => Turn::Usual,
            },
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_hosts() {
        let cases = [
            ("a.example", "a.example", true),
            ("A.Example", "a.example", true),
            ("a.example", "b.a.example", false),
            ("*", "a.example", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("*.example", ".example", true),
            ("a*", "a.example", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "ac", false),
            ("ab*ba", "aba", false),
            ("*a*", "b", false),
            ("**", "x", true),
            ("127.0.0.*", "127.0.0.9", true),
            ("[::1]", "::1", true),
            ("::1", "::1", true),
        ];
        for (glob, host, expected) in cases {
            assert_eq!(glob.parse::<HostGlob>().unwrap().matches(host), expected, "{glob} {host}");
        }
        for text in ["", "a b", "a.example:80", "http://a.example", "münchen.de", "a/b"] {
            assert!(text.parse::<HostGlob>().is_err(), "{text}");
        }
    }
}
