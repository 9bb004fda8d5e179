//! One request and its response over an open connection.

use crate::body::collect;
use crate::config::FetchConfig;
use crate::connection::{Connection, Http1, Http2, Link};
use crate::failure::{FailureKind, FetchFailure, Phase};
use crate::host_headers::{secrets, without_secrets};
use crate::render::{render_request, render_response};
use crate::request::{FetchRequest, RequestHeaders};
use crate::response::{Protocol, Response};
use crate::timings::Timings;
use crate::watchdog::Watchdog;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{StatusCode, Version};
use hyper::body::Incoming;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::time::Instant;

/// What came of an exchange, and what is left of the connection.
pub(crate) enum Exchanged {
    Response(Box<Response>, Option<Connection>),
    Failed(FetchFailure),
    /// The connection ended before a single byte of a response.
    Unanswered(FetchFailure),
}

/// The parts of a fetch that an exchange needs.
pub(crate) struct Exchange<'a, 'b> {
    pub(crate) config: &'a FetchConfig,
    pub(crate) headers: &'a RequestHeaders,
    pub(crate) request: &'a FetchRequest,
    pub(crate) watchdog: &'a mut Watchdog<'b>,
    pub(crate) timings: &'a mut Timings,
}

/// A response whose body is yet to come.
struct Started {
    response: hyper::Response<Incoming>,
    head: Bytes,
    request_head: Bytes,
}

impl Exchange<'_, '_> {
    pub(crate) async fn run(mut self, mut connection: Connection) -> Exchanged {
        let sent_at = Instant::now();
        let started = match connection.link_mut() {
            Link::Http1(http1) => self.start_http1(http1).await,
            Link::Http2(http2) => self.start_http2(http2).await,
        };
        self.timings.first_byte = sent_at.elapsed();
        match started {
            Ok(started) => self.finish(started, connection).await,
            Err(exchanged) => exchanged,
        }
    }

    async fn start_http1(&mut self, http1: &mut Http1) -> Result<Started, Exchanged> {
        let request = self.headers.http1(self.request).map_err(Exchanged::Failed)?;
        let secrets = secrets(request.headers());
        http1.heads.arm();
        let mut answer = pin!(http1.sender.send_request(request));
        let driver = &mut http1.driver;
        let answer = poll_fn(|cx| {
            // First the connection: there is no answer before it has read one.
            driver.advance(cx);
            answer.as_mut().poll(cx)
        });
        let limit = self.config.first_byte_timeout;
        let response = match self.watchdog.within(Phase::FirstByte, limit, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let failure = FetchFailure::from_hyper(&error);
                return Err(if http1.heads.answered() {
                    Exchanged::Failed(failure)
                } else {
                    Exchanged::Unanswered(failure)
                });
            }
            Err(phase) => return Err(Exchanged::Failed(FetchFailure::timeout(phase))),
        };
        let request_head = without_secrets(http1.heads.take_request(), &secrets);
        let head = http1.heads.take_response().unwrap_or_else(|| render_response(&response));
        Ok(Started { response, head, request_head })
    }

    async fn start_http2(&mut self, http2: &mut Http2) -> Result<Started, Exchanged> {
        let request = self.headers.http2(self.request).map_err(Exchanged::Failed)?;
        let request_head = render_request(&self.request.url, request.headers());
        let request_head = without_secrets(request_head, &secrets(request.headers()));
        let answer = http2.sender.send_request(request);
        let limit = self.config.first_byte_timeout;
        match self.watchdog.within(Phase::FirstByte, limit, answer).await {
            Ok(Ok(response)) if response.headers().len() > self.config.headers_max => {
                let detail = format!("{} header lines", response.headers().len());
                Err(Exchanged::Failed(FetchFailure::new(FailureKind::HeadTooLarge, detail)))
            }
            Ok(Ok(response)) => {
                let head = render_response(&response);
                Ok(Started { response, head, request_head })
            }
            Ok(Err(error)) => Err(Exchanged::Unanswered(FetchFailure::from_hyper(&error))),
            Err(phase) => Err(Exchanged::Failed(FetchFailure::timeout(phase))),
        }
    }

    async fn finish(self, started: Started, mut connection: Connection) -> Exchanged {
        let Started { response, head, request_head } = started;
        let (parts, body) = response.into_parts();
        let bytes_max = self.request.body_bytes_max.unwrap_or(self.config.body_bytes_max);
        let (body, truncated) =
            collect(body, bytes_max, connection.link_mut(), self.watchdog).await;
        let response = Box::new(Response {
            status: parts.status.as_u16(),
            version: protocol(parts.version),
            head,
            chunked: is_chunked(&parts.headers),
            body,
            truncated,
            remote: connection.remote(),
            request_head,
            tls: connection.is_tls(),
            headers: parts.headers,
        });
        let reusable = truncated.is_none() && stays_open(parts.status, &response);
        // The connection has to take note of the end of the body before it takes a request again.
        let open = reusable && poll_fn(|cx| Poll::Ready(connection.poll_open(cx))).await;
        Exchanged::Response(response, open.then_some(connection))
    }
}

fn protocol(version: Version) -> Protocol {
    match version {
        Version::HTTP_2 => Protocol::Http2,
        Version::HTTP_11 => Protocol::Http11,
        _ => Protocol::Http10,
    }
}

/// RFC 9112 9.3, but for HTTP/1.0, whose kept connections are more trouble than they save. A body
/// without framing ends with the connection (6.3), and after 101 it speaks another protocol.
fn stays_open(status: StatusCode, response: &Response) -> bool {
    match response.version {
        Protocol::Http2 => true,
        Protocol::Http10 => false,
        Protocol::Http11 => {
            let bodiless = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
            let framed = bodiless
                || response.chunked
                || response.headers.contains_key(header::CONTENT_LENGTH);
            framed
                && !has_token(&response.headers, &header::CONNECTION, "close")
                && status != StatusCode::SWITCHING_PROTOCOLS
        }
    }
}

fn is_chunked(headers: &HeaderMap) -> bool {
    has_token(headers, &header::TRANSFER_ENCODING, "chunked")
}

fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value: &HeaderValue| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(token))
}
