//! What is told at one moment.

use std::collections::BTreeMap;
use std::fmt::Error;

use crawler_engine::{CrawlHandle, FollowerState, Phase, ShardSnapshot, Snapshot, TimingReport};

use super::families as f;
use super::process::ProcessUse;
use super::told::{Form, Teller};

const PHASES: [Phase; 6] = [
    Phase::Starting,
    Phase::Running,
    Phase::Paused,
    Phase::Draining,
    Phase::Stopping,
    Phase::Stopped,
];

/// The numbers of one moment.
#[derive(Debug)]
pub(super) struct Scrape {
    pub(super) snapshot: Snapshot,
    pub(super) timings: TimingReport,
    pub(super) process: ProcessUse,
    pub(super) version: &'static str,
}

impl Scrape {
    /// As of now. Reads `/proc`.
    pub(super) fn of(handle: &CrawlHandle, version: &'static str) -> Self {
        Self {
            snapshot: handle.snapshot(),
            timings: handle.timings(),
            process: super::process::measure(),
            version,
        }
    }

    /// Tells every family.
    pub(super) fn tell(&self, form: &mut dyn Form) -> Result<(), Error> {
        let mut out = Teller(form);
        self.state(&mut out)?;
        self.counts(&mut out)?;
        self.gauges(&mut out)?;
        self.followers(&mut out)?;
        self.times(&mut out)?;
        self.process(&mut out)
    }

    fn state(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let snapshot = &self.snapshot;
        out.each(&f::BUILD, [(label(self.version), 1.0)])?;
        let phases = PHASES
            .map(|phase| (label(phase.as_str()), f64::from(u8::from(phase == snapshot.phase))));
        out.each(&f::PHASE, phases)?;
        out.one(&f::HELD, u8::from(snapshot.held.is_some()))?;
        out.one(&f::GENERATION, snapshot.generation)?;
        out.one(&f::ELAPSED, snapshot.elapsed_secs)
    }

    fn counts(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let counters = &self.snapshot.counters;
        out.by_reason(&f::FETCH, &by_class(&counters.status))?;
        // What was queued again is taken from the failures, and a counter must not fall.
        out.by_reason(&f::FAILED, &sum(&counters.failed, &counters.requeued))?;
        out.by_reason(&f::REQUEUED, &counters.requeued)?;
        out.by_reason(&f::SKIPPED, &counters.skipped)?;
        out.count(&f::RETRIED, counters.retried)?;
        out.by_reason(&f::PARTIAL, &counters.partial)?;
        out.by_reason(&f::DEDUPE, &BTreeMap::from([("revisit", counters.revisited)]))?;
        let bytes = [
            ("wire", counters.wire_bytes),
            ("content", counters.content_bytes),
            ("warc", counters.warc_bytes),
        ];
        out.by_reason(&f::BYTES, &BTreeMap::from(bytes))?;
        out.by_reason(&f::ROBOTS, &counters.robots_outcomes)?;
        let listings = [
            ("sitemap", counters.sitemaps_read),
            ("feed", counters.feeds_read),
            ("cut", counters.listings_cut),
        ];
        out.by_reason(&f::SITEMAPS, &BTreeMap::from(listings))?;
        out.count(&f::DISCOVERED, counters.discovered)?;
        out.count(&f::LINKS, counters.links_found)?;
        out.by_reason(&f::OUT_OF_SCOPE, &counters.links_out_of_scope)
    }

    fn gauges(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let snapshot = &self.snapshot;
        let shards = || snapshot.shards.iter();
        let places = |it: &ShardSnapshot| ([it.shard.to_string()], f64::from(it.in_flight_max));
        out.each(&f::QUEUE, shards().flat_map(queue))?;
        out.count(&f::SEEN, snapshot.seen)?;
        let hosts = [
            ("ready", snapshot.hosts_ready),
            ("waiting", snapshot.hosts_snoozed),
            ("in_flight", snapshot.hosts_in_flight),
            ("known", snapshot.hosts_known),
        ];
        out.each(&f::HOSTS, hosts.map(|(state, hosts)| (label(state), hosts as f64)))?;
        out.count(&f::BACKOFF, snapshot.hosts_backing_off)?;
        out.each(&f::CAPACITY, shards().map(places))?;
        let busy = |it: &ShardSnapshot| ([it.shard.to_string()], f64::from(it.busy_permille) / 1e3);
        out.each(&f::BUSY, shards().map(busy))?;
        out.each(&f::IDLE, shards().flat_map(idle))?;
        out.count(&f::RESTARTS, snapshot.restarts)?;
        out.count(&f::STALLS, snapshot.stalls)?;
        out.one(&f::ACCOUNTING, snapshot.accounting_error as f64)
    }

    fn followers(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let each = |value: fn(&FollowerState) -> f64| {
            let followers = self.snapshot.followers.iter();
            followers.map(move |(name, state)| (label(name), value(state)))
        };
        out.each(&f::FOLLOWER_BYTES, each(|it| it.behind_bytes as f64))?;
        out.each(&f::FOLLOWER_TIME, each(|it| it.behind_secs))?;
        out.each(&f::FOLLOWER_ATTEMPTS, each(|it| it.attempts_failed as f64))?;
        out.each(&f::FOLLOWER_FAILED, each(|it| f64::from(u8::from(it.has_failed))))
    }

    fn times(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let TimingReport { dns, connect, tls, first_byte, total, commit } = &self.timings;
        out.0.histogram(&f::DNS_TIME, dns)?;
        out.0.histogram(&f::CONNECT_TIME, connect)?;
        out.0.histogram(&f::TLS_TIME, tls)?;
        out.0.histogram(&f::FIRST_BYTE_TIME, first_byte)?;
        out.0.histogram(&f::FETCH_TIME, total)?;
        out.0.histogram(&f::COMMIT_TIME, commit)
    }

    fn process(&self, out: &mut Teller<'_>) -> Result<(), Error> {
        let used = &self.process;
        out.measured(&f::CPU_TIME, used.cpu_secs)?;
        out.measured(&f::MEMORY, used.resident_bytes)?;
        out.measured(&f::VIRTUAL, used.virtual_bytes)?;
        out.measured(&f::OPEN_FDS, used.open_files)?;
        out.measured(&f::MAX_FDS, used.open_files_max)?;
        out.measured(&f::THREADS, used.threads)?;
        out.measured(&f::STARTED, used.started_at_secs)
    }
}

fn label(value: &str) -> [String; 1] {
    [value.to_owned()]
}

fn sum<K: Ord + Clone>(some: &BTreeMap<K, u64>, more: &BTreeMap<K, u64>) -> BTreeMap<K, u64> {
    let mut sum = some.clone();
    for (reason, count) in more {
        *sum.entry(reason.clone()).or_default() += count;
    }
    sum
}

fn by_class(statuses: &BTreeMap<u16, u64>) -> BTreeMap<String, u64> {
    let mut classes = BTreeMap::new();
    for (status, count) in statuses {
        *classes.entry(format!("{}xx", status / 100)).or_default() += count;
    }
    classes
}

fn queue(shard: &ShardSnapshot) -> [([String; 2], f64); 2] {
    let in_flight = u64::from(shard.in_flight);
    let labels = |state: &str| [shard.shard.to_string(), state.to_owned()];
    [
        (labels("waiting"), shard.queued.saturating_sub(in_flight) as f64),
        (labels("in_flight"), in_flight as f64),
    ]
}

fn idle(shard: &ShardSnapshot) -> Vec<([String; 2], f64)> {
    let series = |(why, secs): (&crawler_engine::IdleReason, &f64)| {
        ([shard.shard.to_string(), why.as_str().to_owned()], *secs)
    };
    shard.idle.secs().iter().map(series).collect()
}
