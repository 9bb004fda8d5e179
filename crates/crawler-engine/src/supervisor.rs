//! The supervisor thread: starts the shards, feeds them the seeds, watches their hearts, restarts
//! the ones that panic, and walks the crawl through its phases to the end.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crawler_frontier::FrontierReader;
use crawler_url::{Canonicalizer, ShardId, WireUrl};

use crate::clock;
use crate::config::WhenDone;
use crate::handle::End;
use crate::lock::DirLock;
use crate::observe::CapacityUse;
use crate::outstanding::WorkGuard;
use crate::phase::{FinalReport, Finish, Phase};
use crate::pressure::Watch;
use crate::shard::{self, ExitStatus};
use crate::shared::{Shared, locked};
use crate::snapshot::Snapshot;
use crate::writer::ToWriter;

mod blocked;
mod seeding;

pub(crate) use blocked::BlockedWatch;
use seeding::Seeding;
pub(crate) use seeding::seed;

/// How often the supervisor looks around.
const TICK: Duration = Duration::from_millis(20);
/// A shard whose loop stands still for longer is reported.
const STALL_AFTER: Duration = Duration::from_secs(5);
/// Shard restarts in one run before the crawl gives up: a frontier in an unknown state must not
/// go on accepting writes.
const RESTARTS_MAX: u64 = 8;

/// What the supervisor thread owns.
pub(crate) struct Supervisor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) reader: FrontierReader,
    pub(crate) to_writer: SyncSender<ToWriter>,
    pub(crate) writer: JoinHandle<()>,
    pub(crate) seeds: Vec<WireUrl>,
    pub(crate) lock: DirLock,
    pub(crate) watch: Watch,
    pub(crate) end: Arc<End>,
    /// Of the settings that were last heeded.
    pub(crate) live_version: u64,
    pub(crate) blocked: BlockedWatch,
}

/// One shard's thread, as the supervisor sees it.
struct Watched {
    id: ShardId,
    thread: Option<JoinHandle<ExitStatus>>,
    is_stalled: bool,
}

impl Supervisor {
    /// Runs the crawl to its end and leaves the report.
    pub(crate) fn run(mut self) {
        // Held until every shard has recovered its queue and the seeds are delivered, so that an
        // empty start is not taken for the end.
        let starting = self.shared.outstanding.guard();
        let mut shards: Vec<Watched> =
            self.shared.config.workers.iter().map(|id| self.launch(id)).collect();
        self.oversee(&mut shards, starting);
        join(shards);
        let writer_ok = self.to_writer.send(ToWriter::Close).is_ok() & self.writer.join().is_ok();
        if !writer_ok {
            let finish = Finish::Failed("the store writer stopped unexpectedly".to_owned());
            self.shared.advance(Phase::Stopping, Some(finish));
        }
        self.shared.advance(Phase::Stopped, None);
        let report = FinalReport {
            finish: locked(&self.shared.finish).clone().unwrap_or(Finish::Done),
            snapshot: Snapshot::take(&self.shared),
            laggards: std::mem::take(&mut locked(&self.shared.laggards)),
        };
        if let Err(error) = report.snapshot.write(&self.shared.config.data_dir) {
            tracing::warn!(%error, "cannot write stats.json");
        }
        // The store and the directory are free before anyone learns of the end.
        self.shared.control.close();
        drop((self.reader, self.lock));
        self.end.set(report);
    }

    /// Watches until the phase is `Stopping`.
    fn oversee(&mut self, shards: &mut [Watched], starting: WorkGuard) {
        let canonicalizer = Canonicalizer::keyed(self.reader.fingerprint_seed())
            .with_rules(&self.shared.config.canonical);
        let seeds = std::mem::take(&mut self.seeds);
        let mut seeding = Some(Seeding::new(seeds, canonicalizer, starting));
        let mut draining_since = None;
        while self.shared.phase() < Phase::Stopping {
            std::thread::sleep(TICK);
            self.shared.supervisor_at.store(clock::now().0, Relaxed);
            // Before anything is leased or admitted for the first time.
            self.heed_changes();
            self.watch.look(&self.shared.pressure, Instant::now());
            self.check_shards(shards);
            self.sample();
            self.shared.end_overrides();
            let recovered = shards.iter().all(|watched| self.has_recovered(watched.id));
            if recovered && self.shared.phase() == Phase::Starting {
                let is_paused = self.shared.control.operator.is_paused();
                let phase = if is_paused { Phase::Paused } else { Phase::Running };
                self.shared.advance(phase, None);
            }
            if recovered {
                seeding = seeding.and_then(|seeding| seeding.feed(&self.shared));
            }
            // A shard that has not recovered has not counted its work yet.
            if recovered {
                self.check_limits();
            }
            if self.shared.phase() == Phase::Draining {
                self.check_drained(*draining_since.get_or_insert_with(Instant::now));
            }
        }
    }

    /// Has the watch keep to the ceilings that are in force.
    fn heed_changes(&mut self) {
        let version = self.shared.live.version();
        if version != self.live_version {
            self.live_version = version;
            self.watch.set_ceilings(self.shared.live.load().config.ceilings);
        }
    }

    /// Keeps what the numbers of the last minute are counted from.
    fn sample(&self) {
        let read = || CapacityUse::sum(self.shared.gauges.iter().map(|g| g.capacity.read()));
        locked(&self.shared.minute).sample(Instant::now(), read);
    }

    /// Ends the crawl when it is done or a limit is reached.
    fn check_limits(&mut self) {
        let shared = &self.shared;
        if shared.phase() != Phase::Running {
            return;
        }
        let live = shared.live.load();
        let limits = &live.config.limits;
        let bytes_spent = |limit| locked(&shared.totals).wire_bytes >= limit;
        let time_spent = |limit| locked(&shared.clock).elapsed() >= limit;
        if shared.outstanding.is_zero() && shared.config.when_done == WhenDone::Stop {
            shared.advance(Phase::Stopping, Some(Finish::Done));
        } else if shared.budget.is_spent() {
            shared.advance(Phase::Draining, Some(Finish::PageLimit));
        } else if limits.bytes.is_some_and(bytes_spent) {
            shared.advance(Phase::Draining, Some(Finish::ByteLimit));
        } else if limits.time.is_some_and(time_spent) {
            shared.advance(Phase::Draining, Some(Finish::TimeLimit));
        } else if shared.config.when_done == WhenDone::Stop
            && let Some(urls) = self.blocked.look(shared, &self.reader, Instant::now())
        {
            tracing::warn!(
                urls,
                "all that is left is on hosts that an operator has blocked for good: it stays queued"
            );
            shared.advance(Phase::Stopping, Some(Finish::Done));
        }
    }

    /// Goes on to `Stopping` when nothing is in flight any more or the deadline has passed.
    fn check_drained(&self, since: Instant) {
        let in_flight =
            |g: &crate::shared::ShardGauges| g.in_flight.load(SeqCst) + g.unsettled.load(SeqCst);
        let left: u32 = self.shared.gauges.iter().map(in_flight).sum();
        let too_late = since.elapsed() >= self.shared.config.drain_deadline;
        // Two ticks, so that shards have seen the phase and lease nothing more.
        if left == 0 && since.elapsed() >= 2 * TICK || too_late {
            if too_late {
                tracing::warn!(in_flight = left, "drain deadline passed, stopping");
            }
            self.shared.advance(Phase::Stopping, None);
        }
    }

    /// Looks at each shard's thread and heartbeat.
    fn check_shards(&self, shards: &mut [Watched]) {
        for watched in shards {
            if watched.thread.as_ref().is_some_and(JoinHandle::is_finished) {
                self.bury(watched);
            }
            self.check_heartbeat(watched);
        }
    }

    fn check_heartbeat(&self, watched: &mut Watched) {
        let beat = self.gauges(watched.id).heartbeat_at.load(Relaxed);
        let silence = Duration::from_millis(clock::now().0.saturating_sub(beat));
        let stalled = beat > 0 && silence >= STALL_AFTER;
        if stalled && !watched.is_stalled {
            self.shared.stalls.fetch_add(1, Relaxed);
            tracing::warn!(
                shard = watched.id.0,
                silence_secs = silence.as_secs(),
                "shard loop stands still"
            );
        }
        watched.is_stalled = stalled;
    }

    /// A shard's thread has ended before its time: count why, and start it again if the budget
    /// allows. What it had not yet handed to the writer is fetched again.
    fn bury(&self, watched: &mut Watched) {
        let Some(thread) = watched.thread.take() else { return };
        let shard = watched.id;
        let reason = match thread.join() {
            Ok(ExitStatus::Stopped) => return,
            Ok(ExitStatus::Damaged(reason)) => {
                self.shared.advance(Phase::Stopping, Some(Finish::Failed(reason)));
                return;
            }
            Ok(ExitStatus::Failed(reason)) => reason,
            Err(panic) => panic_text(&panic),
        };
        let restarts = self.shared.restarts.fetch_add(1, Relaxed) + 1;
        tracing::error!(shard = shard.0, reason, restarts, "shard ended unexpectedly");
        if restarts > RESTARTS_MAX || self.shared.phase() >= Phase::Stopping {
            let finish =
                Finish::Failed(format!("shard {} could not be kept running: {reason}", shard.0));
            self.shared.advance(Phase::Stopping, Some(finish));
            return;
        }
        let _not_done = self.shared.outstanding.guard();
        self.reset_gauges(shard);
        if self.commit_now(shard) {
            *watched = self.launch(shard);
            // The guard must outlive the recovery: only then the shard counts its own work.
            while !self.has_recovered(shard) && !is_finished(watched) {
                std::thread::sleep(TICK);
            }
        } else {
            let finish = Finish::Failed("the store writer is gone".to_owned());
            self.shared.advance(Phase::Stopping, Some(finish));
        }
    }

    fn reset_gauges(&self, shard: ShardId) {
        let gauges = self.gauges(shard);
        self.shared.outstanding.add(-gauges.outstanding.swap(0, SeqCst));
        self.shared.budget.refund(gauges.reserved.swap(0, SeqCst));
        gauges.in_flight.store(0, SeqCst);
        gauges.unsettled.store(0, SeqCst);
        gauges.heartbeat_at.store(0, SeqCst);
    }

    /// Has the writer commit all it was sent, so that a recovering shard reads a complete state.
    fn commit_now(&self, shard: ShardId) -> bool {
        let (done, committed) = sync_channel(1);
        self.to_writer.send(ToWriter::Barrier { shard, done }).is_ok() && committed.recv().is_ok()
    }

    fn launch(&self, id: ShardId) -> Watched {
        let context = shard::Context {
            id,
            shared: Arc::clone(&self.shared),
            reader: self.reader.clone(),
            to_writer: self.to_writer.clone(),
        };
        let spawned = std::thread::Builder::new()
            .name(format!("shard-{:02}", id.0))
            .spawn(move || shard::run(context));
        let thread = spawned
            .inspect_err(|error| {
                let finish = Finish::Failed(format!("cannot start a shard thread: {error}"));
                self.shared.advance(Phase::Stopping, Some(finish));
            })
            .ok();
        Watched { id, thread, is_stalled: false }
    }

    fn has_recovered(&self, id: ShardId) -> bool {
        self.gauges(id).heartbeat_at.load(SeqCst) > 0
    }

    fn gauges(&self, id: ShardId) -> &crate::shared::ShardGauges {
        &self.shared.gauges[usize::from(id.0)]
    }
}

/// Waits for the threads of a crawl that is stopping.
fn join(shards: Vec<Watched>) {
    for Watched { id, thread, .. } in shards {
        let Some(thread) = thread else { continue };
        match thread.join() {
            Ok(ExitStatus::Stopped) => {}
            Ok(ExitStatus::Failed(reason) | ExitStatus::Damaged(reason)) => {
                tracing::error!(shard = id.0, reason, "shard failed while stopping");
            }
            Err(panic) => {
                tracing::error!(
                    shard = id.0,
                    reason = panic_text(&panic),
                    "shard panicked while stopping"
                );
            }
        }
    }
}

fn is_finished(watched: &Watched) -> bool {
    watched.thread.as_ref().is_none_or(JoinHandle::is_finished)
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}
