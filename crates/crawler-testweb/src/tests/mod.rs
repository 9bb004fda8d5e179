//! Tests over the real server, with a client and a link finder of their own.

mod client;
mod coding;
mod connections;
mod dns;
mod links;
mod manners;
mod scale;
mod serving;
mod walk;

use std::sync::Arc;

use crate::{Errors, PageMix, Web, WebConfig, WebServer};

/// A small web with every difficulty.
fn config(seed: u64) -> WebConfig {
    WebConfig {
        seed,
        hosts: 9,
        pages_per_host: 30,
        mix: PageMix::Tiny,
        errors: Errors::Some,
        threads: 1,
        ..WebConfig::default()
    }
}

fn serve(config: WebConfig) -> WebServer {
    WebServer::start(Arc::new(Web::build(config).unwrap())).unwrap()
}
