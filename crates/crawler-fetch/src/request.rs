//! What is asked of a server.

use crate::config::FetchConfig;
use crate::cookies;
use crate::failure::{FailureKind, FetchFailure};
use crate::host_headers::{self, HostHeader};
use crate::setup::FetchSetupError;
use bytes::Bytes;
use crawler_url::WireUrl;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri, Version};
use http_body_util::Empty;
use std::net::IpAddr;

/// Most wanted first; a crawler takes what there is.
const ACCEPT: HeaderValue =
    HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
/// Exactly what [`decode`](crate::decode()) undoes.
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("gzip, deflate, br, zstd");
/// They frame the message or ask for what is never answered; wrong values would break the fetch.
const NOT_CONFIGURABLE: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
    header::TE,
];

/// One GET.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// What to fetch.
    pub url: WireUrl,
    /// Addresses of its host, as [`Fetcher::resolve`](crate::Fetcher::resolve) gave them: tried in
    /// order, at most three.
    pub addrs: Vec<IpAddr>,
    /// Of the version already known: asks for a 304 if it is still the same.
    pub validators: Option<Validators>,
    /// In place of [`FetchConfig::body_bytes_max`].
    pub body_bytes_max: Option<u64>,
    /// For `Cookie`, as [`CookieJar::header`](crate::CookieJar::header) gives it; besides those of the
    /// configuration.
    pub cookies: Option<HeaderValue>,
}

/// Validators of a known version, as its response gave them (RFC 9110 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// For `If-None-Match`.
    pub etag: Option<String>,
    /// For `If-Modified-Since`.
    pub last_modified: Option<String>,
}

/// The request as hyper takes it.
pub(crate) type WireRequest = Request<Empty<Bytes>>;

/// The headers that all requests of a fetcher share, in the order they are sent.
pub(crate) struct RequestHeaders {
    http1: HeaderMap,
    /// The same without `Host`, whose place a pseudo header takes.
    http2: HeaderMap,
    for_hosts: Vec<HostHeader>,
}

impl RequestHeaders {
    pub(crate) fn new(config: &FetchConfig) -> Result<Self, FetchSetupError> {
        let user_agent = HeaderValue::from_str(&config.user_agent)
            .map_err(|_| FetchSetupError::UserAgent(config.user_agent.clone()))?;
        let mut http2 = HeaderMap::with_capacity(8 + config.headers.len());
        http2.insert(header::USER_AGENT, user_agent);
        http2.insert(header::ACCEPT, ACCEPT);
        http2.insert(header::ACCEPT_ENCODING, ACCEPT_ENCODING);
        let for_hosts = config.host_headers.iter().map(|header| &header.name);
        let mut names = config.headers.iter().map(|(name, _)| name).chain(for_hosts);
        if let Some(name) = names.find(|name| NOT_CONFIGURABLE.contains(name)) {
            return Err(FetchSetupError::Header(name.to_string()));
        }
        for (idx, (name, value)) in config.headers.iter().enumerate() {
            if config.headers[..idx].iter().any(|(earlier, _)| earlier == name) {
                http2.append(name, value.clone());
            } else {
                http2.insert(name, value.clone());
            }
        }
        let mut http1 = HeaderMap::with_capacity(8 + http2.len());
        // Keeps the first place; each request puts its own host there.
        http1.insert(header::HOST, HeaderValue::from_static(""));
        http1.extend(http2.iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(Self { http1, http2, for_hosts: config.host_headers.clone() })
    }

    /// In origin form with a `Host` header (RFC 9112 3.2.1).
    pub(crate) fn http1(&self, request: &FetchRequest) -> Result<WireRequest, FetchFailure> {
        let mut headers = self.http1.clone();
        headers.insert(header::HOST, header_value(request.url.authority())?);
        self.add_for_request(&mut headers, request);
        let uri = Uri::try_from(request.url.path_and_query()).map_err(inexpressible)?;
        Ok(assemble(uri, headers, Version::HTTP_11))
    }

    /// With the pseudo headers that hyper makes of an absolute URI (RFC 9113 8.3.1).
    pub(crate) fn http2(&self, request: &FetchRequest) -> Result<WireRequest, FetchFailure> {
        let mut headers = self.http2.clone();
        self.add_for_request(&mut headers, request);
        let uri = Uri::try_from(request.url.as_str()).map_err(inexpressible)?;
        Ok(assemble(uri, headers, Version::HTTP_2))
    }

    fn add_for_request(&self, headers: &mut HeaderMap, request: &FetchRequest) {
        host_headers::add(&self.for_hosts, &request.url, headers);
        if let Some(cookies) = &request.cookies {
            cookies::add(cookies, headers);
        }
        add_validators(headers, request);
    }
}

fn assemble(uri: Uri, headers: HeaderMap, version: Version) -> WireRequest {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    *request.version_mut() = version;
    request
}

/// A validator that no header can carry is left out: the answer is then a whole one.
fn add_validators(headers: &mut HeaderMap, request: &FetchRequest) {
    let Some(validators) = &request.validators else { return };
    let pairs = [
        (header::IF_NONE_MATCH, &validators.etag),
        (header::IF_MODIFIED_SINCE, &validators.last_modified),
    ];
    for (name, value) in pairs {
        if let Some(value) = value.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    }
}

fn header_value(text: &str) -> Result<HeaderValue, FetchFailure> {
    HeaderValue::from_str(text).map_err(inexpressible)
}

fn inexpressible(error: impl std::fmt::Display) -> FetchFailure {
    FetchFailure::new(FailureKind::Protocol, format!("url cannot be requested: {error}"))
}
