//! The numbers of a crawl in the text format of `OpenMetrics` 1.0, which Prometheus reads.
//!
//! Labels have few values: shards, states, and reasons of closed sets; never a URL or a host. What
//! is counted since the data directory was made goes on after a restart of the process, so that
//! `rate()` sees one series; times and the counts of shards begin anew with each process.

mod families;
mod process;
mod scrape;
mod series;

#[cfg(test)]
mod tests;

use crawler_engine::CrawlHandle;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use scrape::Scrape;

/// Media type of what [`render`] returns.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics of a crawl, as of now; `version` is that of the program. Reads `/proc`.
#[must_use]
pub fn render(handle: &CrawlHandle, version: &'static str) -> String {
    text(Scrape {
        snapshot: handle.snapshot(),
        timings: handle.timings(),
        process: process::measure(),
        version,
    })
}

fn text(scrape: Scrape) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(scrape));
    let mut text = String::new();
    // A `String` takes whatever is written to it.
    let _ = encode(&mut text, &registry);
    text
}
