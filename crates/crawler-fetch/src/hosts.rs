//! Which hosts a rule is for.

use std::str::FromStr;

/// Hosts by name: one (`www.example.org`), the subdomains of a domain (`*.example.org`), or all (`*`).
/// Ports do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    All,
    /// With the dot in front.
    Below(Box<str>),
    One(Box<str>),
}

/// A text that names no hosts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host, *.DOMAIN or *")]
pub struct HostPatternError(String);

impl HostPattern {
    /// Every host.
    pub const ALL: Self = Self(Pattern::All);

    /// Whether `host` is meant: a name in lower case or an address without brackets, as
    /// [`WireUrl::host`](crawler_url::WireUrl::host) has it.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match &self.0 {
            Pattern::All => true,
            Pattern::One(one) => **one == *host,
            Pattern::Below(domain) => host.len() > domain.len() && host.ends_with(&**domain),
        }
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, HostPatternError> {
        let is_name = |name: &str| {
            let is_address = name.parse::<std::net::IpAddr>().is_ok();
            let plain =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            is_address || (!name.is_empty() && !name.starts_with('.') && name.bytes().all(plain))
        };
        let refusal = || HostPatternError(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        if lower == "*" {
            return Ok(Self::ALL);
        }
        if let Some(domain) = lower.strip_prefix("*.") {
            let below = is_name(domain).then(|| format!(".{domain}").into());
            return below.map(|below| Self(Pattern::Below(below))).ok_or_else(refusal);
        }
        let bare = lower.trim_matches(['[', ']']);
        is_name(bare).then(|| Self(Pattern::One(bare.into()))).ok_or_else(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let table = [
            ("*", "anything", true),
            ("example.org", "example.org", true),
            ("Example.ORG", "example.org", true),
            ("example.org", "www.example.org", false),
            ("*.example.org", "www.example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*.example.org", "badexample.org", false),
            ("[::1]", "::1", true),
            ("127.0.0.1", "127.0.0.1", true),
        ];
        for (pattern, host, matches) in table {
            let parsed: HostPattern = pattern.parse().expect(pattern);
            assert_eq!(parsed.matches(host), matches, "{pattern} {host}");
        }
        for bad in
            ["", " ", "*.", "a b", "*example.org", "http://example.org", ".example.org", "a/b"]
        {
            assert!(bad.parse::<HostPattern>().is_err(), "{bad}");
        }
    }
}
