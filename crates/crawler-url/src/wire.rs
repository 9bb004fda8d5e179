//! The URL exactly as it is requested.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::{Position, Url};

use crate::error::UrlError;
use crate::host::{HostHash, HostKey};
use crate::plain;

/// Longest text worth parsing: white space, dot segments and fragments may shrink a long one below
/// [`WireUrl::LEN_MAX`], but not from any length.
pub(crate) const TEXT_LEN_MAX: usize = 8 * WireUrl::LEN_MAX;

/// How a URL is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Plain text, port 80.
    Http,
    /// Over TLS, port 443.
    Https,
}

impl Scheme {
    /// `"http"` or `"https"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// Port when the URL names none.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    /// Bytes before the host: the scheme and `://`.
    pub(crate) const fn prefix_len(self) -> usize {
        self.as_str().len() + "://".len()
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Absolute http or https URL exactly as it will be requested: serialized as the WHATWG URL
/// standard says, without fragment and without user name and password.
///
/// Equality, order and hash are those of the text. One allocation.
#[derive(Clone)]
pub struct WireUrl {
    text: Box<str>,
    /// After the host and its brackets; the host starts after `://`.
    host_end: u16,
    path_start: u16,
    /// At the `?`, or the length of the text.
    query_start: u16,
    port: u16,
}

/// Where the parts of a serialized URL are; see the fields of [`WireUrl`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) host_end: usize,
    pub(crate) path_start: usize,
    pub(crate) query_start: usize,
    pub(crate) port: u16,
}

impl WireUrl {
    /// Longest URL in bytes.
    pub const LEN_MAX: usize = 8192;

    /// Reads an absolute URL, forgiving what browsers forgive (white space around, tabs and line
    /// ends within, back slashes, IDN hosts, odd spellings of IPv4 addresses).
    ///
    /// # Errors
    /// [`UrlError`] for every text that is not an absolute http or https URL with a host.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = plain::trim(text);
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if let Some(url) = plain::absolute(plain::cut_fragment(text)) {
            return Ok(url);
        }
        let text = plain::empty_fragment(text);
        if text.len() > TEXT_LEN_MAX {
            return Err(UrlError::TooLong { len: text.len() });
        }
        Self::from_url(Url::parse(text)?)
    }

    /// Drops what is not sent from a parsed URL.
    pub(crate) fn from_url(mut url: Url) -> Result<Self, UrlError> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            other => return Err(UrlError::scheme(other)),
        };
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            let cleared = url.set_username("").and_then(|()| url.set_password(None));
            cleared.map_err(|()| UrlError::NoHost)?;
        }
        let layout = Layout {
            host_end: url[..Position::AfterHost].len(),
            path_start: url[..Position::BeforePath].len(),
            query_start: url[..Position::AfterPath].len(),
            port: url.port().unwrap_or(scheme.default_port()),
        };
        if layout.host_end <= scheme.prefix_len() {
            return Err(UrlError::NoHost);
        }
        Self::from_layout(String::from(url), layout)
    }

    /// Takes a serialized URL whose parts are known.
    pub(crate) fn from_layout(text: String, layout: Layout) -> Result<Self, UrlError> {
        if text.len() > Self::LEN_MAX {
            return Err(UrlError::TooLong { len: text.len() });
        }
        Ok(Self {
            text: text.into_boxed_str(),
            host_end: layout.host_end as u16,
            path_start: layout.path_start as u16,
            query_start: layout.query_start as u16,
            port: layout.port,
        })
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout {
            host_end: usize::from(self.host_end),
            path_start: usize::from(self.path_start),
            query_start: usize::from(self.query_start),
            port: self.port,
        }
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// http or https.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        if self.text.as_bytes().get(4) == Some(&b's') { Scheme::Https } else { Scheme::Http }
    }

    /// Host name in lower case (punycode for IDN) or IP address; IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.host_and_brackets();
        host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host)
    }

    /// Host with the brackets of an IPv6 address.
    pub(crate) fn host_and_brackets(&self) -> &str {
        &self.text[self.scheme().prefix_len()..usize::from(self.host_end)]
    }

    /// The host's address when it is one and not a name.
    #[must_use]
    pub fn host_ip(&self) -> Option<IpAddr> {
        let host = self.host_and_brackets();
        match host.as_bytes().first()? {
            b'[' => self.host().parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            b'0'..=b'9' => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
            _ => None,
        }
    }

    /// Port to connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `"host"` or `"host:port"` as in the URL, with the brackets of IPv6: the value of the Host
    /// header (RFC 9110 section 7.2).
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.text[self.scheme().prefix_len()..usize::from(self.path_start)]
    }

    /// Path and query, from the first `/` on: the request target (RFC 9112 section 3.2.1).
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.text[usize::from(self.path_start)..]
    }

    /// Path, beginning with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[usize::from(self.path_start)..usize::from(self.query_start)]
    }

    /// What follows the `?`; empty when nothing does, `None` without `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.text.get(usize::from(self.query_start) + 1..)
    }

    /// Key of the host.
    #[must_use]
    pub fn host_key(&self) -> HostKey {
        HostKey::of(self)
    }

    /// Hash of [`WireUrl::host_key`], as a rule without building the key.
    #[must_use]
    pub fn host_hash(&self) -> HostHash {
        HostHash::of(self)
    }
}

impl fmt::Debug for WireUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(out)
    }
}

impl fmt::Display for WireUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(out)
    }
}

impl PartialEq for WireUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for WireUrl {}

impl Hash for WireUrl {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for WireUrl {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for WireUrl {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl AsRef<str> for WireUrl {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl FromStr for WireUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl Serialize for WireUrl {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for WireUrl {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = WireUrl;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an absolute http or https url")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<WireUrl, E> {
                WireUrl::parse(text).map_err(E::custom)
            }
        }

        input.deserialize_str(Text)
    }
}
