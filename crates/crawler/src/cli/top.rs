//! `crawler top`: a running crawl, live on the terminal.

use std::time::Duration;

use clap::Args;

use super::target::TargetArgs;
use crate::exit::Exit;
use crate::top;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler top                               of the crawl in ./crawl
  crawler top -o archive                    of the one in ./archive

Keys: p pauses and resumes, arrows select a host, b blocks it, d changes its delay,
x drops its queue, / searches, s sorts, ? shows all keys, q quits.";

/// The status comes every second: a crawl that is silent for so long is gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// The options of `crawler top`.
#[derive(Debug, Args)]
pub(super) struct TopArgs {
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn run(args: &TopArgs) -> anyhow::Result<Exit> {
    top::run(&args.target.client(Some(PATIENCE))?)
}
