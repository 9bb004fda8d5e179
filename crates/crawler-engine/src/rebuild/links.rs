//! The links of stored pages, found as a crawl finds them.

use std::path::Path;

use bytes::Bytes;
use crawler_extract::{
    Assets, Expect, Link, LinkVisitor, ListingInput, PageInput, RobotsDirectives, Want,
    encode_query, extract, is_html, is_xml, parse_x_robots_tag, read_listing,
};
use crawler_fetch::{DecodeLimits, decode};
use crawler_store::{open_warc, split_http};
use crawler_url::{Base, WireUrl};

use super::rows::Page;

/// Links of one page, as a crawl takes by default.
const LINKS_MAX: usize = 10_000;
/// Bytes of a body that are looked at to tell whether it is HTML.
const SNIFF_BYTES: usize = 512;

/// How a file begins that is compressed itself (RFC 1952).
const GZIP: &[u8] = &[0x1F, 0x8B];

/// Finds links in the stored pages of a data directory.
pub(super) struct StoredLinks<'a> {
    pub(super) data_dir: &'a Path,
    /// Our own name in robots directives.
    pub(super) product_token: &'a str,
}

impl StoredLinks<'_> {
    /// Where a stored page leads to, and how far that is from the seeds: the target of a redirect, the
    /// entries of a sitemap or feed, or the links of HTML. Nothing for other content, and for a page
    /// that asks not to be followed. `None` when its record cannot be read.
    pub(super) fn of(&self, page: &Page) -> Option<(Vec<WireUrl>, u16)> {
        let mut records = open_warc(self.data_dir, &page.warc.file, page.warc.offset).ok()?;
        let record = records.next()?.ok()?;
        let http = split_http(record.block());
        let mut links = Links { base: Base::new(&page.url), urls: Vec::new(), follow: true };
        if (300..400).contains(&page.status) {
            let target =
                headers(http.head, "location").next().and_then(|href| links.base.join(href).ok());
            return Some((target.into_iter().collect(), page.depth));
        }
        let depth = page.depth.saturating_add(1);
        for value in headers(http.head, "x-robots-tag") {
            links.directives(parse_x_robots_tag(value, self.product_token));
        }
        let body = Bytes::copy_from_slice(http.body);
        let encoding = headers(http.head, "content-encoding").next();
        let decoded = decode(&body, encoding, DecodeLimits::default());
        let content_type = headers(http.head, "content-type").next();
        if links.take_listing(&decoded.bytes, content_type, page.is_sitemap()) {
            return Some((links.urls, depth));
        }
        if is_html(content_type, &decoded.bytes[..decoded.bytes.len().min(SNIFF_BYTES)]) {
            let input = PageInput {
                bytes: &decoded.bytes,
                content_type,
                want: Want { assets: Assets::Skip },
                outlinks_max: LINKS_MAX,
                product_token: Some(self.product_token),
            };
            extract(&input, &mut links);
        }
        Some((links.urls, depth))
    }
}

struct Links {
    base: Base,
    urls: Vec<WireUrl>,
    follow: bool,
}

impl Links {
    /// Takes the entries of a sitemap or feed; tells whether it is one.
    fn take_listing(&mut self, body: &Bytes, content_type: Option<&str>, is_sitemap: bool) -> bool {
        if !is_sitemap && !is_xml(content_type) {
            return false;
        }
        let is_packed = body.starts_with(GZIP);
        let unpacked = is_packed.then(|| decode(body, Some("gzip"), DecodeLimits::default()).bytes);
        let expect = if is_sitemap { Expect::Sitemap } else { Expect::Anything };
        let bytes = unpacked.as_ref().unwrap_or(body);
        let input = ListingInput { bytes, content_type, expect };
        let follow = self.follow;
        let facts = read_listing(&input, &mut |_, entry| {
            if !follow {
                return;
            }
            self.urls.extend(self.base.join(entry.href).ok());
        });
        facts.is_some()
    }
}

impl LinkVisitor for Links {
    fn charset(&mut self, name: &'static str) {
        self.base.set_encoding(move |query| encode_query(name, query));
    }

    fn base(&mut self, href: &str) {
        self.base.set_href(href);
    }

    fn directives(&mut self, directives: RobotsDirectives) {
        self.follow &= !directives.nofollow;
    }

    fn link(&mut self, link: Link<'_>) {
        if self.follow {
            self.urls.extend(self.base.join(link.href).ok());
        }
    }
}

/// The values of the fields of that name in the head of a response, those that are text.
fn headers<'a>(head: &'a [u8], name: &str) -> impl Iterator<Item = &'a str> {
    let lines = head.split(|byte| *byte == b'\n').skip(1);
    let fields = lines.filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'));
    let named = fields.filter(move |(field, _)| field.trim().eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.trim())
}
