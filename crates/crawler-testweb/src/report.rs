//! What to tell the operator about a running server.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

use crate::config::WebConfig;
use crate::server::WebServer;

/// What is served and how to crawl it; `Display` gives the text for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The web's configuration, with the port that was bound.
    pub config: WebConfig,
    /// The first seeds, at most [`Report::SEEDS_MAX`].
    pub seeds: Vec<String>,
    /// URLs a polite crawl of all seeds fetches, robots.txt, sitemaps and assets aside.
    pub expected: u64,
    /// Where the DNS responder listens.
    pub dns_addr: Option<SocketAddr>,
    /// File with the certificate of the authority.
    pub ca_file: Option<PathBuf>,
}

impl Report {
    /// Seeds listed.
    pub const SEEDS_MAX: usize = 5;

    pub(crate) fn new(server: &WebServer) -> Self {
        let web = server.web();
        let config = web.config().clone();
        let seeds = (0..config.hosts).take(Self::SEEDS_MAX).map(|host| web.url(host, "/"));
        Self {
            seeds: seeds.collect(),
            expected: web.expected_count(),
            dns_addr: server.dns_addr(),
            ca_file: server.ca_pem_path().map(PathBuf::from),
            config,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        writeln!(
            f,
            "test web: {} hosts with {} {} pages each, seed {}, errors {}, tls {}",
            config.hosts, config.pages_per_host, config.mix, config.seed, config.errors, config.tls
        )?;
        writeln!(f, "a polite crawl of all seeds fetches {} urls", self.expected)?;
        writeln!(f, "seeds:")?;
        for seed in &self.seeds {
            writeln!(f, "  {seed}")?;
        }
        if config.hosts as usize > self.seeds.len() {
            writeln!(f, "  and {} more", config.hosts as usize - self.seeds.len())?;
        }
        if let Some(addr) = self.dns_addr {
            writeln!(f, "dns server: {addr} (udp and tcp)")?;
        }
        if let Some(file) = &self.ca_file {
            writeln!(f, "certificate authority: {}", file.display())?;
        }
        write!(f, "all of it is on loopback: the crawler must be allowed private addresses")
    }
}
