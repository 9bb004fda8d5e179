//! What all threads of a crawl see: gauges, limits and the phase.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crawler_fetch::TlsRoots;
use crawler_politeness::IpLimits;
use tokio::sync::{Notify, watch};

use crate::budget::PageBudget;
use crate::config::{CrawlConfig, WhenDone};
use crate::control::Control;
use crate::counters::Counters;
use crate::followers::Followers;
use crate::live::LiveCell;
use crate::mesh::Mesh;
use crate::network::NetworkWatch;
use crate::observe::{
    CapacityGauges, CrawlEvent, Events, HistogramGauges, LastMinute, LongestGauges, TimingGauges,
};
use crate::outstanding::Outstanding;
use crate::phase::{Finish, Phase};
use crate::pressure::Pressure;
use crate::scope_cell::ScopeCell;
use crate::throughput::Throughput;
use crate::traps::TrapList;

/// The crawl-wide state; every field is safe to touch from any thread and none is held for long.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: CrawlConfig,
    pub(crate) live: LiveCell,
    pub(crate) tls_roots: TlsRoots,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) mesh: Mesh,
    pub(crate) control: Control,
    pub(crate) outstanding: Outstanding,
    pub(crate) budget: PageBudget,
    pub(crate) ip_limits: Arc<IpLimits>,
    pub(crate) throughput: Arc<Throughput>,
    pub(crate) scope: ScopeCell,
    pub(crate) traps: TrapList,
    pub(crate) generation: u32,
    /// Where the rows of this generation begin in `reports/skipped.jsonl`.
    pub(crate) skipped_from: u64,
    /// The queue was once made without a scope: each URL is judged before it is fetched.
    pub(crate) is_rebuilt: bool,
    /// Whether an earlier run may have asked for something.
    pub(crate) resumed: bool,
    pub(crate) gauges: Vec<ShardGauges>,
    pub(crate) writer: WriterGauges,
    pub(crate) pressure: Pressure,
    pub(crate) network: NetworkWatch,
    /// Idle connections that each shard keeps open.
    pub(crate) idle_max: usize,
    /// A fetch found no open file left, and the user knows.
    pub(crate) files_short: AtomicBool,
    pub(crate) totals: Mutex<Counters>,
    pub(crate) clock: Mutex<CrawlClock>,
    pub(crate) minute: Mutex<LastMinute>,
    pub(crate) events: Events,
    pub(crate) followers: Followers,
    pub(crate) finish: Mutex<Option<Finish>>,
    pub(crate) laggards: Mutex<Vec<String>>,
    pub(crate) restarts: AtomicU64,
    pub(crate) stalls: AtomicU64,
    /// Wall-clock milliseconds of the supervisor's last look around.
    pub(crate) supervisor_at: AtomicU64,
}

impl Shared {
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Fetches that each shard may have under way.
    pub(crate) fn jobs_max(&self) -> usize {
        let shards = u32::from(self.config.workers.get());
        self.config.concurrency.div_ceil(shards).max(1) as usize
    }

    /// Whether the crawl has nothing to do, and goes on all the same.
    pub(crate) fn is_waiting(&self) -> bool {
        let may_wait = self.config.when_done == WhenDone::Wait && self.phase() == Phase::Running;
        may_wait && self.outstanding.is_zero()
    }

    /// Moves on to `next` if it lies ahead, noting the first reason to end that anyone gave.
    pub(crate) fn advance(&self, next: Phase, finish: Option<Finish>) {
        if let Some(finish) = finish {
            let mut noted = locked(&self.finish);
            let worse = matches!(finish, Finish::Failed(_) | Finish::DiskFull(_) | Finish::Forced);
            let is_final = matches!(*noted, Some(Finish::Failed(_) | Finish::DiskFull(_)));
            if noted.is_none() || worse && !is_final {
                *noted = Some(finish);
            }
        }
        let moved = self.phase.send_if_modified(|phase| {
            let ahead = next > *phase;
            if ahead {
                *phase = next;
            }
            ahead
        });
        locked(&self.clock).set_running(self.phase() == Phase::Running);
        self.tell_phase(moved, next);
    }

    fn tell_phase(&self, moved: bool, to: Phase) {
        if moved && self.events.is_heard() {
            self.events.tell(CrawlEvent::Phase(to));
        }
    }

    /// Whether the crawl ended in an orderly way, by waiting for what was in flight.
    pub(crate) fn was_drained(&self) -> bool {
        !matches!(
            *locked(&self.finish),
            Some(Finish::Forced | Finish::Failed(_) | Finish::DiskFull(_))
        )
    }

    /// Switches between `Running` and `Paused`; any other phase stays.
    pub(crate) fn pause_or_resume(&self, from: Phase, to: Phase) -> bool {
        let switched = self.phase.send_if_modified(|phase| {
            let fits = *phase == from;
            if fits {
                *phase = to;
            }
            fits
        });
        locked(&self.clock).set_running(self.phase() == Phase::Running);
        self.tell_phase(switched, to);
        switched
    }
}

/// Locks a mutex whose data is valid after any panic: plain numbers and lists.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a shard says of itself, for the supervisor and for snapshots.
#[derive(Debug, Default)]
pub(crate) struct ShardGauges {
    /// Wall-clock milliseconds of the last turn of its loop; 0 before the first.
    pub(crate) heartbeat_at: AtomicU64,
    /// Its part of [`Outstanding`].
    pub(crate) outstanding: AtomicI64,
    /// Pages reserved from the budget and not yet spent or refunded.
    pub(crate) reserved: AtomicU64,
    pub(crate) fetched: AtomicU64,
    pub(crate) queued: AtomicU64,
    pub(crate) seen: AtomicU64,
    pub(crate) in_flight: AtomicU32,
    pub(crate) unsettled: AtomicU32,
    pub(crate) hosts_known: AtomicU64,
    pub(crate) hosts_ready: AtomicU64,
    pub(crate) hosts_snoozed: AtomicU64,
    pub(crate) hosts_in_flight: AtomicU64,
    pub(crate) hosts_backing_off: AtomicU64,
    /// CPU use of its thread over the last quarter second, in thousandths of a core.
    pub(crate) busy_permille: AtomicU32,
    /// Discovered minus ended minus queued, as this shard counted since it started; always 0.
    pub(crate) accounting_error: AtomicI64,
    /// Where its capacity went since the crawl began.
    pub(crate) capacity: CapacityGauges,
    /// URLs of its longest queues.
    pub(crate) longest: LongestGauges,
    /// How long its fetches took.
    pub(crate) timings: TimingGauges,
}

/// How the shards and the store writer keep in step.
#[derive(Debug)]
pub(crate) struct WriterGauges {
    /// Bytes sent to the writer and not yet appended.
    pub(crate) backlog_bytes: AtomicU64,
    /// A shard has nothing to do until the next commit.
    pub(crate) commit_wanted: AtomicBool,
    /// For each shard: the number of its last ops that are committed, and who waits for it or for
    /// the seen set.
    pub(crate) committed: Vec<(AtomicU64, Notify)>,
    /// Committed bytes of the page list; `u64::MAX` before the first commit.
    pub(crate) pages_bytes: AtomicU64,
    /// How long commits took.
    pub(crate) commit_time: HistogramGauges,
    /// A WARC file cannot be opened for want of open files: nothing may be leased meanwhile.
    pub(crate) wants_files: AtomicBool,
}

impl WriterGauges {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            backlog_bytes: AtomicU64::new(0),
            commit_wanted: AtomicBool::new(false),
            committed: (0..shards).map(|_| (AtomicU64::new(0), Notify::new())).collect(),
            pages_bytes: AtomicU64::new(u64::MAX),
            commit_time: HistogramGauges::default(),
            wants_files: AtomicBool::new(false),
        }
    }

    /// Why nothing is leased.
    pub(crate) fn held(&self) -> Option<String> {
        let wants_files = self.wants_files.load(Ordering::Relaxed);
        wants_files.then(|| "open files: none left for the next WARC file".to_owned())
    }

    pub(crate) fn has_room(&self, bytes_max: u64) -> bool {
        self.backlog_bytes.load(Ordering::Relaxed) < bytes_max
    }
}

/// The crawl's own clock: it stands still while the crawl is paused.
#[derive(Debug)]
pub(crate) struct CrawlClock {
    counted: Duration,
    running_since: Option<Instant>,
}

impl CrawlClock {
    pub(crate) fn new() -> Self {
        Self { counted: Duration::ZERO, running_since: None }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.counted + self.running_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn set_running(&mut self, running: bool) {
        if running && self.running_since.is_none() {
            self.running_since = Some(Instant::now());
        } else if !running {
            self.counted = self.elapsed();
            self.running_since = None;
        }
    }
}
