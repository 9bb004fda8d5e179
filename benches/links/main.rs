//! Measures the link scanner: bytes of HTML per second of CPU, one thread.
//!
//! `links [FILE …]`: the pages in the files, or the largest of the built-in test web's pages (mix
//! "live", like the open web's) and all of them in one.

use anyhow::{Context, Result};
use crawler_extract::{Assets, Link, LinkVisitor, PageInput, Want, extract};
use crawler_testweb::{ExpectedKind, PageMix, Web, WebConfig};
use rustix::time::{ClockId, clock_gettime};
use std::fs;

/// CPU time spent on each page.
const SECONDS: f64 = 1.0;
/// Pages of the test web.
const PAGES: u32 = 60;

struct Counter(u64);

impl LinkVisitor for Counter {
    fn base(&mut self, _: &str) {}

    fn link(&mut self, _: Link<'_>) {
        self.0 += 1;
    }
}

fn main() -> Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    println!("{:>12} {:>8} {:>9}  page", "bytes", "links", "MB/s");
    if files.is_empty() {
        let mut pages = pages()?;
        pages.sort_by_key(Vec::len);
        measure("largest page of the test web", pages.last().context("no page")?);
        measure("all of them in one", &pages.concat());
    }
    for file in files {
        let page = fs::read(&file).with_context(|| format!("cannot read {file}"))?;
        measure(&file, &page);
    }
    Ok(())
}

/// Scans the page again and again.
fn measure(name: &str, page: &[u8]) {
    let input = PageInput {
        bytes: page,
        content_type: Some("text/html; charset=utf-8"),
        want: Want { assets: Assets::Skip },
        outlinks_max: usize::MAX,
        product_token: Some("crawler"),
    };
    let (started_at, mut links, mut rounds) = (cpu_seconds(), 0, 0_u32);
    let seconds = loop {
        let mut counter = Counter(0);
        std::hint::black_box(extract(&input, &mut counter));
        (links, rounds) = (links.max(counter.0), rounds + 1);
        let seconds = cpu_seconds() - started_at;
        if seconds >= SECONDS {
            break seconds;
        }
    };
    let megabytes = page.len() as f64 * f64::from(rounds) / 1e6;
    println!("{:>12} {links:>8} {:>9.0}  {name}", page.len(), megabytes / seconds);
}

/// Of this thread: what else runs on the machine does not count.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The ordinary pages of one host, uncompressed.
fn pages() -> Result<Vec<Vec<u8>>> {
    let config =
        WebConfig { hosts: 1, pages_per_host: PAGES, mix: PageMix::Live, ..WebConfig::default() };
    let web = Web::build(config)?;
    let origin = web.origin(0);
    let expected = web.expected_on(0).filter(|expected| expected.kind == ExpectedKind::Page);
    Ok(expected.map(|expected| web.page(0, &expected.url[origin.len()..]).body.to_vec()).collect())
}
