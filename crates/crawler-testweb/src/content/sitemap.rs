//! The sitemap of a host, split in parts when it is long.

use std::fmt::Write;

use crate::web::Web;

/// Target of the sitemap, or of the index of its parts.
pub(crate) const TARGET: &str = "/sitemap.xml";

/// URLs in one file; the protocol allows 50,000.
const URLS_MAX: u32 = 10_000;

/// Number of parts, 0 if one file holds all.
pub(crate) fn parts(web: &Web) -> u32 {
    let pages = web.tree().pages;
    if pages > URLS_MAX { pages.div_ceil(URLS_MAX) } else { 0 }
}

/// Target of a part.
pub(crate) fn part_target(part: u32) -> String {
    format!("/sitemap-{part:03}.xml")
}

/// The part with this request target.
pub(crate) fn find_part(web: &Web, target: &str) -> Option<u32> {
    let digits = target.strip_prefix("/sitemap-")?.strip_suffix(".xml")?;
    let part = digits.parse().ok()?;
    (part < parts(web) && part_target(part) == target).then_some(part)
}

/// The file at [`TARGET`].
pub(crate) fn xml(web: &Web, host: u32) -> String {
    let parts = parts(web);
    if parts == 0 {
        return part_xml(web, host, 0);
    }
    let origin = web.origin(host);
    let mut out = format!("{HEAD}<sitemapindex {NAMESPACE}>\n");
    for part in 0..parts {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<sitemap><loc>{origin}{}</loc></sitemap>", part_target(part));
    }
    out.push_str("</sitemapindex>\n");
    out
}

/// The file of one part: the URLs of its pages.
pub(crate) fn part_xml(web: &Web, host: u32, part: u32) -> String {
    let origin = web.origin(host);
    let mut out = format!("{HEAD}<urlset {NAMESPACE}>\n");
    let first = part.saturating_mul(URLS_MAX);
    for page in first..first.saturating_add(URLS_MAX).min(web.tree().pages) {
        let target = web.tree().path(page).replace('&', "&amp;");
        let _ = writeln!(out, "<url><loc>{origin}{target}</loc></url>");
    }
    out.push_str("</urlset>\n");
    out
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";
