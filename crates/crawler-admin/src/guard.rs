//! Who may ask: the `Host` header against DNS rebinding, the token, and the headers of every answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::dashboard;
use crate::problem::Problem;
use crate::state::Admin;
use crate::token;

/// Paths that answer whoever may connect: probes of service managers, which have no token.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Lets a request through or refuses it; an answer's own headers win over the usual ones.
pub(crate) async fn guard(
    State(admin): State<Arc<Admin>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match refusal(&admin, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(admin: &Admin, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_ours(host, &admin.hosts)) {
        let message = "this server is not known by that name";
        let hint = "ask for it by its IP address or as localhost, or name it in admin_hosts";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, message).hint(hint));
    }
    let needs_token = needs_token(request.method(), request.uri().path(), admin.is_local);
    match given_token(headers) {
        _ if !needs_token => None,
        Some(given) if admin.token.is(given) => None,
        given => {
            let message = match given {
                Some(_) => "the token is wrong",
                None => "a token is needed",
            };
            let hint = format!(
                "send `Authorization: Bearer TOKEN`, with the token that is in {}",
                admin.data_dir.join(token::FILE).display()
            );
            Some(Problem::new(StatusCode::UNAUTHORIZED, message).hint(hint))
        }
    }
}

/// Whether a request needs the token, when the server can (`is_local`) or cannot be reached from this
/// machine only.
pub(crate) fn needs_token(method: &Method, path: &str, is_local: bool) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    // The dashboard tells nothing by itself, and is where the token is typed in.
    let is_open = PROBES.contains(&path) || dashboard::FILES.iter().any(|file| file.path == path);
    !(reads && (is_open || is_local))
}

/// The token of RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110 section 11.1).
fn given_token(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

/// Whether a `Host` header means this server. A page of a name that an attacker makes resolve to this
/// machine is sent with that name.
fn is_ours(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.trim_end_matches('.');
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_addresses_localhost_and_the_names_given() {
        let names = vec!["crawler.example".to_owned()];
        for (host, ours) in [
            ("127.0.0.1:7070", true),
            ("127.0.0.1", true),
            ("[::1]:7070", true),
            ("[::1]", true),
            ("192.0.2.7:80", true),
            ("localhost:7070", true),
            ("LOCALHOST", true),
            ("crawler.example", true),
            ("Crawler.Example.:7070", true),
            ("evil.example:7070", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("[evil.example]", false),
            ("", false),
            (":7070", false),
        ] {
            assert_eq!(is_ours(host, &names), ours, "{host}");
        }
    }

    #[test]
    fn writes_need_the_token_and_elsewhere_reads_too() {
        let rows = [
            (Method::GET, "/v1/status", false, true),
            (Method::HEAD, "/v1/status", false, true),
            (Method::GET, "/metrics", false, true),
            (Method::POST, "/v1/pause", true, true),
            (Method::DELETE, "/v1/hosts/a/queue", true, true),
            (Method::POST, "/healthz", true, true),
            (Method::GET, "/healthz", false, false),
            (Method::GET, "/readyz", false, false),
            (Method::GET, "/", false, false),
        ];
        for (method, path, local, elsewhere) in rows {
            assert_eq!(needs_token(&method, path, true), local, "{method} {path} here");
            assert_eq!(needs_token(&method, path, false), elsewhere, "{method} {path} elsewhere");
        }
    }

    #[test]
    fn the_token_stands_behind_the_scheme() {
        let token = |value: &'static str| {
            let headers =
                HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            given_token(&headers).map(<[u8]>::to_vec)
        };
        assert_eq!(token("Bearer abc").unwrap(), b"abc");
        assert_eq!(token("bearer  abc").unwrap(), b"abc");
        assert_eq!(token("Basic abc"), None);
        assert_eq!(token("Bear"), None);
        assert_eq!(given_token(&HeaderMap::new()), None);
    }
}
