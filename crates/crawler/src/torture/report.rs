//! What came of it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::Plan;
use super::promise::WINDOW_MIN;
use super::trial::{After, Hit};
use crate::numbers::count;

/// The outcome of a torture; `Display` tells it to people.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(super) kills: u32,
    /// Kills by what they hit.
    pub(super) kills_starting: u32,
    pub(super) kills_crawling: u32,
    pub(super) kills_committing: u32,
    /// Crawls that were carried on to their end, and their pages.
    pub(super) crawls: u32,
    pub(super) pages: u64,
    pub(super) lost: u64,
    pub(super) duplicates: u64,
    pub(super) fetched_again: u64,
    /// How many at most were to be fetched again.
    pub(super) promise: u64,
    pub(super) delay_ms: u16,
    pub(super) gap_ms_min: Option<f64>,
    pub(super) steps: Vec<StepReport>,
    pub(super) seed: u64,
    pub(super) elapsed_secs: f64,
    /// Why it failed, if it did, and where to look.
    pub(super) failure: Option<String>,
    pub(super) place: String,
    #[serde(skip)]
    is_kept: bool,
    output: PathBuf,
}

/// What came of one named step.
#[derive(Debug, Serialize)]
pub(super) struct StepReport {
    pub(super) step: String,
    pub(super) deaths: u32,
}

impl Report {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { seed: plan.seed, output: plan.dir.clone(), is_kept: plan.keep, ..Self::default() }
    }

    /// Whether every promise was kept.
    pub(crate) fn passed(&self) -> bool {
        self.failure.is_none()
    }

    /// Counts a kill's consequences.
    pub(super) fn add(&mut self, after: &After) {
        match after.hit {
            Hit::Starting => self.kills_starting += 1,
            Hit::Crawling => self.kills_crawling += 1,
            Hit::Committing => self.kills_committing += 1,
        }
        self.fetched_again += after.fetched_again;
        self.promise += after.promise;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, crawls, lost, duplicates, .. } = self;
        let pages = count(self.pages);
        writeln!(
            f,
            "{kills} kills, {pages} pages in {crawls} crawls: {lost} lost, {duplicates} duplicates, \
             {} fetched twice (promise: at most {})",
            count(self.fetched_again),
            count(self.promise),
        )?;
        writeln!(
            f,
            "kills hit: {} at start, {} while crawling, {} with rows written and not yet committed",
            self.kills_starting, self.kills_crawling, self.kills_committing
        )?;
        writeln!(
            f,
            "promise: for each kill what was asked for since the last commit but one, or in the last \
             {:.1} s, and one fetch in flight per host",
            WINDOW_MIN.as_secs_f64()
        )?;
        if let Some(gap) = self.gap_ms_min {
            writeln!(f, "politeness: delay {} ms, shortest gap {gap:.0} ms", self.delay_ms)?;
        }
        let unreached: Vec<_> = self.steps.iter().filter(|step| step.deaths == 0).collect();
        if !self.steps.is_empty() {
            writeln!(
                f,
                "steps: {} of {} reached",
                self.steps.len() - unreached.len(),
                self.steps.len()
            )?;
        }
        for step in unreached {
            writeln!(f, "  not reached: {}", step.step)?;
        }
        writeln!(f, "seed {}, {:.0} s", self.seed, self.elapsed_secs)?;
        match &self.failure {
            None if self.is_kept => write!(f, "passed; kept in {}", self.output.display()),
            None => write!(f, "passed"),
            Some(failure) => write!(f, "FAILED: {failure}\nat: {}", self.place),
        }
    }
}
