//! `crawler testweb --hostile`: serves the web that means harm.

use std::collections::BTreeMap;

use crawler_testweb::{HostileConfig, HostileServer};

use super::serve_until_signal;
use crate::exit::Exit;
use crate::settings::show_duration;

pub(super) fn run(port: u16, names: Option<u32>) -> anyhow::Result<Exit> {
    let default = HostileConfig::default();
    let config = HostileConfig { port, names: names.unwrap_or(default.names), ..default };
    let server = HostileServer::start(&config)?;
    eprintln!(
        "hostile web: {} hosts, {} of them on one address",
        server.seeds().len(),
        config.names
    );
    eprintln!("a correct crawl of all seeds ends with, besides pages of three endless spaces:");
    for (outcome, n) in outcomes(&server) {
        eprintln!("{n:>8} × {outcome}");
    }
    eprintln!(
        "crawl it with: crawler --seeds FILE {}\nFILE is where standard output goes: the seeds",
        crawl_flags(&config, &server)
    );
    serve_until_signal(&server.seeds())?;
    server.stop();
    eprintln!("\n{}", server.manners());
    Ok(Exit::Done)
}

fn outcomes(server: &HostileServer) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for (_, outcome) in server.expected() {
        *counted.entry(outcome.to_string()).or_default() += 1;
    }
    counted
}

/// The manners that the server checks, short waits, and an end to what has none.
fn crawl_flags(config: &HostileConfig, server: &HostileServer) -> String {
    format!(
        "--allow-net {} --dns-server {} --delay {} --ip-delay {} --ip-concurrency {} \
         --connect-timeout 3s --first-byte-timeout 3s --timeout 6s --retries 1 --depth 4",
        HostileServer::NETWORK,
        server.dns_addr(),
        show_duration(config.host_gap),
        show_duration(config.address_gap),
        config.address_at_once,
    )
}
