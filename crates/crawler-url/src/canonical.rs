//! When two URLs are the same URL.

mod params;
mod rules;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::fingerprint::Fingerprint;
use crate::host::undotted;
use crate::wire::WireUrl;
use params::Params;
pub use rules::{
    BadParamName, CanonicalRules, ParamName, QueryOrder, SESSION_PARAMS, TRACKING_PARAMS,
};

/// The form by which URLs are compared; never requested.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalUrl(Box<str>);

impl CanonicalUrl {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The rules by which two URLs are the same.
///
/// On top of the WHATWG form of a [`WireUrl`], which has these already:
/// - scheme and host in lower case (RFC 3986 section 6.2.2.1), IDN hosts as `xn--` labels (URL
///   standard, "domain to ASCII"), IP addresses in their one spelling (RFC 5952 for IPv6),
/// - no default port (RFC 3986 section 6.2.3), an empty path as `/`,
/// - no dot segments (RFC 3986 section 6.2.2.3); back slashes are slashes,
/// - no fragment (RFC 9110 section 7.1: it is not sent), no user name and password.
///
/// Always, since they hold on every server:
/// - percent-encodings in upper case (RFC 3986 section 6.2.2.1),
/// - encoded unreserved characters decoded (RFC 3986 section 6.2.2.2),
/// - an empty query removed,
/// - a trailing dot of the host removed.
///
/// As [`CanonicalRules`] say: parameters left out, and the others sorted.
///
/// http and https stay apart, as do `//` and `/` within a path. Canonicalizing twice changes
/// nothing.
#[derive(Clone, Debug, Default)]
pub struct Canonicalizer {
    seed: u64,
    params: Option<Arc<Params>>,
}

impl Canonicalizer {
    /// By the rules that always hold, with fingerprints that nobody can foresee who does not know
    /// `seed`.
    #[must_use]
    pub fn keyed(seed: u64) -> Self {
        Self { seed, params: None }
    }

    /// By the operator's rules as well.
    #[must_use]
    pub fn with_rules(self, rules: &CanonicalRules) -> Self {
        Self { params: Params::new(rules).map(Arc::new), ..self }
    }

    /// The form of the URL to compare.
    #[must_use]
    pub fn canonicalize(&self, url: &WireUrl) -> CanonicalUrl {
        CanonicalUrl(self.form(url).into())
    }

    /// Fingerprint of the canonical URL, without allocation when the URL is canonical already.
    #[must_use]
    pub fn fingerprint(&self, url: &WireUrl) -> Fingerprint {
        let url_hash = xxh3_64_with_seed(self.form(url).as_bytes(), self.seed);
        Fingerprint { host: url.host_hash(), url: url_hash }
    }

    fn form<'u>(&self, url: &'u WireUrl) -> Cow<'u, str> {
        let normalized = normalize(url);
        match &self.params {
            Some(params) if url.query().is_some() || url.path().contains(';') => {
                let host_start = url.scheme().prefix_len();
                let slash = memchr::memchr(b'/', &normalized.as_bytes()[host_start..]);
                params.apply(normalized, host_start + slash.unwrap_or_default())
            }
            _ => normalized,
        }
    }
}

/// The form by the rules that always hold.
fn normalize(url: &WireUrl) -> Cow<'_, str> {
    if is_canonical(url) { Cow::Borrowed(url.as_str()) } else { Cow::Owned(rewrite(url)) }
}

/// Whether rewriting would certainly change nothing.
pub(crate) fn is_canonical(url: &WireUrl) -> bool {
    !url.host_and_brackets().ends_with('.')
        && url.query() != Some("")
        && escapes_are_canonical(url.path_and_query())
}

fn escapes_are_canonical(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'%', bytes).all(|at| match escape_at(bytes, at) {
        Some(escape) => {
            !is_unreserved(escape) && !bytes[at + 1..=at + 2].iter().any(u8::is_ascii_lowercase)
        }
        None => true,
    })
}

fn rewrite(url: &WireUrl) -> String {
    let mut text = String::with_capacity(url.as_str().len());
    text.push_str(url.scheme().as_str());
    text.push_str("://");
    let (host, authority) = (url.host_and_brackets(), url.authority());
    text.push_str(undotted(host).unwrap_or(host));
    text.push_str(&authority[host.len()..]);
    push_normalized(&mut text, url.path());
    if let Some(query) = url.query().filter(|query| !query.is_empty()) {
        text.push('?');
        push_normalized(&mut text, query);
    }
    text
}

/// Appends a path or query with its percent-encodings normalized.
pub(crate) fn push_normalized(out: &mut String, part: &str) {
    let bytes = part.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = memchr::memchr(b'%', &bytes[at..]) {
        at += offset;
        let Some(escape) = escape_at(bytes, at) else {
            at += 1;
            continue;
        };
        out.push_str(&part[copied..at]);
        if is_unreserved(escape) && !completes_escape(out, escape) {
            out.push(char::from(escape));
        } else {
            out.extend(part[at..at + 3].chars().map(|c| c.to_ascii_uppercase()));
        }
        at += 3;
        copied = at;
    }
    out.push_str(&part[copied..]);
}

/// Whether a decoded byte would join a stray `%` to a new percent-encoding, as in `%6%31`.
fn completes_escape(out: &str, decoded: u8) -> bool {
    decoded.is_ascii_hexdigit()
        && match out.as_bytes() {
            [.., b'%'] => true,
            [.., b'%', digit] => digit.is_ascii_hexdigit(),
            _ => false,
        }
}

/// The byte percent-encoded at `at`, where a `%` is.
fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let high = char::from(*bytes.get(at + 1)?).to_digit(16)?;
    let low = char::from(*bytes.get(at + 2)?).to_digit(16)?;
    Some((high << 4 | low) as u8)
}

/// RFC 3986 section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
