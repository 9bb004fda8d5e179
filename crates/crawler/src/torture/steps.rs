//! Dies at every named step instead of at random moments.

use anyhow::bail;
use crawler_testweb::PageMix;

use super::moment::Moment;
use super::random::seeded;
use super::report::{Report, StepReport};
use super::trial::{Ended, Size, Trial};
use super::{Plan, require};

/// Pages of each crawl: enough for a few WARC files.
const PAGES_MAX: u32 = 300;
/// Long enough for a commit before the end.
const CRAWL_MS: u32 = 1500;
/// Deaths at each step in each generation: the first time it is reached on a directory, which is
/// mostly at the start, and then the second time, in the midst of the crawl.
const DEATHS: u32 = 2;

pub(super) fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    if !crawler_faults::BUILT_IN {
        bail!(
            "this build has no fault points; make one with \
             `cargo build -p crawler --features fault-points` and use its binary"
        );
    }
    let mut random = seeded(plan.seed);
    let size = Size { pages: plan.pages.min(PAGES_MAX), mix: PageMix::Docs, crawl_ms: CRAWL_MS };
    for step in crawler_faults::STEPS {
        let dir = plan.dir.join(step);
        let mut trial = Trial::new(&dir, size, random.u64(..))?;
        let mut deaths = 0;
        for generation in 1..=2 {
            trial.begin(generation);
            for nth in 1..=DEATHS {
                report.place = format!("step {step}:{nth}, {}", trial.place());
                let fault = format!("{step}:{nth}");
                deaths += u32::from(die(&mut trial, &fault, random.u16(1..=3), report)?);
            }
            let whole = trial.finish(random.u16(1..=3))?;
            report.crawls += 1;
            report.pages += whole.pages;
            report.lost += whole.lost;
            report.duplicates += whole.duplicates;
            whole.judge()?;
        }
        match deaths {
            0 => eprintln!("  {step}: not reached"),
            deaths => eprintln!("  {step}: died there {deaths} times and went on"),
        }
        report.steps.push(StepReport { step: (*step).to_owned(), deaths });
        trial.end(plan.keep)?;
    }
    require(report.kills > 0, || "no step was reached".to_owned())
}

/// Runs until the step, and looks at what is left; `false` when the crawl ended without it.
fn die(trial: &mut Trial, fault: &str, workers: u16, report: &mut Report) -> anyhow::Result<bool> {
    let Ended::Killed(strike) = trial.run(Moment::Never, workers, Some(fault))? else {
        return Ok(false);
    };
    report.kills += 1;
    report.add(&trial.look(&strike)?);
    Ok(true)
}
