//! From a request to a response.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::answer::{self, Answer, Framing};
use crate::coding::Coding;
use crate::config::Latency;
use crate::draw::{Draw, label_of};
use crate::host;
use crate::oddity::RETRY_AFTER_SECS;
use crate::server::body::SendBody;
use crate::server::ledger::{First, Visit};
use crate::server::listen::Door;
use crate::web::Web;

pub(super) async fn respond(
    door: Door,
    local: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<SendBody>, Infallible> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let Some(host) = host_of(&door.web, local, &request) else {
        return Ok(response(&answer::status(421), Coding::Identity, None));
    };
    let visit = door.ledgers.begin(&door.web, host, target);
    if let Some(wait) = wait(&door.web, host, target) {
        tokio::time::sleep(wait).await;
    }
    let (method, headers) = (request.method(), request.headers());
    if method != Method::GET && method != Method::HEAD {
        let mut refusal = response(&answer::status(405), Coding::Identity, Some(visit));
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Ok(refusal);
    }
    if visit.is_busy() == First::Yes {
        let mut busy = response(&answer::status(503), Coding::Identity, Some(visit));
        busy.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECS));
        return Ok(busy);
    }
    let answer = answer::of(&door.web, host, target, visit.resource());
    if let Some(validators) = answer.validator.map(Validators::of)
        && validators.hold(headers)
    {
        return Ok(not_modified(&validators, visit));
    }
    let accept_encoding = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    Ok(response(&answer, Coding::negotiate(accept_encoding), Some(visit)))
}

/// By the URL's authority (HTTP/2), the Host header, or the address connected to.
fn host_of(web: &Web, local: IpAddr, request: &Request<Incoming>) -> Option<u32> {
    let named = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(HOST).and_then(|value| value.to_str().ok()),
    };
    let name = named.map(|authority| authority.split(':').next().unwrap_or_default());
    let by_address = || match local {
        IpAddr::V4(addr) => host::of_address(addr).filter(|host| *host < web.config().hosts),
        IpAddr::V6(_) => None,
    };
    name.and_then(|name| web.find_host(name)).or_else(by_address)
}

/// How long this answer takes.
fn wait(web: &Web, host: u32, target: &str) -> Option<Duration> {
    let Latency::LogNormal { median_ms, sigma, ms_max } = web.config().latency else {
        return None;
    };
    let labels = [label_of("latency"), u64::from(host), label_of(target)];
    let ms =
        Draw::new(web.config().seed, &labels).log_normal(f64::from(median_ms), f64::from(sigma));
    Some(Duration::from_secs_f64(ms.min(f64::from(ms_max)) / 1000.0))
}

fn response(answer: &Answer<'_>, coding: Coding, visit: Option<Visit>) -> Response<SendBody> {
    // Cutting or splitting a body is easier to see without a coding.
    let coding = if answer.framing == Framing::Length { coding } else { Coding::Identity };
    let pieces = answer.body.encode(coding);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(visit) = &visit {
        visit.answered(status, pieces.iter().map(|piece| piece.len() as u64).sum());
    }
    let encoded = !pieces.is_empty();
    let mut response = Response::new(SendBody::new(pieces.into(), answer.framing, visit));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(token) = coding.token().filter(|_| encoded) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    if let Some(robots_tag) = answer.robots_tag {
        headers.insert(X_ROBOTS_TAG, HeaderValue::from_static(robots_tag));
    }
    if let Some(location) = answer.location.as_deref().and_then(|text| text.parse().ok()) {
        headers.insert(LOCATION, location);
    }
    if let Some(validators) = answer.validator.map(Validators::of) {
        validators.write(headers);
    }
    response
}

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

fn not_modified(validators: &Validators, visit: Visit) -> Response<SendBody> {
    visit.answered(StatusCode::NOT_MODIFIED, 0);
    let mut response = Response::new(SendBody::new([].into(), Framing::Length, Some(visit)));
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    validators.write(response.headers_mut());
    response
}

/// `ETag` (weak: all codings share it) and `Last-Modified` of a page.
struct Validators {
    etag: String,
    last_modified: String,
}

impl Validators {
    fn of(hash: u64) -> Self {
        Self { etag: format!("W/\"{hash:016x}\""), last_modified: date_of(hash) }
    }

    /// Whether the client's copy is still good (RFC 9110 13.1.2, 13.1.3; dates must be equal).
    fn hold(&self, headers: &HeaderMap) -> bool {
        let value = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        match value(IF_NONE_MATCH) {
            Some(list) => list.split(',').any(|tag| {
                let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
                tag.trim() == "*" || opaque(tag) == opaque(&self.etag)
            }),
            None => value(IF_MODIFIED_SINCE) == Some(self.last_modified.as_str()),
        }
    }

    fn write(&self, headers: &mut HeaderMap) {
        for (name, text) in [(ETAG, &self.etag), (LAST_MODIFIED, &self.last_modified)] {
            if let Ok(value) = text.parse() {
                headers.insert(name, value);
            }
        }
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

/// A moment of January 2024 as an IMF-fixdate (RFC 9110 5.6.7); the month began on a Monday.
fn date_of(hash: u64) -> String {
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = hash % 31;
    let second = (hash >> 8) % 86_400;
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    let weekday = WEEKDAYS[(day % 7) as usize];
    format!("{weekday}, {:02} Jan 2024 {hours:02}:{minutes:02}:{seconds:02} GMT", day + 1)
}
