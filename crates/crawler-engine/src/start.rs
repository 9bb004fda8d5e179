//! Opening a data directory and bringing a crawl to life.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use crawler_fetch::TlsRoots;
use crawler_frontier::FrontierDb;
use crawler_politeness::IpLimits;
use crawler_store::{StoreError, StorePositions, StoreWriter};
use crawler_url::scope::Scope;
use crawler_url::{CanonicalRules, WireUrl};
use tokio::sync::watch;

use crate::budget::PageBudget;
use crate::clock;
use crate::config::{CrawlConfig, Start, WhenDone};
use crate::control::{Control, OperatorState};
use crate::counters::Counters;
use crate::followers::Followers;
use crate::handle::{CrawlHandle, End};
use crate::live::LiveCell;
use crate::lock::{DirLock, LockRefusal};
use crate::mesh::Mesh;
use crate::network::NetworkWatch;
use crate::observe::Events;
use crate::open_files::{self, FileShares};
use crate::outstanding::Outstanding;
use crate::phase::Phase;
use crate::pressure::{self, Measure, Pressure, Watch};
use crate::scope_cell::ScopeCell;
use crate::shared::{CrawlClock, ShardGauges, Shared, WriterGauges};
use crate::supervisor::{BlockedWatch, Supervisor};
use crate::throughput::Throughput;
use crate::traps::TrapList;
use crate::writer::{Checkpoint, QUEUE_BATCHES_MAX, Writer};

mod error;

pub use error::StartError;

/// What `Start::Fresh` removes: everything a crawl makes in its data directory but the lock.
/// What tells that a directory is a crawl's goes last, so that an interrupted removal can be repeated.
const OUR_ENTRIES: [&str; 15] = [
    "operator/state.json",
    "operator/audit.jsonl",
    "operator/overlays.json",
    "warc",
    "cdxj",
    "pages",
    "reports",
    "logs",
    "results",
    "parquet",
    "content",
    "extracted",
    "store.new",
    "store",
    "stats.json",
];

/// Opens the data directory and starts all threads. Returns as soon as they run; the shards
/// recover their queues by themselves.
///
/// # Errors
/// When the directory is in use, damaged or not writable, when there is nothing to crawl, or when
/// TLS roots cannot be loaded.
pub fn start(config: CrawlConfig) -> Result<CrawlHandle, StartError> {
    let measure = pressure::of_system(config.data_dir.clone());
    start_measured(config, measure)
}

/// The same, with sizes from elsewhere.
pub(crate) fn start_measured(
    mut config: CrawlConfig,
    measure: Measure,
) -> Result<CrawlHandle, StartError> {
    // As asked for, to be compared with what another configuration asks for.
    let concurrency = config.concurrency;
    let files = share_files(&mut config);
    let watch = Watch::new(config.ceilings, config.data_dir.clone(), measure);
    let lock = prepare(&config.data_dir, config.start)?;
    let mut frontier = FrontierDb::open(&config.data_dir.join("store"))?;
    frontier.assign(config.workers)?;
    let stored_seeds = frontier.reader().seeds()?;
    let checkpoint = read_checkpoint(&config.data_dir, &frontier)?;
    clock::go_on_from(checkpoint.as_ref().map(|last| last.at).unwrap_or_default());
    let resumed = is_resumed(&config, &frontier)?;
    settle_rules(&config, &mut frontier)?;
    if config.start == Start::Recrawl && checkpoint.is_some() {
        frontier.start_generation()?;
    }
    require_work(&config, &frontier, &stored_seeds)?;
    if !config.seeds.is_empty() {
        frontier.add_seeds(&config.seeds)?;
        crawler_faults::reached("start.seeded");
    }
    let store = open_store(&config, checkpoint.as_ref().and_then(|c| c.positions.as_ref()))?;
    let ip_limits = Arc::new(IpLimits::new(config.ip_concurrency, config.ip_interval));
    let skipped_from = checkpoint.as_ref().map_or(0, |last| generation_from(last, config.start));
    let is_rebuilt = checkpoint.as_ref().is_some_and(|last| last.is_rebuilt);
    let mut traps = Vec::new();
    let counters = checkpoint.map_or_else(Counters::default, |checkpoint| {
        traps = checkpoint.traps;
        checkpoint.addresses.into_iter().for_each(|(ip, at)| ip_limits.restore(ip, at));
        checkpoint.counters
    });
    let seeds = all_seeds(&config.seeds, &stored_seeds);
    let scope = Scope::new(config.scope.clone(), &seeds);
    let shards = usize::from(config.workers.get());
    let control = Control::new(&config, frontier.reader(), load_operator(&config)?);
    let shared = Arc::new(Shared {
        live: LiveCell::new(&CrawlConfig { concurrency, ..config.clone() }, &control.operator),
        throughput: Arc::new(Throughput::new(&config)),
        tls_roots: TlsRoots::load(&config.fetch)?,
        phase: watch::Sender::new(Phase::Starting),
        mesh: Mesh::new(config.workers),
        control,
        outstanding: Outstanding::default(),
        budget: PageBudget::new(config.limits.pages, counters.fetched),
        ip_limits,
        scope: ScopeCell::new(scope),
        traps: TrapList::new(traps),
        generation: frontier.generation(),
        skipped_from,
        is_rebuilt,
        resumed,
        gauges: (0..shards).map(|_| ShardGauges::default()).collect(),
        writer: WriterGauges::new(shards),
        pressure: Pressure::default(),
        network: NetworkWatch::default(),
        idle_max: files.idle_per_shard,
        files_short: AtomicBool::new(false),
        totals: Mutex::new(counters),
        clock: Mutex::new(CrawlClock::new()),
        minute: Mutex::default(),
        followers: Followers::default(),
        events: Events::new(),
        finish: Mutex::new(None),
        laggards: Mutex::new(Vec::new()),
        restarts: AtomicU64::new(0),
        stalls: AtomicU64::new(0),
        supervisor_at: AtomicU64::new(clock::now().0),
        config,
    });
    spawn(shared, store, frontier, Begin { seeds, lock, watch })
}

/// Whether the directory has a crawl to go on with. Results without one are not to be mixed with others.
fn is_resumed(config: &CrawlConfig, frontier: &FrontierDb) -> Result<bool, StartError> {
    let resumed = frontier.payload().is_some();
    if !resumed && has_results(&config.data_dir) {
        return Err(StartError::LostFrontier { dir: config.data_dir.clone() });
    }
    Ok(resumed)
}

/// Refuses a crawl that would end at once.
fn require_work(
    config: &CrawlConfig,
    frontier: &FrontierDb,
    stored_seeds: &[WireUrl],
) -> Result<(), StartError> {
    let has_seeds = !config.seeds.is_empty() || !stored_seeds.is_empty();
    if has_seeds || config.when_done == WhenDone::Wait || frontier.reader().queued()? > 0 {
        return Ok(());
    }
    Err(StartError::NoSeeds)
}

/// Where the rows of the generation that is crawled begin in `reports/skipped.jsonl`.
fn generation_from(last: &Checkpoint, start: Start) -> u64 {
    match (start, &last.positions) {
        (Start::Recrawl, Some(positions)) => positions.skipped_bytes(),
        _ => last.skipped_from,
    }
}

/// What the operator decided in earlier runs. A crawl that ends by itself was started to crawl: it does
/// not stay paused.
fn load_operator(config: &CrawlConfig) -> Result<OperatorState, StartError> {
    let mut operator = OperatorState::load(&config.data_dir)?;
    if operator.paused && config.when_done == WhenDone::Stop {
        operator.paused = false;
        operator
            .save(&config.data_dir)
            .map_err(|source| StartError::DataDir { dir: config.data_dir.clone(), source })?;
        tracing::info!("the crawl was paused when it ended; it goes on");
    } else if operator.paused {
        tracing::warn!("the crawl was paused when it ended and starts paused; resume it");
    }
    if !operator.hosts.is_empty() {
        let hosts = operator.hosts.len();
        tracing::info!(
            hosts,
            "an operator has changed settings of single hosts (operator/state.json)"
        );
    }
    Ok(operator)
}

/// Has as many open files as allowed, and fetches no more at once than they suffice for.
fn share_files(config: &mut CrawlConfig) -> FileShares {
    let limit = open_files::raise_limit();
    let files = open_files::share(limit, config.concurrency, config.workers.get());
    if files.fetches < config.concurrency {
        tracing::warn!(
            "--concurrency {} needs more open files than the {} allowed (`ulimit -n`): fetching {} \
             at once",
            config.concurrency,
            limit.unwrap_or(u64::MAX),
            files.fetches
        );
        config.concurrency = files.fetches;
    }
    files
}

/// Makes the directory, takes its lock and, for a fresh start, empties it.
fn prepare(dir: &Path, start: Start) -> Result<DirLock, StartError> {
    let failed = |source| StartError::DataDir { dir: dir.to_owned(), source };
    fs::create_dir_all(dir).map_err(failed)?;
    let lock = take_lock(dir)?;
    // Without either it is not a crawl's directory, and what is in it is not ours to remove.
    let is_ours = dir.join("store").is_dir() || dir.join("stats.json").is_file();
    if start == Start::Fresh && is_ours {
        for entry in OUR_ENTRIES {
            remove(&dir.join(entry)).map_err(failed)?;
        }
    }
    Ok(lock)
}

pub(crate) fn take_lock(dir: &Path) -> Result<DirLock, StartError> {
    DirLock::take(dir).map_err(|refusal| match refusal {
        LockRefusal::Held(pid) => StartError::Locked { dir: dir.to_owned(), pid },
        LockRefusal::Io(source) => StartError::DataDir { dir: dir.to_owned(), source },
    })
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether an earlier crawl has indexed pages here. The very first commit comes before any page, so
/// a store without one does not belong to them.
pub(crate) fn has_results(dir: &Path) -> bool {
    fs::metadata(dir.join("pages/pages.jsonl")).is_ok_and(|rows| rows.len() > 0)
}

pub(crate) fn read_checkpoint(
    dir: &Path,
    frontier: &FrontierDb,
) -> Result<Option<Checkpoint>, StartError> {
    let Some(payload) = frontier.payload().filter(|payload| !payload.is_empty()) else {
        return Ok(None);
    };
    let checkpoint = serde_json::from_slice(&payload)
        .map_err(|source| StartError::Checkpoint { dir: dir.to_owned(), source })?;
    Ok(Some(checkpoint))
}

fn open_store(
    config: &CrawlConfig,
    positions: Option<&StorePositions>,
) -> Result<StoreWriter, StoreError> {
    StoreWriter::open(&config.data_dir, config.store.clone(), positions)
}

/// Refuses rules by which URLs that were seen would not be known again. A new generation begins
/// with nothing seen but what is queued, and so may have new ones.
fn settle_rules(config: &CrawlConfig, frontier: &mut FrontierDb) -> Result<(), StartError> {
    let none = CanonicalRules::none();
    let differences = frontier.rules().unwrap_or(&none).differences(&config.canonical);
    if !differences.is_empty() && config.start != Start::Recrawl && frontier.knows_urls()? {
        return Err(StartError::OtherRules { dir: config.data_dir.clone(), differences });
    }
    frontier.set_rules(config.canonical.clone());
    Ok(())
}

/// The seeds of this run and of earlier ones: those already taken are known to the seen set.
fn all_seeds(given: &[WireUrl], stored: &[WireUrl]) -> Vec<WireUrl> {
    given.iter().chain(stored).cloned().collect()
}

/// What the supervisor begins with.
struct Begin {
    seeds: Vec<WireUrl>,
    lock: DirLock,
    watch: Watch,
}

fn spawn(
    shared: Arc<Shared>,
    store: StoreWriter,
    frontier: FrontierDb,
    begin: Begin,
) -> Result<CrawlHandle, StartError> {
    let reader = frontier.reader();
    let (to_writer, writer_inbox) = sync_channel(QUEUE_BATCHES_MAX);
    let writer = Writer::new(Arc::clone(&shared), store, frontier);
    let writer = std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || writer.run(&writer_inbox))
        .map_err(|source| StartError::Thread { name: "store-writer".to_owned(), source })?;
    let end = Arc::new(End::default());
    let handle = CrawlHandle::new(Arc::clone(&shared), Arc::clone(&end));
    let Begin { seeds, lock, watch } = begin;
    let live_version = shared.live.version();
    let blocked = BlockedWatch::default();
    let supervisor = Supervisor {
        shared,
        reader,
        to_writer,
        writer,
        seeds,
        lock,
        watch,
        end,
        live_version,
        blocked,
    };
    std::thread::Builder::new()
        .name("supervisor".to_owned())
        .spawn(move || supervisor.run())
        .map_err(|source| StartError::Thread { name: "supervisor".to_owned(), source })?;
    Ok(handle)
}
