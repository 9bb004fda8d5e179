//! `crawler plan`: what a change of the rules would do to a stopped crawl.

use std::io::{self, Write};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::args;
use super::crawl::write_out;
use crate::exit::Exit;
use crate::plan::{Rules, plan};
use crate::seeds::Seeds;
use crate::settings::{self, Loaded, year_at};

const READMITTED: &str = "readmitted";

const EXAMPLES: &str = "\
Examples:
  crawler plan --config new.toml
  crawler plan -c new.toml --readmitted > urls.txt && crawler import urls.txt

Takes every option of a crawl and tells, of the crawl in its output directory:
  dropped     queued URLs that the scope would refuse; a run with --rescope skips them
  merged      queued URLs that would be the same as another one before; new rules of
              what is the same URL need --recrawl
  readmitted  links refused before that the scope would take, as far as they were
              listed (--list-refused); they are followed when they are found again,
              or queued by `crawler import`";

pub(super) fn command() -> Command {
    let options = args::crawl_options(Command::new("plan")).mut_args(|arg| arg.hide(true));
    options
        .mut_arg("output", |arg| arg.hide(false))
        .mut_arg("config", |arg| arg.hide(false))
        .about("Tell what new rules would drop, merge and take up again")
        .override_usage("crawler plan [OPTIONS]")
        .after_help(EXAMPLES)
        .arg(
            Arg::new(READMITTED)
                .long(READMITTED)
                .action(ArgAction::SetTrue)
                .help("Print the readmitted URLs, one a line, and nothing else"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    let Loaded { raw, settings, .. } = settings::load(&args::sources(matches))?;
    let rules = Rules {
        scope: &settings.scope_rules(year_at(SystemTime::now())),
        canonical: &settings.canonical,
        raw: &raw,
        seeds: Seeds::read(&settings.urls, &settings.seed_files)?.urls,
    };
    let prints_urls = matches.get_flag(READMITTED);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let found = plan(&settings.output, rules, &mut |url| {
        if prints_urls { writeln!(out, "{url}") } else { Ok(()) }
    })?;
    out.flush().context("cannot write to standard output")?;
    drop(out);
    let Some(found) = found else {
        let dir = settings.output.display();
        bail!("there is no crawl in {dir}: name its directory with --output DIR");
    };
    if !prints_urls {
        write_out(&found.to_string()).context("cannot write to standard output")?;
    }
    Ok(Exit::Done)
}
