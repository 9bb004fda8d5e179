//! `crawler stats`: what a data directory holds, while a crawl runs there or later.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use clap::Args;
use crawler_engine::{Phase, is_in_use, read_stats};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::report;

/// A running crawl writes its statistics about every second; of one that has not for so long it is
/// looked up whether it lives.
const SILENCE_MAX: Duration = Duration::from_secs(2);

/// The options of `crawler stats`.
#[derive(Debug, Args)]
pub(super) struct StatsArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &StatsArgs) -> anyhow::Result<Exit> {
    let data_dir = args.data_dir.resolve()?;
    let Some(snapshot) = read_stats(&data_dir)? else {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    };
    let text = if args.json {
        format!("{}\n", serde_json::to_string_pretty(&snapshot)?)
    } else {
        report::state_block(
            &snapshot,
            &state(snapshot.phase, snapshot.pid, is_dead(&data_dir)),
            &data_dir,
        )
    };
    write_out(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn is_dead(data_dir: &Path) -> bool {
    let written_at = fs::metadata(data_dir.join("stats.json")).and_then(|about| about.modified());
    let silence = written_at.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    silence.is_some_and(|silence| silence > SILENCE_MAX) && !is_in_use(data_dir)
}

fn state(phase: Phase, pid: u32, is_dead: bool) -> String {
    match phase {
        Phase::Stopped => "stopped".to_owned(),
        _ if is_dead => "died (the next run goes on where it stopped)".to_owned(),
        phase => format!("{} (process {pid})", phase.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crawl_that_is_gone_is_not_called_running() {
        for (phase, is_dead, expected) in [
            (Phase::Stopped, false, "stopped"),
            (Phase::Stopped, true, "stopped"),
            (Phase::Running, false, "running (process 7)"),
            (Phase::Draining, false, "draining (process 7)"),
            (Phase::Running, true, "died (the next run goes on where it stopped)"),
        ] {
            assert_eq!(state(phase, 7, is_dead), expected);
        }
    }
}
