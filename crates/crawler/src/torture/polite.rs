//! Whether the pause between two requests to a host holds over kills and restarts.

use std::time::Duration;

use crawler_testweb::PageMix;

use super::moment::Moment;
use super::random::{seeded, within};
use super::report::Report;
use super::trial::{Ended, Size, Trial};
use super::{Plan, require};

const DELAY_MS: u16 = 400;
/// The clock that paces has whole milliseconds.
const JITTER_MS: f64 = 1.0;
/// Enough that each run is killed in the middle of it.
const PAGES: u32 = 200;
const KILLS_MAX: u32 = 4;
const RUN_MIN: Duration = Duration::from_millis(500);
const RUN_SPREAD: Duration = Duration::from_millis(900);

/// Kills a slow crawl a few times; the web tells the shortest gap it saw. Requests for robots.txt,
/// with which each run begins, would hide the gaps between runs.
pub(super) fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut random = seeded(plan.seed);
    let delay = format!("{DELAY_MS}ms");
    let size = Size { pages: PAGES, mix: PageMix::Tiny, crawl_ms: 0 };
    let mut trial = Trial::new(&plan.dir.join("polite"), size, random.u64(..))?
        .with_flags(&["--delay", &delay, "--robots", "ignore"]);
    let kills = KILLS_MAX.min(plan.kills);
    for kill in 1..=kills {
        report.place = format!("politeness kill {kill}, {}", trial.place());
        let moment = Moment::Crawling(RUN_MIN + within(&mut random, RUN_SPREAD));
        let Ended::Killed(_) = trial.run(moment, random.u16(1..=3), None)? else { break };
    }
    trial.run(Moment::Crawling(RUN_MIN), 2, None)?;
    let gap = trial.server().stats().gap_ms_min;
    report.delay_ms = DELAY_MS;
    report.gap_ms_min = gap;
    eprintln!(
        "  politeness: {kills} kills at a delay of {DELAY_MS} ms, shortest gap {}",
        gap.map_or_else(|| "unknown".to_owned(), |gap| format!("{gap:.0} ms"))
    );
    let holds = gap.is_some_and(|gap| gap >= f64::from(DELAY_MS) - JITTER_MS);
    require(holds, || {
        let gap = gap.unwrap_or_default();
        format!("a host was asked again after {gap:.0} ms, though the delay is {DELAY_MS} ms")
    })?;
    trial.end(plan.keep)
}
