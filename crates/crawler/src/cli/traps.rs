//! `crawler traps`: templates of URLs that bring nothing new, and letting one go.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use crawler_engine::{Trap, read_traps, release_trap};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;
use crate::terminal::escape;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler traps
  crawler traps release 'example.com/calendar/{num}/{num}'
                              queue the links that were refused; the next run
                              fetches them, and takes it for no trap again";

/// The options of `crawler traps`.
#[derive(Debug, Args)]
pub(super) struct TrapsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Print JSON, one line a template
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Follow the links of a template again; no crawl may run on the directory
    Release {
        /// The template, as `crawler traps` lists it
        template: String,
        #[command(flatten)]
        data_dir: DataDirArgs,
    },
}

pub(super) fn run(args: &TrapsArgs) -> anyhow::Result<Exit> {
    if let Some(Action::Release { template, data_dir }) = &args.action {
        let new = release_trap(&data_dir.resolve()?, template)?;
        eprintln!("released {}: {} URLs queued", escape(template), count(new));
        return Ok(Exit::Done);
    }
    let data_dir = args.data_dir.resolve()?;
    if !data_dir.join("store").is_dir() {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    }
    let traps = read_traps(&data_dir)
        .with_context(|| format!("cannot read the traps in {}", data_dir.display()))?;
    let line = |trap: &Trap| -> anyhow::Result<String> {
        Ok(if args.json { serde_json::to_string(trap)? + "\n" } else { shown(trap) })
    };
    let text: String = traps.iter().map(line).collect::<anyhow::Result<_>>()?;
    write_out(&text).context("cannot write to standard output")?;
    if traps.is_empty() {
        eprintln!("no template of URLs is in quarantine");
    }
    Ok(Exit::Done)
}

fn shown(trap: &Trap) -> String {
    let Trap { template, pages, new, released, .. } = trap;
    let state = if *released { ", released" } else { "" };
    format!("{}  ({new} of {pages} pages were new{state})\n", escape(template))
}
