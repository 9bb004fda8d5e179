//! `crawler doctor`: is this machine fit, is a crawl's directory sound, does a crawl survive?

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::doctor;
use crate::exit::Exit;
use crate::torture::{self, Plan};

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler doctor                            this machine and ./crawl
  crawler doctor --torture                  50 times kill -9, nothing may be lost
  crawler doctor --torture --kills 1000 --seed 7 -o /data/torture
  crawler doctor --torture --steps          die at every step of a commit; needs a
                                            build with --features fault-points";

/// Where a torture works when no directory is named.
const TORTURE_DIR: &str = "crawl-torture";

/// The options of `crawler doctor`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "these are switches of a command line")]
pub(super) struct DoctorArgs {
    /// Crawl a built-in web, kill the crawler at random moments, and check that no page is lost
    #[arg(long)]
    torture: bool,
    /// How often to kill it
    #[arg(long, value_name = "N", default_value_t = 50, requires = "torture",
          value_parser = clap::value_parser!(u32).range(1..))]
    kills: u32,
    /// Pages of each crawl, about
    #[arg(long, value_name = "N", default_value_t = 4000, requires = "torture",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pages: u32,
    /// Number from which webs, moments and workers are drawn [default: a random one]
    #[arg(long, value_name = "N", requires = "torture")]
    seed: Option<u64>,
    /// Instead of at random moments, die at every step of the code that writes
    #[arg(long, requires = "torture", conflicts_with = "kills")]
    steps: bool,
    /// Leave the directories of a passed torture
    #[arg(long, requires = "torture")]
    keep: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let (text, passed) = if args.torture { torture(args)? } else { check(args)? };
    write_out(&text).context("cannot write to standard output")?;
    Ok(if passed { Exit::Done } else { Exit::Unsound })
}

fn check(args: &DoctorArgs) -> anyhow::Result<(String, bool)> {
    let findings = doctor::examine(args.data_dir.settings()?);
    let text = if args.json {
        serde_json::to_string_pretty(&findings)? + "\n"
    } else {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n") + "\n"
    };
    let passed = !findings.iter().any(doctor::Finding::is_failure);
    Ok((text, passed))
}

fn torture(args: &DoctorArgs) -> anyhow::Result<(String, bool)> {
    let plan = Plan {
        kills: args.kills,
        pages: args.pages,
        seed: args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000)),
        dir: args.data_dir.given().unwrap_or_else(|| PathBuf::from(TORTURE_DIR)),
        keep: args.keep,
        steps: args.steps,
    };
    eprintln!("torturing a crawl in {}, seed {}", plan.dir.display(), plan.seed);
    let report = torture::run(&plan)?;
    let text =
        if args.json { serde_json::to_string_pretty(&report)? } else { report.to_string() } + "\n";
    Ok((text, report.passed()))
}
