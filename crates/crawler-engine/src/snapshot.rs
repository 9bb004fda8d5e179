//! The numbers of a crawl at one moment, as shown to people and written to `stats.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;

use serde::{Deserialize, Serialize};

use crate::counters::Counters;
use crate::followers::FollowerState;
use crate::observe::{CapacityUse, IdleReport};
use crate::phase::Phase;
use crate::shared::{ShardGauges, Shared, locked};

/// Name of the statistics file in a data directory.
const STATS_FILE: &str = "stats.json";

/// The state of a crawl. Counters cover all runs on the data directory, gauges this moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where the crawl is in its life.
    pub phase: Phase,
    /// Why no new URL is leased although the crawl is running, for example `disk: 231M free …`.
    #[serde(default)]
    pub held: Option<String>,
    /// Nothing is left to fetch, and the crawl waits for seeds.
    #[serde(default)]
    pub waiting: bool,
    /// Process that crawls or crawled.
    pub pid: u32,
    /// Recrawl generation, from 1.
    pub generation: u32,
    /// Seconds of this run, without pauses.
    pub elapsed_secs: f64,
    /// What happened so far.
    pub counters: Counters,
    /// URLs waiting or in flight.
    pub queued: u64,
    /// Fetches in flight.
    pub in_flight: u64,
    /// Members of the seen set.
    pub seen: u64,
    /// Hosts with a state.
    pub hosts_known: u64,
    /// Hosts that may be asked now.
    pub hosts_ready: u64,
    /// Hosts whose next fetch time has not come.
    pub hosts_snoozed: u64,
    /// Hosts being asked.
    pub hosts_in_flight: u64,
    /// Hosts that have throttled the crawl in this run and are left alone for that.
    #[serde(default)]
    pub hosts_backing_off: u64,
    /// Shards restarted after a panic.
    pub restarts: u64,
    /// Times that a shard's loop stood still for 5 s.
    pub stalls: u64,
    /// Discovered minus ended minus queued; anything but 0 is a defect.
    pub accounting_error: i64,
    /// Where the capacity to fetch goes.
    #[serde(default)]
    pub idle: IdleReport,
    /// How far formats and sinks are, by name.
    #[serde(default)]
    pub followers: BTreeMap<String, FollowerState>,
    /// Each shard's share.
    pub shards: Vec<ShardSnapshot>,
}

/// One shard's part of a [`Snapshot`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShardSnapshot {
    /// Which shard.
    pub shard: u16,
    /// Responses fetched in this run.
    pub fetched: u64,
    /// Fetches in flight.
    pub in_flight: u32,
    /// URLs waiting or in flight.
    pub queued: u64,
    /// Fetches that it may have under way.
    #[serde(default)]
    pub in_flight_max: u32,
    /// CPU use of its thread, in thousandths of a core.
    pub busy_permille: u32,
    /// Where its capacity went in this run.
    #[serde(default)]
    pub idle: CapacityUse,
}

impl Snapshot {
    /// URLs that failed, over all reasons.
    #[must_use]
    pub fn failed_total(&self) -> u64 {
        self.counters.failed.values().sum()
    }

    /// URLs that were skipped, over all reasons.
    #[must_use]
    pub fn skipped_total(&self) -> u64 {
        self.counters.skipped.values().sum()
    }

    pub(crate) fn take(shared: &Shared) -> Self {
        let shards = shared.gauges.iter().zip(0..);
        let shards = shards.map(|(gauges, id)| shard_snapshot(shared, gauges, id)).collect();
        let sum = |gauge: fn(&ShardGauges) -> u64| shared.gauges.iter().map(gauge).sum();
        Self {
            phase: shared.phase(),
            held: (shared.pressure.held())
                .or_else(|| shared.writer.held())
                .or_else(|| shared.network.held(crate::clock::now())),
            waiting: shared.is_waiting(),
            pid: std::process::id(),
            generation: shared.generation,
            elapsed_secs: locked(&shared.clock).elapsed().as_secs_f64(),
            counters: locked(&shared.totals).clone(),
            queued: sum(|g| g.queued.load(Relaxed)),
            in_flight: sum(|g| u64::from(g.in_flight.load(Relaxed))),
            seen: sum(|g| g.seen.load(Relaxed)),
            hosts_known: sum(|g| g.hosts_known.load(Relaxed)),
            hosts_ready: sum(|g| g.hosts_ready.load(Relaxed)),
            hosts_snoozed: sum(|g| g.hosts_snoozed.load(Relaxed)),
            hosts_in_flight: sum(|g| g.hosts_in_flight.load(Relaxed)),
            hosts_backing_off: sum(|g| g.hosts_backing_off.load(Relaxed)),
            restarts: shared.restarts.load(Relaxed),
            stalls: shared.stalls.load(Relaxed),
            idle: IdleReport::take(shared),
            accounting_error: shared.gauges.iter().map(|g| g.accounting_error.load(Relaxed)).sum(),
            followers: shared.followers.states(),
            shards,
        }
    }

    /// Replaces `stats.json` as a whole, so that a reader never sees half of it.
    pub(crate) fn write(&self, data_dir: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let temporary = data_dir.join(".stats.json.tmp");
        fs::write(&temporary, text)?;
        fs::rename(temporary, data_dir.join(STATS_FILE))
    }
}

fn shard_snapshot(shared: &Shared, gauges: &ShardGauges, id: u16) -> ShardSnapshot {
    ShardSnapshot {
        shard: id,
        fetched: gauges.fetched.load(Relaxed),
        in_flight: gauges.in_flight.load(Relaxed),
        queued: gauges.queued.load(Relaxed),
        in_flight_max: shared.jobs_max() as u32,
        busy_permille: gauges.busy_permille.load(Relaxed),
        idle: gauges.capacity.read(),
    }
}

/// Why the statistics of a data directory could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what a crawl writes.
    #[error("{} is damaged ({source}); the next crawl on this directory writes it anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
}

/// The last snapshot that a crawl on `data_dir` wrote (about every second, and at its end), or
/// `None` when no crawl ever ran there.
///
/// # Errors
/// When the file is there but cannot be read or understood.
pub fn read_stats(data_dir: &Path) -> Result<Option<Snapshot>, StatsError> {
    let path = data_dir.join(STATS_FILE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StatsError::Io { path, source }),
    };
    serde_json::from_slice(&text).map(Some).map_err(|source| StatsError::Damaged { path, source })
}
