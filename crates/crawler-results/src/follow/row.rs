//! A row of the page list.

use std::borrow::Cow;

use serde::Deserialize;

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
