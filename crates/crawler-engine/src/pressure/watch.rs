//! Looks at memory and disk from time to time and says what is to be done.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::level::{Level, is_short, is_spent, percent_of};
use super::measure::{Measure, Quantity};
use super::size::size;
use super::{Pressure, Relief};
use crate::config::Ceilings;

/// How often memory and free space are looked at: each is one system call or two.
const QUICK_INTERVAL: Duration = Duration::from_millis(100);
/// How often directories are added up.
const SLOW_INTERVAL: Duration = Duration::from_secs(1);

/// What the supervisor knows of the ceilings.
pub(crate) struct Watch {
    ceilings: Ceilings,
    data_dir: PathBuf,
    measure: Measure,
    quick_at: Option<Instant>,
    slow_at: Option<Instant>,
    memory: Level,
    frontier: Level,
    /// Why too little is free, or too much is used, on disk.
    too_little_free: Option<String>,
    too_much_used: Option<String>,
    /// The highest level told of each; a crawl that hovers about a mark is not told of every time.
    told: (Level, Level),
    unmeasured: HashSet<Quantity>,
}

impl Watch {
    pub(crate) fn new(ceilings: Ceilings, data_dir: PathBuf, measure: Measure) -> Self {
        Self {
            ceilings,
            data_dir,
            measure,
            quick_at: None,
            slow_at: None,
            memory: Level::Calm,
            frontier: Level::Calm,
            too_little_free: None,
            too_much_used: None,
            told: (Level::Calm, Level::Calm),
            unmeasured: HashSet::new(),
        }
    }

    /// Has other ceilings hold from the next look on, which measures all.
    pub(crate) fn set_ceilings(&mut self, ceilings: Ceilings) {
        if ceilings != self.ceilings {
            self.ceilings = ceilings;
            (self.quick_at, self.slow_at) = (None, None);
            (self.memory, self.frontier) = (Level::Calm, Level::Calm);
            (self.too_little_free, self.too_much_used) = (None, None);
            self.told = (Level::Calm, Level::Calm);
        }
    }

    /// Measures what is due and leaves in `pressure` what follows. The first call measures all.
    pub(crate) fn look(&mut self, pressure: &Pressure, now: Instant) {
        let is_due = |at: Option<Instant>, every| at.is_none_or(|at| now - at >= every);
        let (quick, slow) =
            (is_due(self.quick_at, QUICK_INTERVAL), is_due(self.slow_at, SLOW_INTERVAL));
        if quick {
            self.quick_at = Some(now);
            self.look_at_memory();
            self.look_at_free_disk();
        }
        if slow {
            self.slow_at = Some(now);
            self.look_at_frontier();
            self.look_at_used_disk();
        }
        if quick || slow {
            pressure.ask_for(self.relief());
            self.hold(pressure);
        }
    }

    /// Draining the queue makes the frontier smaller, but not the memory that fetches need: at the
    /// ceiling of the one fetching goes on as ever, at that of the other it stays slow.
    fn relief(&self) -> Relief {
        Relief {
            spill: self.memory >= Level::Spill,
            slow: self.memory >= Level::Slow || self.frontier == Level::Slow,
            shed: self.memory >= Level::Shed || self.frontier >= Level::Shed,
        }
    }

    fn look_at_memory(&mut self) {
        let Some(ceiling) = self.ceilings.memory_bytes else { return };
        let Some(bytes) = self.measured(Quantity::Memory) else { return };
        self.memory = Level::of(bytes, ceiling, self.memory);
        if self.memory > self.told.0 {
            self.told.0 = self.memory;
            tell("memory", "--max-rss", bytes, ceiling, self.memory);
        }
    }

    fn look_at_frontier(&mut self) {
        let Some(ceiling) = self.ceilings.frontier_bytes else { return };
        let Some(bytes) = self.measured(Quantity::Frontier) else { return };
        self.frontier = Level::of(bytes, ceiling, self.frontier);
        if self.frontier > self.told.1.max(Level::Spill) {
            self.told.1 = self.frontier;
            tell("frontier", "--max-frontier", bytes, ceiling, self.frontier);
        }
    }

    fn look_at_free_disk(&mut self) {
        let wanted = self.ceilings.free_disk_bytes;
        if wanted == 0 {
            return;
        }
        let Some(free) = self.measured(Quantity::FreeDisk) else { return };
        self.too_little_free = is_short(free, wanted, self.too_little_free.is_some()).then(|| {
            format!("{} free on the disk of {}, wants {}", size(free), self.dir(), size(wanted))
        });
    }

    fn look_at_used_disk(&mut self) {
        let Some(ceiling) = self.ceilings.disk_bytes else { return };
        let Some(used) = self.measured(Quantity::Disk) else { return };
        self.too_much_used = is_spent(used, ceiling, self.too_much_used.is_some())
            .then(|| format!("{} takes {} of {}", self.dir(), size(used), size(ceiling)));
    }

    /// Has the shards hold while there is no room on disk, and tells when that begins and ends.
    fn hold(&self, pressure: &Pressure) {
        let (why, mend) = match (&self.too_little_free, &self.too_much_used) {
            (Some(why), _) => {
                (why, "free some space, or stop and continue with a lower --min-free-disk")
            }
            (None, Some(why)) => {
                (why, "move closed WARC files away, or stop and continue with a higher --max-disk")
            }
            (None, None) => {
                if pressure.is_held() {
                    tracing::info!("there is room on disk again, the crawl goes on");
                    pressure.hold(None);
                }
                return;
            }
        };
        if !pressure.is_held() {
            tracing::warn!(
                "no room on disk, the crawl holds: {why}. It goes on by itself when there is \
                 room: {mend}"
            );
        }
        pressure.hold(Some(format!("disk: {why}")));
    }

    fn dir(&self) -> std::path::Display<'_> {
        self.data_dir.display()
    }

    /// A ceiling on what cannot be measured cannot hold: that is told, once.
    fn measured(&mut self, quantity: Quantity) -> Option<u64> {
        match (self.measure)(quantity) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                if self.unmeasured.insert(quantity) {
                    tracing::warn!(?quantity, %error, "cannot be measured, its limit does not hold");
                }
                None
            }
        }
    }
}

fn tell(what: &str, setting: &str, bytes: u64, ceiling: u64, level: Level) {
    let effect = match level {
        Level::Calm => return,
        Level::Spill => "holding less in memory",
        Level::Slow => "fetching less at once",
        Level::Shed => "new URLs are skipped as frontier_full",
    };
    tracing::warn!(
        "{what}: {} is {}% of {setting} {}: {effect}",
        size(bytes),
        percent_of(bytes, ceiling),
        size(ceiling)
    );
}

#[cfg(test)]
mod tests;
