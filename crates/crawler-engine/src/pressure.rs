//! Ceilings on memory and disk: how near the crawl is to each, and what the shards do about it.
//!
//! The supervisor's [`Watch`] measures and judges; what follows from it stands in [`Pressure`],
//! where every shard looks at each turn.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use crate::shared::locked;

mod level;
mod measure;
mod size;
mod watch;

#[cfg(test)]
pub(crate) use measure::Quantity;
pub(crate) use measure::{Measure, of_system};
pub(crate) use watch::Watch;

/// What is asked of the shards at present.
#[derive(Debug, Default)]
pub(crate) struct Pressure {
    spill: AtomicBool,
    slow: AtomicBool,
    shed: AtomicBool,
    is_held: AtomicBool,
    held: Mutex<Option<String>>,
}

/// What a shard does to need less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Relief {
    /// Hold less in memory.
    pub(crate) spill: bool,
    /// Fetch less at once.
    pub(crate) slow: bool,
    /// Queue no new URL.
    pub(crate) shed: bool,
}

impl Pressure {
    pub(crate) fn relief(&self) -> Relief {
        Relief {
            spill: self.spill.load(Relaxed),
            slow: self.slow.load(Relaxed),
            shed: self.shed.load(Relaxed),
        }
    }

    fn ask_for(&self, relief: Relief) {
        self.spill.store(relief.spill, Relaxed);
        self.slow.store(relief.slow, Relaxed);
        self.shed.store(relief.shed, Relaxed);
    }

    /// Whether nothing may be leased until there is room on disk.
    pub(crate) fn is_held(&self) -> bool {
        self.is_held.load(Relaxed)
    }

    /// Why nothing is leased.
    pub(crate) fn held(&self) -> Option<String> {
        locked(&self.held).clone()
    }

    fn hold(&self, why: Option<String>) {
        self.is_held.store(why.is_some(), Relaxed);
        *locked(&self.held) = why;
    }
}
