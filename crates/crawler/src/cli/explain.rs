//! `crawler explain URL`: why a URL was fetched or not.

use std::time::SystemTime;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use crawler_politeness::UnixMillis;
use crawler_url::WireUrl;

use super::args;
use super::crawl::write_out;
use crate::exit::Exit;
use crate::explain::{Basis, explain};
use crate::seeds::{Seeds, parse_seed};
use crate::settings::{self, Loaded, table, year_at};

const JSON: &str = "json";

const EXAMPLES: &str = "\
Examples:
  crawler explain https://example.com/a?b=1
  crawler explain --json -o crawl https://example.com/ | jq .answer
  crawler explain --scope domain --exclude '\\.zip$' https://example.com/a.zip

Takes every option of a crawl: what the scope says is told by the settings now in force, and with
the file and line of the rule. The store is read when no crawl runs on it.";

pub(super) fn command() -> Command {
    let options = args::crawl_options(Command::new("explain"));
    options
        .mut_args(|arg| arg.hide(true))
        .mut_arg("output", |arg| arg.hide(false))
        .mut_arg(table::POSITIONAL, |arg| arg.hide(false).required(true).help("URL to explain"))
        .about("Tell why a URL was fetched or not, and by which rule")
        .override_usage("crawler explain [OPTIONS] URL...")
        .after_help(EXAMPLES)
        .arg(
            Arg::new(JSON).long(JSON).action(ArgAction::SetTrue).help("Print JSON, one line a URL"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    let mut sources = args::sources(matches);
    let mut asked = Vec::new();
    sources.flags.retain(|(setting, entries)| {
        let is_asked = setting.key == table::POSITIONAL;
        if is_asked {
            asked.extend(entries.iter().map(|entry| entry.text.clone()));
        }
        !is_asked
    });
    let Loaded { raw, settings, .. } = settings::load(&sources)?;
    let seeds = Seeds::read(&settings.urls, &settings.seed_files)?.urls;
    let clock = SystemTime::now();
    let rules = settings.scope_rules(year_at(clock));
    let since_1970 = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    for (n, text) in asked.iter().enumerate() {
        let basis = Basis {
            settings: &settings,
            raw: &raw,
            rules: &rules,
            seeds: seeds.clone(),
            now: UnixMillis::default() + since_1970,
            crawl: None,
        };
        let explanation = explain(parse(text)?, basis)?;
        let text = if matches.get_flag(JSON) {
            format!("{}\n", serde_json::to_string(&explanation)?)
        } else if n > 0 {
            format!("\n{explanation}")
        } else {
            explanation.to_string()
        };
        write_out(&text).context("cannot write to standard output")?;
    }
    Ok(Exit::Done)
}

fn parse(text: &str) -> anyhow::Result<WireUrl> {
    match WireUrl::parse(text) {
        Ok(url) => Ok(url),
        Err(_) => match parse_seed(text) {
            Ok(url) => Ok(url),
            Err(bad) => bail!("`{text}` {}", bad.reason),
        },
    }
}
