//! What came of a fetch.

use crate::connection::Connection;
use crate::failure::FetchFailure;
use crate::timings::Timings;
use bytes::Bytes;
use http::HeaderMap;
use std::net::SocketAddr;

/// The end of one fetch.
#[derive(Debug)]
pub struct Fetched {
    /// The response, whole or cut off, or why there is none.
    pub outcome: Result<Box<Response>, FetchFailure>,
    /// The connection, when the next request to the same scheme and authority may use it.
    pub connection: Option<Connection>,
    /// How long it took.
    pub timings: Timings,
}

/// A response as received.
#[derive(Clone, Debug)]
pub struct Response {
    /// 200 to 999; interim responses are skipped, except 101.
    pub status: u16,
    /// Version the server answered in.
    pub version: Protocol,
    /// Status line, headers and blank line as received; for HTTP/2 rendered like HTTP/1.1.
    pub head: Bytes,
    /// The headers of `head`, parsed.
    pub headers: HeaderMap,
    /// After transfer decoding, with its content coding as received.
    pub body: Bytes,
    /// Whether the body came in chunked transfer coding.
    pub chunked: bool,
    /// Why the body is not whole, if it is not.
    pub truncated: Option<Truncated>,
    /// The address the response came from.
    pub remote: SocketAddr,
    /// Request line, headers and blank line as sent, but for the values of sensitive headers, which are
    /// `***`; for HTTP/2 rendered like HTTP/1.1.
    pub request_head: Bytes,
    /// Whether the connection was encrypted.
    pub tls: bool,
}

/// Version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
}

impl Protocol {
    /// Name as used in WARC records and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "http/1.0",
            Self::Http11 => "http/1.1",
            Self::Http2 => "h2",
        }
    }
}

/// Why a body is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truncated {
    /// It reached the size limit.
    Length,
    /// The time for the fetch was up.
    Time,
    /// The connection broke, or the body did not end as its framing announced.
    Disconnect,
}

impl Truncated {
    /// Value of the `WARC-Truncated` field (ISO 28500 5.13).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Time => "time",
            Self::Disconnect => "disconnect",
        }
    }
}
