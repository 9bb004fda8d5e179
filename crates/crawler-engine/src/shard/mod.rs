//! One core's share of the crawl: a thread, a loop, its hosts.
//!
//! The loop takes one [`Event`] at a time and owns all its state as `&mut self`; fetches are
//! tasks on the same thread that know nothing of the shard and report back by a channel. Nothing
//! in the loop blocks: channels are tried, never awaited, and disk writes are the writer's.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use crawler_fetch::{FetchSetupError, Fetcher};
use crawler_frontier::{Frontier, FrontierError, FrontierReader, Wake};
use crawler_politeness::UnixMillis;
use crawler_url::ShardId;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::clock;
use crate::control::Order;
use crate::cores;
use crate::live::Live;
use crate::mesh::HandOff;
use crate::phase::Phase;
use crate::pressure::Relief;
use crate::shared::{ShardGauges, Shared, locked};
use crate::writer::ToWriter;

mod backing_off;
mod capture;
mod cookies;
mod crawl_log;
mod emptying;
mod gauges;
mod heavy;
mod hosts;
mod idle;
mod job;
mod jobs_cap;
mod leasing;
mod ledger;
mod listed;
mod live;
mod orders;
mod outbox;
mod outcome;
mod outlinks;
mod page;
mod refused;
mod relief;
mod rescope;
mod retry_times;
mod robots;
mod robots_memory;
mod settlement;
mod sitemaps;
mod standing;
mod told;
mod traps;
mod usage;

pub(crate) use robots_memory::rules as robots_rules;

use backing_off::BackingOff;
use capture::Encoded;
use gauges::BusyMeter;
use heavy::HeavyPages;
use hosts::HostTable;
use idle::{IdleMeter, RestClock};
use job::{InFlight, JobDone};
use jobs_cap::JobsCap;
use ledger::Ledger;
use orders::OpenOrders;
use outbox::Outboxes;
use page::{PageWork, ReadPage};
use relief::frontier_limits;
use retry_times::RetryTimes;
use traps::TemplateWatch;

/// Events taken between two turns of leasing and flushing, to bound one turn's CPU time.
const EVENTS_PER_TURN_MAX: usize = 16;
/// Longest sleep of the loop: the heartbeat must be seen well within the stall limit.
const SLEEP_MAX: Duration = Duration::from_millis(500);
/// URLs in flight that a stopping shard names.
const LAGGARDS_MAX: usize = 20;

/// What a shard thread is given.
pub(crate) struct Context {
    pub(crate) id: ShardId,
    pub(crate) shared: Arc<Shared>,
    pub(crate) reader: FrontierReader,
    pub(crate) to_writer: SyncSender<ToWriter>,
}

/// Why a shard's thread ended without a panic.
pub(crate) enum ExitStatus {
    /// The crawl is stopping.
    Stopped,
    /// It could not start or go on.
    Failed(String),
    /// What it read from the store is not what was written: another start would read the same.
    Damaged(String),
}

/// Everything that can happen to a shard.
enum Event {
    /// A fetch has ended.
    Ended(JobDone),
    /// The capture of a large body is encoded.
    Encoded(Box<(ReadPage, Encoded)>),
    /// Another shard or the seeding hands over discovered URLs.
    Received(HandOff),
    /// Somebody outside the crawl wants something done.
    Told(Order),
    /// The writer has committed, so that spilled URLs may have become readable, or the seen set
    /// has decided something.
    Stored,
    /// The crawl's phase has changed.
    PhaseChanged,
    /// A host is due, a batch wants flushing, or it is time for a heartbeat.
    Timer,
}

/// Runs one shard on the calling thread until the crawl stops.
pub(crate) fn run(context: Context) -> ExitStatus {
    cores::pin_thread(usize::from(context.id.0));
    let clock = RestClock::new();
    let runtime = match build_runtime(&clock) {
        Ok(runtime) => runtime,
        Err(error) => return ExitStatus::Failed(format!("cannot start the runtime: {error}")),
    };
    let outcome =
        LocalSet::new().block_on(&runtime, async { Shard::recover(context, clock)?.run().await });
    match outcome {
        Ok(()) => ExitStatus::Stopped,
        Err(error @ ShardError::Frontier(FrontierError::Damaged { .. })) => {
            ExitStatus::Damaged(error.to_string())
        }
        Err(error) => ExitStatus::Failed(error.to_string()),
    }
}

/// A runtime for this thread alone that tells `clock` when the thread rests.
fn build_runtime(clock: &Arc<RestClock>) -> std::io::Result<tokio::runtime::Runtime> {
    let (parked, unparked) = (Arc::clone(clock), Arc::clone(clock));
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(heavy::THREADS)
        .on_thread_park(move || parked.park())
        .on_thread_unpark(move || unparked.unpark())
        .build()
}

/// Lets the seen set's thread call the shard back to its loop.
fn wake(id: ShardId, shared: &Arc<Shared>) -> Wake {
    let shared = Arc::clone(shared);
    Arc::new(move || shared.writer.committed[usize::from(id.0)].1.notify_one())
}

/// Why a shard cannot go on.
#[derive(Debug, thiserror::Error)]
enum ShardError {
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    #[error(transparent)]
    Fetch(#[from] FetchSetupError),
    #[error("the store writer is gone")]
    WriterGone,
}

/// The state of one shard.
struct Shard {
    id: ShardId,
    shared: Arc<Shared>,
    /// What holds at present.
    live: Arc<Live>,
    live_version: u64,
    reader: FrontierReader,
    fetcher: Rc<Fetcher>,
    frontier: Frontier,
    hosts: HostTable,
    outboxes: Outboxes,
    ledger: Ledger,
    orders: OpenOrders,
    work: PageWork,
    traps: TemplateWatch,
    retry_times: RetryTimes,
    in_flight: InFlight,
    heavy: HeavyPages,
    /// Nothing is asked for before; see [`first_lease_at`].
    lease_from: UnixMillis,
    /// When this shard went on after another, if it did.
    recovered_at: Option<UnixMillis>,
    jobs_cap: JobsCap,
    /// What pressure on memory and disk has it do without.
    relief: Relief,
    /// When the next host is due, as the last leasing round found.
    due_at: Option<UnixMillis>,
    busy: BusyMeter,
    backing_off: BackingOff,
    idle: IdleMeter,
    /// Queued URLs when this shard started, and what it counted since: the accounting identity.
    accounted: i64,
    /// The seen set may have more to let in.
    has_judged: bool,
    /// Why this shard cannot go on; ends it at the next turn.
    broken: Option<FrontierError>,
}

impl Shard {
    fn recover(context: Context, clock: Arc<RestClock>) -> Result<Self, ShardError> {
        let Context { id, shared, reader, to_writer } = context;
        let config = &shared.config;
        let live_version = shared.live.version();
        let live = shared.live.load();
        let limits = frontier_limits(&live.policies, Relief::default());
        let wake = wake(id, &shared);
        let frontier = Frontier::recover(reader.clone(), id, config.workers, limits, wake)?;
        let jobs_max = shared.jobs_max();
        let mut shard = Self {
            id,
            fetcher: Rc::new(Fetcher::new(config.fetch.clone(), &shared.tls_roots)?),
            hosts: HostTable::new(shared.idle_max),
            outboxes: Outboxes::new(id, config.workers),
            ledger: Ledger::new(id, to_writer),
            orders: OpenOrders::default(),
            work: PageWork::new(&shared, reader.fingerprint_seed()),
            traps: TemplateWatch::new(config.traps, shared.traps.all()),
            retry_times: RetryTimes::default(),
            in_flight: InFlight::new(jobs_max),
            heavy: HeavyPages::default(),
            lease_from: first_lease_at(&shared, &live, clock::now()),
            recovered_at: is_resumed(&shared).then(clock::now),
            live_version,
            live,
            jobs_cap: JobsCap::new(jobs_max),
            relief: Relief::default(),
            due_at: None,
            busy: BusyMeter::default(),
            backing_off: BackingOff::default(),
            idle: IdleMeter::new(clock, jobs_max),
            accounted: i64::try_from(frontier.queued()).unwrap_or(i64::MAX),
            has_judged: true,
            broken: None,
            frontier,
            reader,
            shared,
        };
        shard.arrange_hosts()?;
        shard.count_outstanding();
        shard.publish_gauges(clock::now());
        Ok(shard)
    }

    async fn run(mut self) -> Result<(), ShardError> {
        let shared = Arc::clone(&self.shared);
        let mut inbox = shared.mesh.inbox(self.id).lock_owned().await;
        let mut orders = shared.control.orders.of(self.id).lock_owned().await;
        let mut phase = shared.phase.subscribe();
        let stored = &shared.writer.committed[usize::from(self.id.0)].1;
        loop {
            self.turn()?;
            let (has_room, patience) = (self.has_room_to_receive(), self.patience());
            if *phase.borrow_and_update() >= Phase::Stopping {
                return self.stop();
            }
            // Fetch tasks share this thread: let them run even when events never cease.
            tokio::task::yield_now().await;
            let event = tokio::select! {
                Some(done) = self.in_flight.ended() => Event::Ended(done),
                Some(page) = self.heavy.encoded() => Event::Encoded(page),
                Some(batch) = inbox.recv(), if has_room => Event::Received(batch),
                Some(order) = orders.recv(), if self.frontier.has_room() => Event::Told(order),
                () = stored.notified() => Event::Stored,
                Ok(()) = phase.changed() => Event::PhaseChanged,
                () = tokio::time::sleep(patience) => Event::Timer,
            };
            self.take(event);
            self.take_more(&mut inbox);
        }
    }

    /// Handles what else is ready, so that a turn's fixed costs are shared.
    fn take_more(&mut self, inbox: &mut mpsc::Receiver<HandOff>) {
        for _ in 0..EVENTS_PER_TURN_MAX {
            if let Some(done) = self.in_flight.try_ended() {
                self.take(Event::Ended(done));
            } else if let Some(batch) =
                self.has_room_to_receive().then(|| inbox.try_recv().ok()).flatten()
            {
                self.take(Event::Received(batch));
            } else {
                return;
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Ended(done) => self.end_job(done),
            Event::Encoded(done) => self.store_page(done.0, done.1),
            Event::Received(batch) => self.receive(batch),
            Event::Told(order) => self.take_order(order),
            Event::Stored => {
                let number = self.shared.writer.committed[usize::from(self.id.0)].0.load(SeqCst);
                self.frontier.committed(number);
                self.has_judged = true;
            }
            Event::PhaseChanged | Event::Timer => {}
        }
    }

    /// What follows on any event: settle, lease, hand over, flush.
    fn turn(&mut self) -> Result<(), ShardError> {
        let now = clock::now();
        if let Some(error) = self.broken.take() {
            return Err(error.into());
        }
        self.heed_pressure();
        self.heed_changes(now)?;
        self.settle_delivered();
        self.advance_heavy();
        self.admit_judged(now)?;
        self.advance_orders();
        let waits_for = self.lease_more(now)?;
        self.outboxes.flush(&self.shared);
        let idle = self.in_flight.is_empty();
        self.flush_ledger(idle)?;
        self.hosts.close_stale(now);
        self.idle.end_turn(self.in_flight.len(), waits_for);
        self.publish_gauges(now);
        Ok(())
    }

    /// How long the loop may sleep.
    fn patience(&self) -> Duration {
        if self.has_judged {
            return Duration::ZERO;
        }
        let due = self.due_at.map_or(SLEEP_MAX, |at| at.saturating_sub(clock::now()));
        let pending = self.ledger.patience().min(self.outboxes.patience());
        let pending = pending.min(self.orders.patience()).min(self.heavy_patience());
        due.min(pending).min(SLEEP_MAX)
    }

    /// Admits what another shard discovered on hosts of this one.
    fn receive(&mut self, batch: HandOff) {
        self.admit(batch.links);
        self.ledger.owe_receipt(batch.receipt);
    }

    /// Whether memory allows more links to be received.
    fn has_room_to_receive(&self) -> bool {
        self.ledger.has_room_to_receive() && self.frontier.has_room()
    }

    /// The crawl stops: name what is in flight, hand the rest to the writer, and end. What is
    /// not settled stays in the durable queue.
    fn stop(&mut self) -> Result<(), ShardError> {
        if self.shared.was_drained() {
            let names = self.in_flight.urls().take(LAGGARDS_MAX).map(str::to_owned);
            locked(&self.shared.laggards).extend(names);
        }
        self.settle_delivered();
        self.in_flight.clear();
        self.heavy.clear();
        self.publish_gauges(clock::now());
        self.ledger.flush_blocking(&mut self.frontier, &self.shared)
    }

    fn gauges(&self) -> &ShardGauges {
        &self.shared.gauges[usize::from(self.id.0)]
    }

    fn is_leasing(&self) -> bool {
        self.shared.phase() == Phase::Running
            && !self.shared.pressure.is_held()
            && !self.shared.writer.wants_files.load(Relaxed)
    }

    fn want_commit(&self) {
        self.shared.writer.commit_wanted.store(true, Relaxed);
    }
}

/// When a shard may ask for something. What the last run asked for within its last second may not
/// have been committed, nor any host's pace from then: so whoever goes on after it waits out one
/// delay, lest a host be asked again too soon.
fn first_lease_at(shared: &Shared, live: &Live, now: UnixMillis) -> UnixMillis {
    let pause = live.policies.delay_max().max(live.config.domain_interval);
    if is_resumed(shared) { now + pause } else { now }
}

/// Whether somebody may have asked for something before.
fn is_resumed(shared: &Shared) -> bool {
    shared.resumed || shared.restarts.load(Relaxed) > 0
}
