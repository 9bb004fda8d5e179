//! The webs that the tests crawl.

use std::sync::Arc;

use crawler_testweb::{Errors, Latency, PageMix, Web, WebConfig, WebServer};

/// A small, fast web without errors.
pub(crate) fn small() -> WebConfig {
    WebConfig {
        hosts: 4,
        pages_per_host: 12,
        mix: PageMix::Tiny,
        threads: 1,
        ..WebConfig::default()
    }
}

/// Every oddity and error there is; host 5 has no robots.txt that can be read.
pub(crate) fn erring() -> WebConfig {
    WebConfig { hosts: 8, pages_per_host: 3, errors: Errors::Some, ..small() }
}

/// Large and slow enough to be interrupted in the middle.
pub(crate) fn slow() -> WebConfig {
    let latency = Latency::LogNormal { median_ms: 25, sigma: 0.1, ms_max: 50 };
    WebConfig { hosts: 8, pages_per_host: 60, latency, ..small() }
}

pub(crate) fn serve(config: WebConfig) -> WebServer {
    WebServer::start(Arc::new(Web::build(config).unwrap())).unwrap()
}
