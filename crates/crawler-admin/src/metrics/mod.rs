//! The numbers of a crawl: in the text format of `OpenMetrics` 1.0, which Prometheus reads, and in the
//! JSON form of OTLP for collectors.
//!
//! Labels have few values: shards, states, and reasons of closed sets; never a URL or a host. What
//! is counted since the data directory was made goes on after a restart of the process, so that
//! `rate()` sees one series; times and the counts of shards begin anew with each process.

mod families;
mod open_metrics;
mod otlp;
mod process;
mod scrape;
mod told;

#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use crawler_engine::CrawlHandle;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use otlp::Otlp;
use scrape::Scrape;

/// Media type of what [`render`] returns.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics of a crawl, as of now; `version` is that of the program. Reads `/proc`.
#[must_use]
pub fn render(handle: &CrawlHandle, version: &'static str) -> String {
    text(Scrape::of(handle, version))
}

/// The same for a collector: what `scopeMetrics[].metrics` of an OTLP export has, as of `at`.
#[must_use]
pub fn otlp(handle: &CrawlHandle, version: &'static str, at: SystemTime) -> Vec<serde_json::Value> {
    otlp_of(&Scrape::of(handle, version), at)
}

fn otlp_of(scrape: &Scrape, at: SystemTime) -> Vec<serde_json::Value> {
    let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let started_at = scrape.process.started_at_secs.unwrap_or_default() * 1e9;
    let mut form = Otlp::new(started_at as u64, u64::try_from(at).unwrap_or(u64::MAX));
    // A `Vec` takes whatever is pushed to it.
    let _ = scrape.tell(&mut form);
    form.metrics
}

fn text(scrape: Scrape) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(scrape));
    let mut text = String::new();
    // A `String` takes whatever is written to it.
    let _ = encode(&mut text, &registry);
    text
}
