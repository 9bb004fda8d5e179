//! `crawler serve`: a crawl that runs as a service.

use clap::{ArgMatches, Command};

use super::{args, crawl};
use crate::exit::Exit;
use crate::settings::{Entry, Sources, table};

const EXAMPLES: &str = "\
Examples:
  crawler serve --config /etc/crawler/crawler.toml
  crawler serve -o crawl --contact me@example.com --admin 127.0.0.1:7070
  curl -H \"Authorization: Bearer $(cat crawl/operator/token)\" \\
       --data-binary @urls.txt http://127.0.0.1:7070/v1/seeds

Takes every option of a crawl; it is a crawl with --daemon. SIGHUP reads the configuration anew,
SIGTERM ends it after the fetches in flight, and the same command again goes on.";

pub(super) fn command() -> Command {
    args::crawl_options(Command::new("serve"))
        .mut_args(|arg| {
            let is_shown = matches!(arg.get_id().as_str(), "config" | "output" | "admin" | "seeds");
            arg.hide(!is_shown)
        })
        .about("Crawl as a service: wait for seeds, and take orders by the admin interface")
        .override_usage("crawler serve [OPTIONS] [URL]...")
        .after_help(EXAMPLES)
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    crawl::run(sources(matches))
}

fn sources(matches: &ArgMatches) -> Sources {
    let mut sources = args::sources(matches);
    let daemon = table::find("daemon").map(|setting| (setting, vec![Entry::new("true", "serve")]));
    sources.flags.extend(daemon);
    sources
}
