//! `crawler testweb`: serves the built-in web.

mod hostile;

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use crawler_testweb::{
    Errors, Latency, Naming, PageMix, Resumption, Tls, Web, WebConfig, WebServer,
};

use super::crawl::write_out;
use crate::exit::Exit;
use crate::signals;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler testweb --port 8080 > seeds.txt   in one terminal
  crawler --seeds seeds.txt --allow-private --delay 0 -o crawl-test
                                            in another
  crawler testweb --hostile > seeds.txt     hosts that mean harm; says how to crawl them";

const HOSTS: u32 = 20;
/// Spread of the latency: a tenth of the answers takes twice the median or longer.
const LATENCY_SIGMA: f32 = 0.54;
/// Longest latency, in medians.
const LATENCY_MEDIANS_MAX: u32 = 10;

/// The options of `crawler testweb`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the command line")]
pub(super) struct TestwebArgs {
    /// Serve hosts that mean harm, each in its own way, and judge how a crawl stands it
    #[arg(long, conflicts_with_all = ["pages", "mix", "tls", "no_resumption", "pages_per_connection", "names", "errors", "latency", "seed", "threads"])]
    hostile: bool,
    /// Number of hosts [default: 20]; with --hostile, of names on one address [default: 10000]
    #[arg(long, value_name = "N")]
    hosts: Option<u32>,
    /// Ordinary pages of each host; oddities come on top
    #[arg(long, value_name = "N", default_value_t = 50)]
    pages: u32,
    /// TCP port of all hosts; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Size of pages: tiny (4 KB), docs (38 KB) or live (242 KB)
    #[arg(long, value_name = "tiny|docs|live", default_value_t = PageMix::Docs, value_parser = word::<PageMix>)]
    mix: PageMix,
    /// Serve https, with an authority of its own
    #[arg(long)]
    tls: bool,
    /// Let no TLS session be resumed, so that each connection costs a full handshake
    #[arg(long, requires = "tls")]
    no_resumption: bool,
    /// Close each connection after N answers, robots.txt included [default: unlimited]
    #[arg(long, value_name = "N")]
    pages_per_connection: Option<NonZeroU32>,
    /// Call hosts by name, resolved by a name server of its own, instead of by address
    #[arg(long)]
    names: bool,
    /// Also serve errors: 5xx, redirect loops, bodies cut short
    #[arg(long)]
    errors: bool,
    /// Median time before an answer, in milliseconds; 0 answers at once
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u32,
    /// Number from which all pages are made: the same one makes the same pages
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Server threads
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
}

fn word<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

pub(super) fn run(args: &TestwebArgs) -> anyhow::Result<Exit> {
    if args.hostile {
        return hostile::run(args.port, args.hosts);
    }
    let web = Web::build(args.web_config())?;
    let server = WebServer::start(Arc::new(web))?;
    eprintln!("{}", server.report());
    eprintln!("crawl it with: crawler --allow-private{} SEED…", crawl_flags(&server));
    serve_until_signal(&server.seeds())?;
    server.stop();
    eprintln!("\n{}", server.stats());
    Ok(Exit::Done)
}

/// The reports have the first seeds only; a file or pipe gets them all.
fn serve_until_signal(seeds: &[String]) -> anyhow::Result<()> {
    if !io::stdout().is_terminal() {
        write_out(&(seeds.join("\n") + "\n"))?;
    }
    eprintln!("serving until Ctrl-C");
    signals::wait_for_one()
}

/// What a crawl needs besides, to find and to trust the hosts.
fn crawl_flags(server: &WebServer) -> String {
    let dns = server.dns_addr().map(|addr| format!(" --dns-server {addr}")).unwrap_or_default();
    let ca = server.ca_pem_path().map(|path| format!(" --ca-file {}", path.display()));
    dns + &ca.unwrap_or_default()
}

impl TestwebArgs {
    fn web_config(&self) -> WebConfig {
        let latency = match self.latency {
            0 => Latency::None,
            median_ms => Latency::LogNormal {
                median_ms,
                sigma: LATENCY_SIGMA,
                ms_max: median_ms
                    .saturating_mul(LATENCY_MEDIANS_MAX)
                    .min(WebConfig::LATENCY_MS_MAX),
            },
        };
        WebConfig {
            seed: self.seed,
            hosts: self.hosts.unwrap_or(HOSTS),
            pages_per_host: self.pages,
            naming: if self.names { Naming::Names } else { Naming::Addresses },
            mix: self.mix,
            latency,
            tls: if self.tls { Tls::On } else { Tls::Off },
            resumption: if self.no_resumption { Resumption::None } else { Resumption::Tickets },
            answers_per_connection: self.pages_per_connection,
            errors: if self.errors { Errors::Some } else { Errors::None },
            port: self.port,
            threads: self.threads,
            ..WebConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, FromArgMatches};

    #[test]
    fn options_make_a_web_that_can_be_built() {
        for line in [
            "testweb",
            "testweb --hosts 3 --pages 9 --mix tiny --tls --names --errors --seed 7",
            "testweb --tls --no-resumption --pages-per-connection 1",
            "testweb --hostile --hosts 7 --port 8080",
            "testweb --latency 1",
            "testweb --latency 600000",
        ] {
            let command = TestwebArgs::augment_args(Command::new("testweb"));
            let matches = command.try_get_matches_from(line.split(' ')).unwrap();
            TestwebArgs::from_arg_matches(&matches).unwrap().web_config().check().unwrap();
        }
    }
}
