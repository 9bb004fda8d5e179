//! The pages all paths are measured on: always the same bytes.

use anyhow::{Context, Result};
use crawler_extract::{Assets, Link, LinkVisitor, PageInput, Want, extract};
use crawler_testweb::{ExpectedKind, PageMix, Web, WebConfig};
use crawler_url::WireUrl;
use std::fmt::Write as _;

/// Pages of the test web.
const PAGES: u32 = 12;
/// Entries of the index page.
const ENTRIES: u32 = 2_000;

/// A page and where it is.
pub(crate) struct Page {
    pub(crate) url: WireUrl,
    pub(crate) body: Vec<u8>,
}

/// Ordinary pages like the open web's: much text, scripts and attributes, few links.
pub(crate) fn ordinary_pages() -> Result<Vec<Page>> {
    let config =
        WebConfig { hosts: 1, pages_per_host: PAGES, mix: PageMix::Live, ..WebConfig::default() };
    let web = Web::build(config)?;
    let origin = web.origin(0);
    let pages = web.expected_on(0).filter(|expected| expected.kind == ExpectedKind::Page);
    let page = |url: &str| {
        let body = web.page(0, url.get(origin.len()..).context("a URL of the host")?).body.to_vec();
        Ok(Page { url: WireUrl::parse(url)?, body })
    };
    pages.map(|expected| page(&expected.url)).collect()
}

/// The index of a manual: hardly anything but links, many of them to places of one page.
pub(crate) fn index_page() -> Result<Page> {
    let mut body = String::from("<!DOCTYPE html><title>Index</title><ul class=\"index\">\n");
    for entry in 0..ENTRIES {
        let (chapter, section) = (entry / 40, entry / 8 % 5);
        writeln!(
            body,
            "<li><a class=\"reference internal\" href=\"../library/chapter-{chapter}/section-{section}.html\
             #entry-{entry}\"><code>entry_{entry}()</code></a> (in module chapter{chapter})\n</li>"
        )?;
    }
    let url = WireUrl::parse("https://docs.example.org/3.11/contents/genindex.html")?;
    Ok(Page { url, body: body.into_bytes() })
}

/// The links of the pages, as written.
pub(crate) fn links(pages: &[Page]) -> Vec<(WireUrl, Vec<String>)> {
    let links = |page: &Page| {
        let mut links = Links(Vec::new());
        extract(&page_input(&page.body), &mut links);
        (page.url.clone(), links.0)
    };
    pages.iter().map(links).collect()
}

/// As the crawl hands a page to the scanner.
pub(crate) fn page_input(bytes: &[u8]) -> PageInput<'_> {
    PageInput {
        bytes,
        content_type: Some("text/html; charset=utf-8"),
        want: Want { assets: Assets::Skip },
        outlinks_max: usize::MAX,
        product_token: Some("crawler"),
    }
}

struct Links(Vec<String>);

impl LinkVisitor for Links {
    fn base(&mut self, _: &str) {}

    fn link(&mut self, link: Link<'_>) {
        self.0.push(link.href.to_owned());
    }
}

/// A robots.txt like that of a large site: many rules, some with wildcards.
pub(crate) fn robots_txt() -> String {
    let mut text = String::from("User-agent: *\n");
    for rule in 0..60 {
        let line = match rule % 6 {
            0 => format!("Allow: /section-{rule}/public/\n"),
            1 => format!("Disallow: /*?filter{rule}=\n"),
            2 => format!("Disallow: /section-{rule}/*.json$\n"),
            _ => format!("Disallow: /section-{rule}/\n"),
        };
        text.push_str(&line);
    }
    text
}
