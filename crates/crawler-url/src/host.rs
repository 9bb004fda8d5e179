//! Whose host a URL is on: the unit of politeness.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::UrlError;
use crate::slot::Slot;
use crate::wire::{Scheme, WireUrl};

/// `"example.com"`, `"example.com:8080"` or `"[::1]"`: the unit of politeness and of queueing.
///
/// The host as in the wire URL without a trailing dot, then the port when it is not the default of
/// the URL's scheme. So the http and https sides of a host share one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostKey(Box<str>);

impl HostKey {
    /// Key of a URL's host.
    #[must_use]
    pub(crate) fn of(url: &WireUrl) -> Self {
        let authority = url.authority();
        let host_len = url.host_and_brackets().len();
        match undotted(url.host_and_brackets()) {
            Some(host) => Self([host, &authority[host_len..]].concat().into_boxed_str()),
            None => Self(authority.into()),
        }
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hash of the key.
    #[must_use]
    pub fn hash(&self) -> HostHash {
        HostHash::of_key(&self.0)
    }

    /// Host without port; brackets of an IPv6 address removed.
    #[must_use]
    pub fn host(&self) -> &str {
        if let Some(bracketed) = self.0.strip_prefix('[') {
            return bracketed.split_once(']').map_or(bracketed, |(host, _)| host);
        }
        self.0.split_once(':').map_or(&*self.0, |(host, _)| host)
    }
}

/// The host without its trailing dot; `None` when it has none.
///
/// A host of several trailing dots is no DNS name and stays as it is.
pub(crate) fn undotted(host: &str) -> Option<&str> {
    let shorter = host.strip_suffix('.')?;
    (!shorter.is_empty() && !shorter.ends_with('.')).then_some(shorter)
}

impl FromStr for HostKey {
    type Err = UrlError;

    /// Reads a key back, normalizing it as a URL's host would be.
    fn from_str(text: &str) -> Result<Self, UrlError> {
        if let Some(at) = text.find(['/', '\\', '?', '#', '@']) {
            return Err(UrlError::Syntax(format!("host key holds {:?}", &text[at..=at])));
        }
        // Port 80 is in a key only when it came with https; as http it would be dropped.
        let scheme = if text.ends_with(":80") { Scheme::Https } else { Scheme::Http };
        WireUrl::parse(&format!("{}://{text}/", scheme.as_str())).map(|url| url.host_key())
    }
}

impl AsRef<str> for HostKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Serialize for HostKey {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HostKey {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// `xxh3_64` of a host key: stable over runs and machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostHash(
    /// The hash.
    pub u64,
);

impl HostHash {
    /// Hash of a host key's text.
    pub(crate) fn of_key(key: &str) -> Self {
        Self(xxh3_64(key.as_bytes()))
    }

    /// Hash of the URL's host key, built only when the authority is not the key already.
    pub(crate) fn of(url: &WireUrl) -> Self {
        if url.host_and_brackets().ends_with('.') {
            return HostKey::of(url).hash();
        }
        Self::of_key(url.authority())
    }

    /// Slot of the host.
    #[must_use]
    pub const fn slot(self) -> Slot {
        Slot::of(self)
    }
}

impl fmt::Display for HostHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// The part of a host name that somebody registered: one label more than its public suffix
/// (`"example.co.uk"` of `"www.example.co.uk"`).
///
/// `host` is lower case without port, as [`WireUrl::host`] gives it; one trailing dot is ignored.
/// `None` for IP addresses, for public suffixes themselves and for names under a suffix that is
/// not in the public suffix list (`"localhost"`, `"build.internal"`).
#[must_use]
pub fn registrable_domain(host: &str) -> Option<&str> {
    let host = undotted(host).unwrap_or(host);
    let domain = domain_of(host)?;
    if !domain.suffix().is_known() {
        return None;
    }
    host.get(host.len() - domain.as_bytes().len()..)
}

/// Whom the host belongs to, for all that anybody can tell: its registrable domain, by the default
/// rule of the public suffix list (the last two labels) under a suffix that is not in it, and the
/// host itself if it is an IP address, a public suffix or a single label.
#[must_use]
pub fn owner_domain(host: &str) -> &str {
    let host = undotted(host).unwrap_or(host);
    let domain = domain_of(host).and_then(|it| host.get(host.len() - it.as_bytes().len()..));
    domain.unwrap_or(host)
}

fn domain_of(host: &str) -> Option<psl::Domain<'_>> {
    if host.starts_with('[') || host.contains(':') || host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    psl::domain(host.as_bytes())
}
