//! Headers for some hosts only, and what of a request must not be stored.

use bytes::{BufMut, Bytes, BytesMut};
use crawler_url::{Scheme, WireUrl};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;

use crate::hosts::HostPattern;

/// What stands for a secret in a stored request.
pub(crate) const HIDDEN: &[u8] = b"***";

/// A request header for some hosts. In place of one of the same name that all hosts get.
///
/// A [sensitive](HeaderValue::is_sensitive) value goes only over TLS, or to this machine itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostHeader {
    /// The hosts it is for: any of these.
    pub hosts: Vec<HostPattern>,
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: HeaderValue,
}

impl HostHeader {
    fn is_for(&self, url: &WireUrl) -> bool {
        self.hosts.iter().any(|hosts| hosts.matches(url.host()))
            && (!self.value.is_sensitive() || is_confidential(url))
    }
}

/// Adds the headers that are for `url`; of several with one name the first.
pub(crate) fn add(rules: &[HostHeader], url: &WireUrl, headers: &mut HeaderMap) {
    for rule in rules.iter().rev().filter(|rule| rule.is_for(url)) {
        headers.insert(rule.name.clone(), rule.value.clone());
    }
}

/// Whether nobody between here and the server can read along.
fn is_confidential(url: &WireUrl) -> bool {
    let host = url.host();
    let is_loopback = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.scheme() == Scheme::Https
        || is_loopback
        || host == "localhost"
        || host.ends_with(".localhost")
}

/// The headers whose values must not be stored.
pub(crate) fn secrets(headers: &HeaderMap) -> Vec<HeaderName> {
    let secret = headers.iter().filter(|(_, value)| value.is_sensitive());
    secret.map(|(name, _)| name.clone()).collect()
}

/// A head as sent, with the values of these headers hidden.
pub(crate) fn without_secrets(head: Bytes, secrets: &[HeaderName]) -> Bytes {
    if secrets.is_empty() {
        return head;
    }
    let mut shown = BytesMut::with_capacity(head.len());
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_secret = |secret: &HeaderName| name.eq_ignore_ascii_case(secret.as_str().as_bytes());
        if secrets.iter().any(is_secret) {
            shown.put_slice(name);
            shown.put_slice(b": ");
            shown.put_slice(HIDDEN);
            shown.put_slice(b"\r\n");
        } else {
            shown.put_slice(line);
        }
    }
    shown.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(hosts: &str, value: &str, is_sensitive: bool) -> HostHeader {
        let mut value = HeaderValue::from_str(value).expect("value");
        value.set_sensitive(is_sensitive);
        let hosts = vec![hosts.parse().expect("pattern")];
        HostHeader { hosts, name: HeaderName::from_static("x-key"), value }
    }

    #[test]
    fn headers_go_where_they_may() {
        let rules = [
            rule("a.example", "first", false),
            rule("*", "second", false),
            rule("*.secret.example", "secret", true),
            rule("127.0.0.1", "local", true),
        ];
        let table = [
            (&rules[..], "http://a.example/", Some("first")),
            (&rules[1..], "http://a.example/", Some("second")),
            (&rules[2..], "http://a.example/", None),
            (&rules[2..], "https://www.secret.example/", Some("secret")),
            (&rules[2..], "http://www.secret.example/", None),
            (&rules[2..], "https://www.secret.example.evil.test/", None),
            (&rules[2..], "http://127.0.0.1:8080/", Some("local")),
        ];
        for (rules, url, expected) in table {
            let mut headers = HeaderMap::new();
            add(rules, &WireUrl::parse(url).expect("url"), &mut headers);
            let value = headers.get("x-key").map(|value| value.to_str().expect("text"));
            assert_eq!(value, expected, "{url}");
        }
    }

    #[test]
    fn secrets_are_hidden_whatever_their_spelling() {
        let head =
            Bytes::from_static(b"GET /x-key: HTTP/1.1\r\nX-Key: secret\r\nAccept: x-key\r\n\r\n");
        let hidden = without_secrets(head.clone(), &[HeaderName::from_static("x-key")]);
        assert_eq!(&*hidden, b"GET /x-key: HTTP/1.1\r\nX-Key: ***\r\nAccept: x-key\r\n\r\n");
        assert_eq!(without_secrets(head.clone(), &[]), head);
    }
}
