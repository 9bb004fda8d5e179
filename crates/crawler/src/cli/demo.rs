//! `crawler demo`: crawls the built-in web, in this process and without the internet.

use std::sync::Arc;

use clap::{ArgMatches, Command};
use crawler_testweb::{Web, WebConfig, WebServer};

use super::{args, crawl};
use crate::exit::Exit;
use crate::settings::{Entry, Sources, table};

/// What the demo sets; flags win. It reads neither files nor the environment, so that it looks the
/// same everywhere.
const SETTINGS: [&str; 7] = [
    "output=crawl-demo",
    "fresh=true",
    "allow_private=true",
    "contact=https://localhost/",
    "delay=50ms",
    "ip_delay=0",
    "ip_concurrency=64",
];

pub(super) fn command() -> Command {
    args::crawl_options(Command::new("demo"))
        .mut_args(|arg| arg.hide(true))
        .about("Crawl a small built-in web on this machine and show the results")
        .override_usage("crawler demo [OPTIONS]")
        .after_help(
            "Serves 20 hosts on loopback addresses, crawls them into ./crawl-demo and ends. Takes \
             every option of a crawl, such as --workers 2 or --delay 1s.",
        )
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    let server = WebServer::start(Arc::new(Web::build(WebConfig::default())?))?;
    let report = server.report();
    eprintln!(
        "crawling a built-in web: {} hosts on 127.*.*.*:{} with {} URLs that a polite crawl fetches",
        report.config.hosts, report.config.port, report.expected
    );
    let exit = crawl::run(sources(matches, server.seeds()))?;
    server.stop();
    eprintln!("\nthe built-in web saw:\n{}\n", server.stats());
    eprintln!(
        "now a site of your own: crawler --contact YOUR-EMAIL --max-pages 100 https://example.com/"
    );
    Ok(exit)
}

fn sources(matches: &ArgMatches, seeds: Vec<String>) -> Sources {
    let mut sources = args::flags_only(matches);
    sources.overrides.splice(0..0, SETTINGS.map(str::to_owned));
    let seeds = seeds.into_iter().map(|url| Entry::new(url, "built-in web")).collect();
    sources.flags.extend(table::find(table::POSITIONAL).map(|setting| (setting, seeds)));
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_what_the_demo_sets() {
        let line = ["demo", "--delay", "3s", "-s", "contact=x"];
        let matches = command().try_get_matches_from(line).unwrap();
        let sources = sources(&matches, vec!["http://127.1.0.1:1/".to_owned()]);
        let settings = crate::settings::load(&sources).unwrap().settings;
        assert_eq!(settings.delay.as_secs(), 3);
        assert_eq!(settings.contact.as_deref(), Some("x"));
        assert!(settings.fresh && settings.allow_private);
        assert_eq!(settings.urls[0].text, "http://127.1.0.1:1/");
        assert_eq!(settings.output.to_str(), Some("crawl-demo"));
    }
}
