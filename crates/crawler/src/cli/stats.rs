//! `crawler stats`: what a data directory holds, while a crawl runs there or later.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use clap::Args;
use crawler_engine::{Phase, read_stats};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::report;

/// A running crawl writes its statistics about every second; one that has not for so long is dead.
const SILENCE_MAX: Duration = Duration::from_secs(15);

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
            &state(snapshot.phase, snapshot.pid, silence(&data_dir)),
            &data_dir,
        )
    };
    write_out(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn silence(data_dir: &Path) -> Option<Duration> {
    let written_at = fs::metadata(data_dir.join("stats.json")).ok()?.modified().ok()?;
    SystemTime::now().duration_since(written_at).ok()
}

fn state(phase: Phase, pid: u32, silence: Option<Duration>) -> String {
    let is_silent = silence.is_some_and(|silence| silence > SILENCE_MAX);
    match phase {
        Phase::Stopped => "stopped".to_owned(),
        _ if is_silent => "died (the next run goes on where it stopped)".to_owned(),
        phase => format!("{} (process {pid})", phase.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crawl_that_has_gone_silent_is_not_called_running() {
        let secs = |n| Some(Duration::from_secs(n));
        for (phase, silence, expected) in [
            (Phase::Stopped, secs(0), "stopped"),
            (Phase::Stopped, secs(99), "stopped"),
            (Phase::Running, secs(1), "running (process 7)"),
            (Phase::Draining, None, "draining (process 7)"),
            (Phase::Running, secs(99), "died (the next run goes on where it stopped)"),
        ] {
            assert_eq!(state(phase, 7, silence), expected);
        }
    }
}
