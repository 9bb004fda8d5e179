//! Looks at the crawl once a second: for the history, for speeds, and for the streams of events.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Bytes;
use crawler_engine::Snapshot;
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;

use crate::api::{History, Rates, Sample};
use crate::machine;
use crate::state::Admin;
use crate::status::{Mark, status};

const INTERVAL: Duration = Duration::from_secs(1);
/// Fifteen minutes.
const SAMPLES_MAX: usize = 900;
/// Speeds are means over so many intervals.
const RATE_INTERVALS: usize = 10;
/// States of the crawl that a slow stream may be behind.
const BEHIND_MAX: usize = 4;
/// What stands for "not measured".
const UNKNOWN: u64 = u64::MAX;

/// What was seen so far.
pub(crate) struct Sampler {
    begun_at: Instant,
    samples: Mutex<VecDeque<Sample>>,
    /// The last of them again, for speeds.
    marks: Mutex<VecDeque<Mark>>,
    disk_free_bytes: AtomicU64,
    statuses: broadcast::Sender<Bytes>,
}

impl Sampler {
    pub(crate) fn new() -> Self {
        Self {
            begun_at: Instant::now(),
            samples: Mutex::default(),
            marks: Mutex::default(),
            disk_free_bytes: AtomicU64::new(UNKNOWN),
            statuses: broadcast::Sender::new(BEHIND_MAX),
        }
    }

    /// The samples of the last minutes.
    pub(crate) fn history(&self) -> History {
        let samples = locked(&self.samples).iter().cloned().collect();
        History { interval_ms: INTERVAL.as_millis() as u64, samples }
    }

    /// Speeds up to `snapshot`.
    pub(crate) fn rates(&self, snapshot: &Snapshot) -> Rates {
        let now = Mark::of(snapshot, self.begun_at.elapsed().as_secs_f64());
        locked(&self.marks).front().map_or_else(Rates::default, |then| now.rates_since(*then))
    }

    pub(crate) fn disk_free_bytes(&self) -> Option<u64> {
        Some(self.disk_free_bytes.load(Relaxed)).filter(|bytes| *bytes != UNKNOWN)
    }

    /// Each state of the crawl from now on, as JSON; it is made only when somebody listens.
    pub(crate) fn statuses(&self) -> broadcast::Receiver<Bytes> {
        self.statuses.subscribe()
    }

    fn take(&self, snapshot: &Snapshot) {
        push(&mut locked(&self.samples), sample(snapshot), SAMPLES_MAX);
        let mark = Mark::of(snapshot, self.begun_at.elapsed().as_secs_f64());
        push(&mut locked(&self.marks), mark, RATE_INTERVALS);
    }
}

/// Samples until the server stops.
pub(crate) async fn run(admin: Arc<Admin>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = admin.stopping.cancelled() => return,
        }
        admin.sampler.take(&admin.crawl.snapshot());
        // A disk that hangs must not hang the server.
        let dir: PathBuf = admin.data_dir.clone();
        let free = tokio::task::spawn_blocking(move || machine::disk_free_bytes(&dir)).await;
        admin.sampler.disk_free_bytes.store(free.ok().flatten().unwrap_or(UNKNOWN), Relaxed);
        if admin.sampler.statuses.receiver_count() > 0
            && let Ok(json) = serde_json::to_vec(&status(&admin))
        {
            // The last listener may just have gone.
            let _ = admin.sampler.statuses.send(json.into());
        }
    }
}

fn sample(snapshot: &Snapshot) -> Sample {
    Sample {
        at_ms: now_ms(),
        fetched: snapshot.counters.fetched,
        failed: snapshot.failed_total(),
        wire_bytes: snapshot.counters.wire_bytes,
        queued: snapshot.queued,
        seen: snapshot.seen,
        in_flight: snapshot.in_flight,
        busy_permille: snapshot.shards.iter().map(|shard| shard.busy_permille).collect(),
    }
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn push<T>(queue: &mut VecDeque<T>, item: T, len_max: usize) {
    while queue.len() >= len_max {
        queue.pop_front();
    }
    queue.push_back(item);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
