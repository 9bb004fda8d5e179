//! Who may ask, and what browsers may do with an answer.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::server::Scripts;

/// Why a request is refused before anything is looked up.
pub(crate) fn refusal(method: &Method, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_ours) {
        let why =
            "this server is not known by that name: ask for it by its IP address or as localhost\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, why));
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let why = "an archive can be read only\n";
    (!reads).then_some((StatusCode::METHOD_NOT_ALLOWED, why))
}

/// Whether a `Host` header means this server: a page of a name that an attacker makes resolve to this
/// machine (DNS rebinding) is sent with that name.
fn is_ours(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.parse::<IpAddr>().is_ok() || name.eq_ignore_ascii_case("localhost")
}

/// What the server's own pages may load.
const OWN_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'self'";
/// Captures may load captures, and nothing else. A sandbox without `allow-scripts` shows what is in
/// `<noscript>`; the origin stays the server's, where there is nothing to take.
const CAPTURE_POLICY: &str = "default-src 'self' 'unsafe-inline' data: blob:; script-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'; \
    sandbox allow-same-origin allow-forms allow-popups allow-downloads \
    allow-top-navigation-by-user-activation";
/// The same with scripts.
const SCRIPTS_POLICY: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'; \
    sandbox allow-scripts allow-same-origin allow-forms allow-popups allow-downloads \
    allow-top-navigation-by-user-activation";

/// On every answer. Nothing but its own pages may use what the server gives.
const HEADERS: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Gives an answer of the server itself its policy.
pub(crate) fn protect_own(headers: &mut HeaderMap) {
    set(headers, header::CONTENT_SECURITY_POLICY, OWN_POLICY);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    protect(headers);
}

/// Gives a capture its policy.
pub(crate) fn protect_capture(headers: &mut HeaderMap, scripts: Scripts) {
    let policy = match scripts {
        Scripts::Off => CAPTURE_POLICY,
        Scripts::On => SCRIPTS_POLICY,
    };
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    protect(headers);
}

fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        set(headers, name, value);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_meant() {
        for (host, ours) in [
            ("127.0.0.1:8088", true),
            ("[::1]:8088", true),
            ("localhost", true),
            ("LOCALHOST:8088", true),
            ("evil.example:8088", false),
            ("127.0.0.1.evil.example", false),
            ("[evil.example]", false),
            ("", false),
        ] {
            assert_eq!(is_ours(host), ours, "{host}");
        }
    }

    #[test]
    fn an_archive_is_only_read() {
        let ours = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("127.0.0.1"))]);
        let status = |method, headers| refusal(method, headers).map(|(status, _)| status.as_u16());
        assert_eq!(status(&Method::GET, &ours), None);
        assert_eq!(status(&Method::HEAD, &ours), None);
        assert_eq!(status(&Method::POST, &ours), Some(405));
        assert_eq!(status(&Method::GET, &HeaderMap::new()), Some(421));
    }
}
