//! What is measured.

use crate::input::{Page, index_page, links, ordinary_pages, page_input, robots_txt};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use crawler_extract::{Link, LinkVisitor, extract};
use crawler_fetch::{DecodeLimits, decode};
use crawler_politeness::robots::RobotsRules;
use crawler_store::{Capture, CaptureEncoder, CaptureTimings, EncoderConfig, UsagePreferences};
use crawler_url::{Base, CanonicalRules, Canonicalizer, WireUrl};
use flate2::{Compression, write::GzEncoder};
use std::hint::black_box;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, UNIX_EPOCH};

/// All paths.
pub(crate) const NAMES: [&str; 8] =
    ["scan-text", "scan-links", "join", "fingerprint", "robots", "decode", "decode-br", "warc"];

/// One of them, ready to run.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// What a round does.
    round: Box<dyn FnMut()>,
    /// Items and bytes of a round.
    pub(crate) items: usize,
    pub(crate) bytes: usize,
}

impl Path {
    /// Prepares one.
    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "scan-text" => {
                Ok(scan("scan-text", "a page with much text, scanned", ordinary_pages()?))
            }
            "scan-links" => {
                Ok(scan("scan-links", "an index of links, scanned", vec![index_page()?]))
            }
            "join" => join(),
            "fingerprint" => fingerprint(),
            "robots" => robots(),
            "decode" => decoding("decode", "gzip", "a page in gzip, decoded", gzip),
            "decode-br" => decoding("decode-br", "br", "a page in brotli, decoded", brotli),
            "warc" => warc(),
            _ => bail!("no path {name}; there are {}", NAMES.join(", ")),
        }
    }

    /// Goes it once.
    pub(crate) fn run(&mut self) {
        (self.round)();
    }
}

fn scan(name: &'static str, what: &'static str, pages: Vec<Page>) -> Path {
    let (items, bytes) = (pages.len(), pages.iter().map(|page| page.body.len()).sum());
    let round = Box::new(move || {
        for page in &pages {
            let mut count = Count(0);
            black_box(extract(&page_input(&page.body), &mut count));
            black_box(count.0);
        }
    });
    Path { name, what, round, items, bytes }
}

struct Count(usize);

impl LinkVisitor for Count {
    fn base(&mut self, _: &str) {}

    fn link(&mut self, _: Link<'_>) {
        self.0 += 1;
    }
}

/// Links of all pages: joined with the page's URL and fingerprinted by the default rules.
fn join() -> Result<Path> {
    let mut pages = ordinary_pages()?;
    pages.push(index_page()?);
    let pages: Vec<_> =
        links(&pages).into_iter().map(|(url, links)| (Base::new(&url), links)).collect();
    let (items, bytes) = totals(pages.iter().flat_map(|(_, links)| links.iter().map(String::len)));
    let canonicalizer = canonicalizer();
    let round = Box::new(move || {
        for (base, links) in &pages {
            for link in links {
                if let Ok(url) = base.join(link) {
                    black_box(canonicalizer.fingerprint(&url));
                }
            }
        }
    });
    Ok(Path { name: "join", what: "a link, joined and fingerprinted", round, items, bytes })
}

/// URLs that the canonical form does not leave as they are.
fn fingerprint() -> Result<Path> {
    let texts = [
        "https://www.example.com/a%2fb/%7euser/page?utm_source=feed&id=17",
        "https://www.example.com/cart;jsessionid=0A1B2C3D?item=5&fbclid=IwAR0",
        "http://example.org/search?q=caf%c3%a9&page=2&sort=asc",
        "https://shop.example.net/product/12345/?ref=home&utm_campaign=spring&utm_medium=mail",
    ];
    let urls: Vec<WireUrl> = texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let (items, bytes) = totals(texts.iter().map(|text| text.len()));
    let canonicalizer = canonicalizer();
    let round = Box::new(move || {
        for url in &urls {
            black_box(canonicalizer.fingerprint(url));
        }
    });
    Ok(Path { name: "fingerprint", what: "a URL that is not canonical", round, items, bytes })
}

fn canonicalizer() -> Canonicalizer {
    Canonicalizer::keyed(1).with_rules(&CanonicalRules::default())
}

fn robots() -> Result<Path> {
    let rules = RobotsRules::parse(robots_txt().as_bytes(), "crawler");
    anyhow::ensure!(rules.len() == 60, "rules are missing");
    let targets: Vec<String> = (0..100)
        .map(|n| match n % 4 {
            0 => format!("/section-{n}/public/page.html"),
            1 => format!("/articles/{n}/title-of-the-article?filter{n}=1&page=2"),
            2 => format!("/section-{n}/data.json"),
            _ => format!("/shop/item/{n}"),
        })
        .collect();
    let (items, bytes) = totals(targets.iter().map(String::len));
    let round = Box::new(move || {
        for target in &targets {
            black_box(rules.judge(target));
        }
    });
    Ok(Path { name: "robots", what: "a URL against 60 rules", round, items, bytes })
}

fn decoding(
    name: &'static str,
    coding: &'static str,
    what: &'static str,
    encode: fn(&[u8]) -> io::Result<Vec<u8>>,
) -> Result<Path> {
    let pages = ordinary_pages()?;
    let encoded = pages.iter().map(|page| encode(&page.body).map(Bytes::from));
    let bodies: Vec<Bytes> = encoded.collect::<Result<_, _>>()?;
    let (items, bytes) = totals(pages.iter().map(|page| page.body.len()));
    let round = Box::new(move || {
        for body in &bodies {
            black_box(decode(body, Some(coding), DecodeLimits::default()));
        }
    });
    Ok(Path { name, what, round, items, bytes })
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(body)?;
    out.finish()
}

/// As servers compress on the fly: quality 5, window of 4 MiB.
fn brotli(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, body.len().max(1), 5, 22).write_all(body)?;
    Ok(out)
}

fn warc() -> Result<Path> {
    let pages = ordinary_pages()?;
    let page = pages.into_iter().min_by_key(|page| page.body.len().abs_diff(40_000));
    let page = page.context("no page")?;
    let (items, bytes) = (1, page.body.len());
    let mut encoder = CaptureEncoder::new(EncoderConfig::default());
    let round = Box::new(move || {
        black_box(encoder.encode(&capture(&page)));
    });
    Ok(Path { name: "warc", what: "a page, encoded for the WARC file", round, items, bytes })
}

fn capture(page: &Page) -> Capture<'_> {
    Capture {
        url: &page.url,
        at: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        status: 200,
        protocol: "http/1.1",
        remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        tls: true,
        response_head: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: nginx\r\n\r\n",
        body: &page.body,
        chunked: false,
        truncated: None,
        undecoded: None,
        request_head: b"GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: crawler\r\n\r\n",
        via: Some("https://example.org/"),
        depth: 2,
        hops: "LL",
        mime: Some("text/html"),
        charset: Some("UTF-8"),
        title: Some("A page"),
        language: Some("en"),
        outlinks: 50,
        redirect: None,
        canonical: None,
        simhash: Some(0x1234_5678_9ABC_DEF0),
        robots: None,
        usage: UsagePreferences::default(),
        content_bytes: None,
        timings_ms: CaptureTimings::default(),
        generation: 0,
        revisit: None,
    }
}

fn totals(lens: impl Iterator<Item = usize>) -> (usize, usize) {
    lens.fold((0, 0), |(items, bytes), len| (items + 1, bytes + len))
}
