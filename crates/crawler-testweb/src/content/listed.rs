//! Pages that only sitemaps and a feed lead to, and the files that list them: an index, a gzip file,
//! plain text and RSS.

use bytes::Bytes;

use crate::coding::Coding;
use crate::compose::{self, Piece};

/// The index, which robots.txt names besides the sitemap of the ordinary pages.
pub(crate) const INDEX: &str = "/sitemap-more.xml";

/// Files that list pages, but for the feed.
pub(crate) const SITEMAPS: &[&str] =
    &[INDEX, "/sitemap-listed.xml.gz", "/sitemap-listed.txt", "/sitemap-old.xml"];

const FEED: &str = "/listed/feed.xml";

/// What no page links to.
pub(crate) const PAGES: &[&str] = &[
    FEED,
    "/listed/new.html",
    "/listed/old.html",
    "/listed/undated.html",
    "/listed/alternate.html",
    "/listed/in-text.html",
    "/listed/in-old-sitemap.html",
    "/listed/in-feed.html",
];

/// The file or page at a target of [`SITEMAPS`] or [`PAGES`], with its content type.
pub(crate) fn body(origin: &str, target: &str) -> (&'static str, Bytes) {
    let text = |text: String| Bytes::from(text);
    match target {
        INDEX => ("application/xml", text(index(origin))),
        "/sitemap-listed.xml.gz" => {
            let xml = Piece::Own(text(url_set(origin)));
            ("application/gzip", compose::encode(&[xml], Coding::Gzip).concat().into())
        }
        "/sitemap-listed.txt" => ("text/plain", text(format!("{origin}/listed/in-text.html\n"))),
        "/sitemap-old.xml" => (
            "text/xml",
            text(format!(
                "<urlset {NAMESPACE}><url><loc>{origin}/listed/in-old-sitemap.html</loc></url></urlset>"
            )),
        ),
        FEED => ("application/rss+xml", text(feed(origin))),
        _ => (
            "text/html",
            text("<!doctype html><title>listed</title><a href=\"/\">home</a>\n".to_owned()),
        ),
    }
}

fn index(origin: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<sitemapindex {NAMESPACE}>\n\
         <sitemap><loc>{origin}/sitemap-listed.xml.gz</loc><lastmod>2026-01-02</lastmod></sitemap>\n\
         <sitemap><loc>{origin}/sitemap-listed.txt</loc></sitemap>\n\
         <sitemap><loc>{origin}/sitemap-old.xml</loc><lastmod>2001</lastmod></sitemap>\n</sitemapindex>\n"
    )
}

fn url_set(origin: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<urlset {NAMESPACE} xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n\
         <url><loc>{origin}/listed/undated.html</loc><priority>0.1</priority></url>\n\
         <url><loc>{origin}/listed/new.html</loc><lastmod>2026-01-02T03:04:05+06:00</lastmod>\n\
         <xhtml:link rel=\"alternate\" hreflang=\"de\" href=\"{origin}/listed/alternate.html\"/></url>\n\
         <url><loc>{origin}/listed/old.html</loc><lastmod>2001-02-03</lastmod></url>\n\
         <url><loc><![CDATA[{origin}{FEED}]]></loc></url>\n\
         <url><loc>{ELSEWHERE}</loc></url>\n</urlset>\n"
    )
}

fn feed(origin: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>feed</title><link>{origin}/</link>\n\
         <item><title>x</title><link>{origin}/listed/in-feed.html</link>\n\
         <description>&lt;a href=\"/trap/from-feed.html\"&gt;</description></item></channel></rss>\n"
    )
}

const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// A page that a sitemap must not speak for, outside of every web.
const ELSEWHERE: &str = "http://127.9.9.9/";
