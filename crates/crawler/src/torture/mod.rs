//! `crawler doctor --torture`: proves on this machine that a crawl survives `kill -9`.
//!
//! The crawler under test is this same binary, run as a child on a data directory, killed, started
//! again. The web is served by this process, so that it survives the kills and keeps the record of
//! what was asked for; which URLs must be found is known to the web itself, not learned by crawling.

mod copy;
mod moment;
mod polite;
mod promise;
mod random;
mod report;
mod steps;
mod stored;
mod trial;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use crawler_testweb::PageMix;

use crate::numbers::count;
use moment::Moment;
pub(crate) use report::Report;
use trial::{Ended, Size, Trial};

/// Marks a directory as one that a torture made and may remove.
const MARKER: &str = "TORTURE";

/// What to do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) kills: u32,
    pub(crate) pages: u32,
    pub(crate) seed: u64,
    pub(crate) dir: PathBuf,
    /// Whether the directories of a passed run stay.
    pub(crate) keep: bool,
    /// Whether to die at every named step instead of at random moments.
    pub(crate) steps: bool,
}

/// A promise that was not kept.
#[derive(Debug)]
struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// `Err(Broken)` unless it holds.
fn require(holds: bool, otherwise: impl FnOnce() -> String) -> anyhow::Result<()> {
    if holds { Ok(()) } else { Err(Broken(otherwise()).into()) }
}

/// Does it, and tells of each crawl on standard error.
///
/// # Errors
/// When the torture cannot be carried out; a broken promise is part of the report.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<Report> {
    let begun_at = Instant::now();
    let dir = prepare(&plan.dir)?;
    let plan = Plan { dir, ..plan.clone() };
    let mut report = Report::new(&plan);
    let outcome = if plan.steps {
        steps::run(&plan, &mut report)
    } else {
        kill_at_random(&plan, &mut report).and_then(|()| polite::run(&plan, &mut report))
    };
    if let Err(error) = outcome {
        match error.downcast::<Broken>() {
            Ok(broken) => report.failure = Some(broken.0),
            Err(error) => return Err(error.context(format!("torture stopped at {}", report.place))),
        }
    }
    report.elapsed_secs = begun_at.elapsed().as_secs_f64();
    if report.failure.is_none() && !plan.keep {
        remove(&plan.dir)?;
    }
    Ok(report)
}

/// Crawls fresh directories, each again as a recrawl, until enough kills have happened.
fn kill_at_random(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut random = random::seeded(plan.seed);
    let size = Size { pages: plan.pages, mix: PageMix::Tiny, crawl_ms: 3000 };
    for crawl in 1.. {
        if report.kills >= plan.kills {
            break;
        }
        let dir = plan.dir.join(format!("crawl-{crawl:03}"));
        let mut trial = Trial::new(&dir, size, random.u64(..))?;
        for generation in 1..=2 {
            if generation == 1 || report.kills < plan.kills {
                kill_through(&mut trial, generation, plan, &mut random, report)?;
            }
        }
        trial.end(plan.keep)?;
    }
    Ok(())
}

/// Crawls one generation to its end, killed on the way as often as it takes it.
fn kill_through(
    trial: &mut Trial,
    generation: u32,
    plan: &Plan,
    random: &mut fastrand::Rng,
    report: &mut Report,
) -> anyhow::Result<()> {
    trial.begin(generation);
    let (kills_before, again_before, promise_before) =
        (report.kills, report.fetched_again, report.promise);
    while report.kills < plan.kills {
        let moment = Moment::draw(random);
        report.place = format!("kill {}, {moment}, {}", report.kills + 1, trial.place());
        let Ended::Killed(strike) = trial.run(moment, random.u16(1..=3), None)? else { break };
        report.kills += 1;
        let after = trial.look(&strike)?;
        report.add(&after);
        require(after.fetched_again <= after.promise, || {
            let again = after.fetched_again;
            format!(
                "{again} URLs have to be fetched again, promised were at most {}",
                after.promise
            )
        })?;
    }
    report.place = format!("after kill {}, {}", report.kills, trial.place());
    let whole = trial.finish(random.u16(1..=3))?;
    report.crawls += 1;
    report.pages += whole.pages;
    report.lost += whole.lost;
    report.duplicates += whole.duplicates;
    eprintln!(
        "  {} of {} kills | {}: {} kills, {} pages, {} lost, {} twice, {} fetched again (promise: at most {})",
        report.kills,
        plan.kills,
        trial.name(),
        report.kills - kills_before,
        count(whole.pages),
        whole.lost,
        whole.duplicates,
        count(report.fetched_again - again_before),
        count(report.promise - promise_before),
    );
    whole.judge()
}

/// Makes the directory; what an earlier torture left there goes.
fn prepare(dir: &Path) -> anyhow::Result<PathBuf> {
    let is_empty = || fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
    if dir.join(MARKER).is_file() {
        remove(dir)?;
    } else if dir.exists() && !is_empty() {
        bail!(
            "{} is not empty and no earlier torture made it; name another directory with --output",
            dir.display()
        );
    }
    let context = || format!("cannot make {}", dir.display());
    fs::create_dir_all(dir).with_context(context)?;
    fs::write(dir.join(MARKER), "Made by `crawler doctor --torture`; the next one removes it.\n")
        .with_context(context)?;
    dir.canonicalize().with_context(context)
}

fn remove(dir: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::{MARKER, prepare};

    #[test]
    fn only_its_own_directory_is_emptied() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("torture");
        prepare(&dir).unwrap();
        std::fs::write(dir.join("crawl-001"), "").unwrap();
        prepare(&dir).unwrap();
        assert!(!dir.join("crawl-001").exists());
        std::fs::remove_file(dir.join(MARKER)).unwrap();
        std::fs::write(dir.join("thesis.txt"), "").unwrap();
        assert!(prepare(&dir).unwrap_err().to_string().contains("is not empty"));
        assert!(dir.join("thesis.txt").exists());
    }
}
