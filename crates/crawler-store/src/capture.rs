//! What the caller hands over: a capture, or a URL that was not captured.

use std::net::IpAddr;
use std::time::SystemTime;

use crawler_url::WireUrl;

/// One response with its request and circumstances; everything is borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Capture<'a> {
    /// The URL as requested.
    pub url: &'a WireUrl,
    /// When the request began; stored with milliseconds, UTC.
    pub at: SystemTime,
    /// HTTP status code.
    pub status: u16,
    /// `http/1.0`, `http/1.1` or `h2`.
    pub protocol: &'a str,
    /// The address that answered.
    pub remote_ip: IpAddr,
    /// Whether the connection was encrypted.
    pub tls: bool,
    /// Status line, header lines and the blank line, as received. What follows the blank line
    /// is not stored.
    pub response_head: &'a [u8],
    /// The body after transfer-decoding, content-encoding as received. Not stored for a revisit.
    pub body: &'a [u8],
    /// Whether the body came with `Transfer-Encoding: chunked`.
    pub chunked: bool,
    /// Why the body is not whole: `length`, `time` or `disconnect`.
    pub truncated: Option<&'a str>,
    /// Why not all of the body was decoded and scanned: `limit`, `damaged` or `unknown`.
    pub undecoded: Option<&'a str>,
    /// Request line, header lines and the blank line, as sent.
    pub request_head: &'a [u8],
    /// The page where the URL was found.
    pub via: Option<&'a str>,
    /// Hops from a seed.
    pub depth: u16,
    /// Discovery path, one letter per hop.
    pub hops: &'a str,
    /// The `Content-Type` value; parameters are dropped from the index.
    pub mime: Option<&'a str>,
    /// The charset the links were extracted with.
    pub charset: Option<&'a str>,
    /// The page's title.
    pub title: Option<&'a str>,
    /// The page's language.
    pub language: Option<&'a str>,
    /// Links found in the page.
    pub outlinks: u32,
    /// Where a redirect leads.
    pub redirect: Option<&'a str>,
    /// Another URL that the page names as its canonical one.
    pub canonical: Option<&'a str>,
    /// Simhash of its visible text.
    pub simhash: Option<u64>,
    /// What the page or its headers ask of robots, when they restrict anything: `noindex`,
    /// `nofollow`, `noarchive`, `noai`, `noimageai`, separated by commas.
    pub robots: Option<&'a str>,
    /// What its owner says on the use of the page.
    pub usage: UsagePreferences<'a>,
    /// Size of the body after content-decoding, in bytes.
    pub content_bytes: Option<u64>,
    /// How long the parts of the fetch took.
    pub timings_ms: CaptureTimings,
    /// Recrawl generation.
    pub generation: u32,
    /// Set when the payload is that of an earlier capture of the same URL.
    pub revisit: Option<Revisit<'a>>,
}

/// What robots.txt and the response's headers say on the use of a page, as written. Nobody is bound
/// by having fetched it; whoever uses the page must know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct UsagePreferences<'a> {
    /// `Content-Signal` lines of robots.txt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robots_content_signal: Option<&'a str>,
    /// `Content-Usage` lines of robots.txt (draft-ietf-aipref-attach) that hold for the page's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robots_content_usage: Option<&'a str>,
    /// `Content-Signal` headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_signal: Option<&'a str>,
    /// `Content-Usage` headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_usage: Option<&'a str>,
    /// `X-Robots-Tag` headers: directives such as `noai` mean nothing to a crawler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_robots_tag: Option<&'a str>,
    /// `TDM-Reservation` headers of the TDM Reservation Protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tdm_reservation: Option<&'a str>,
    /// `TDM-Policy` headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tdm_policy: Option<&'a str>,
}

impl UsagePreferences<'_> {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Parts of a fetch in milliseconds; zero when there was no such part.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct CaptureTimings {
    /// Name look-up.
    pub dns: f32,
    /// TCP connect.
    pub connect: f32,
    /// TLS handshake.
    pub tls: f32,
    /// From the request to the first byte of the response.
    pub first_byte: f32,
    /// The whole fetch.
    pub total: f32,
}

/// Why a capture is stored without its payload (WARC 1.1, 6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revisit<'a> {
    /// The server answered that its content has not changed (304).
    ServerNotModified {
        /// `WARC-Date` of the capture with the payload; may be empty when unknown.
        refers_to_date: &'a str,
        /// Payload digest of that capture; may be empty when unknown.
        digest: &'a str,
    },
    /// The payload came again and has the same digest.
    IdenticalPayload {
        /// `WARC-Date` of the capture with the payload.
        refers_to_date: &'a str,
        /// Payload digest of both captures.
        digest: &'a str,
    },
}

impl<'a> Revisit<'a> {
    /// `WARC-Date` of the capture with the payload.
    #[must_use]
    pub fn refers_to_date(&self) -> &'a str {
        match self {
            Self::ServerNotModified { refers_to_date, .. }
            | Self::IdenticalPayload { refers_to_date, .. } => refers_to_date,
        }
    }

    /// Digest of the payload that is not stored again.
    #[must_use]
    pub fn digest(&self) -> &'a str {
        match self {
            Self::ServerNotModified { digest, .. } | Self::IdenticalPayload { digest, .. } => {
                digest
            }
        }
    }

    /// Value of `WARC-Profile`.
    pub(crate) fn profile(&self) -> &'static str {
        match self {
            Self::ServerNotModified { .. } => {
                "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
            }
            Self::IdenticalPayload { .. } => {
                "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
            }
        }
    }

    /// How the page rows name it.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::ServerNotModified { .. } => "server_not_modified",
            Self::IdenticalPayload { .. } => "identical_payload",
        }
    }
}

/// A URL that was discovered but not captured.
#[derive(Debug, Clone, Copy)]
pub struct SkippedRow<'a> {
    /// The URL.
    pub url: &'a str,
    /// Reason in `snake_case`.
    pub reason: &'a str,
    /// More about the reason, for people.
    pub detail: Option<&'a str>,
    /// The page where the URL was found.
    pub via: Option<&'a str>,
    /// Hops from a seed.
    pub depth: u16,
    /// Fetches that were tried.
    pub attempts: u8,
}
