//! A row of the page list.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::ResultError;

/// What the crawl knows about one page; see the crate `crawler-store`, which writes it.
#[derive(Debug, Clone, Deserialize)]
pub struct PageRow<'a> {
    /// The URL as requested.
    #[serde(borrow)]
    pub url: Cow<'a, str>,
    /// When the request began: RFC 3339, UTC, milliseconds.
    #[serde(borrow)]
    pub ts: Cow<'a, str>,
    /// HTTP status.
    pub status: u16,
    /// The page's title.
    #[serde(borrow, default)]
    pub title: Option<Cow<'a, str>>,
    /// Hops from a seed.
    pub depth: u16,
    /// The page where the URL was found.
    #[serde(borrow, default)]
    pub via: Option<Cow<'a, str>>,
    /// Discovery path, one letter per hop.
    #[serde(borrow)]
    pub hops: Cow<'a, str>,
    /// The `Content-Type` as sent.
    #[serde(borrow, default)]
    pub mime: Option<Cow<'a, str>>,
    /// The charset the links were extracted with.
    #[serde(borrow, default)]
    pub charset: Option<Cow<'a, str>>,
    /// The page's language by its own word.
    #[serde(borrow, default)]
    pub language: Option<Cow<'a, str>>,
    /// `sha1:BASE32` of the payload.
    #[serde(borrow)]
    pub digest: Cow<'a, str>,
    /// Size of the body as received.
    pub wire_bytes: u64,
    /// Size of the body after content-decoding.
    #[serde(default)]
    pub content_bytes: Option<u64>,
    /// Links found in the page.
    pub outlinks: u32,
    /// Where a redirect leads.
    #[serde(borrow, default)]
    pub redirect: Option<Cow<'a, str>>,
    /// The URL that the page names as its canonical one.
    #[serde(borrow, default)]
    pub canonical: Option<Cow<'a, str>>,
    /// 16 hexadecimal digits of the simhash of the visible text.
    #[serde(borrow, default)]
    pub simhash: Option<Cow<'a, str>>,
    /// Directives of the page for robots.
    #[serde(borrow, default)]
    pub robots: Option<Cow<'a, str>>,
    /// What its owner says on the use of the page.
    #[serde(borrow, default)]
    pub usage: UsagePreferences<'a>,
    /// Why the body is not whole.
    #[serde(borrow, default)]
    pub truncated: Option<Cow<'a, str>>,
    /// Why not all of the body could be decoded.
    #[serde(borrow, default)]
    pub undecoded: Option<Cow<'a, str>>,
    /// Why there is no payload of its own.
    #[serde(borrow, default)]
    pub revisit: Option<Cow<'a, str>>,
    /// `http/1.0`, `http/1.1` or `h2`.
    #[serde(borrow)]
    pub protocol: Cow<'a, str>,
    /// How long the parts of the fetch took.
    #[serde(default)]
    pub timings_ms: Timings,
    /// Recrawl generation.
    pub generation: u32,
    /// Where the capture is.
    #[serde(borrow)]
    pub warc: WarcPlace<'a>,
    /// The row itself as it stands in the page list, with its line end.
    #[serde(skip)]
    pub line: &'a [u8],
}

/// Where a record is.
#[derive(Debug, Clone, Deserialize)]
pub struct WarcPlace<'a> {
    /// Name of the WARC file, without folder.
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    /// Where the record begins.
    pub offset: u64,
    /// Its length in the file.
    pub length: u64,
}

/// What robots.txt and headers say on the use of a page, as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UsagePreferences<'a> {
    /// `Content-Signal` lines of robots.txt.
    #[serde(borrow)]
    pub robots_content_signal: Option<Cow<'a, str>>,
    /// `Content-Usage` lines of robots.txt.
    #[serde(borrow)]
    pub robots_content_usage: Option<Cow<'a, str>>,
    /// `Content-Signal` headers.
    #[serde(borrow)]
    pub content_signal: Option<Cow<'a, str>>,
    /// `Content-Usage` headers.
    #[serde(borrow)]
    pub content_usage: Option<Cow<'a, str>>,
    /// `X-Robots-Tag` headers.
    #[serde(borrow)]
    pub x_robots_tag: Option<Cow<'a, str>>,
    /// `TDM-Reservation` headers.
    #[serde(borrow)]
    pub tdm_reservation: Option<Cow<'a, str>>,
    /// `TDM-Policy` headers.
    #[serde(borrow)]
    pub tdm_policy: Option<Cow<'a, str>>,
}

/// Parts of a fetch in milliseconds.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// Name look-up.
    pub dns: Option<f32>,
    /// TCP connect.
    pub connect: Option<f32>,
    /// TLS handshake.
    pub tls: Option<f32>,
    /// From the request to the first byte of the response.
    pub first_byte: Option<f32>,
    /// The whole fetch.
    pub total: Option<f32>,
}

impl PageRow<'_> {
    /// The day of the request, UTC: `YYYY-MM-DD`.
    ///
    /// # Errors
    /// When the row has no such time.
    pub fn date(&self) -> Result<&str, ResultError> {
        let date = self.ts.get(..DATE.len()).filter(|date| {
            date.bytes().zip(DATE.bytes()).all(|(byte, wanted)| match wanted {
                b'-' => byte == wanted,
                _ => byte.is_ascii_digit(),
            })
        });
        date.ok_or_else(|| self.has_no_time())
    }

    pub(crate) fn has_no_time(&self) -> ResultError {
        ResultError::Other(format!(
            "the page list has a row of {} whose time is {:?}: run `crawler repair`",
            self.url, self.ts
        ))
    }
}

/// The shape of a date.
const DATE: &str = "YYYY-MM-DD";
