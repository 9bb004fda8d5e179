//! Whole crawls in this process, with shards that panic on demand.

mod ceilings;
mod control;
mod heavy;
mod outage;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crawler_extract::Assets;
use crawler_fetch::{AddressPolicy, DecodeLimits, FetchConfig};
use crawler_politeness::PaceConfig;
use crawler_store::{EncoderConfig, StoreConfig};
use crawler_testweb::{Web, WebConfig, WebServer};
use crawler_url::scope::{ScopeKind, ScopeRules, UrlLimits};
use crawler_url::{CanonicalRules, ShardCount, WireUrl};

use crate::shared::locked;
use crate::{
    CanonicalLinks, Ceilings, Cookies, CrawlConfig, CrawlEvent, FinalReport, Finish, Limits, Phase,
    Retries, RobotsPolicy, Sitemaps, Start, WhenDone, start,
};

/// URLs at whose response the shard panics, and how often it still does.
static PLANNED: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);

/// Panics when a test has planned it for `url`.
pub(crate) fn panic_if_planned(url: &str) {
    let mut planned = locked(&PLANNED);
    let Some(left) = planned.as_mut().and_then(|planned| planned.get_mut(url)) else { return };
    if *left > 0 {
        *left -= 1;
        drop(planned);
        panic!("planned by a test");
    }
}

fn plan_panics(url: &str, times: u32) {
    locked(&PLANNED).get_or_insert_default().insert(url.to_owned(), times);
}

fn web() -> WebServer {
    let config = WebConfig { hosts: 12, pages_per_host: 15, ..WebConfig::default() };
    WebServer::start(Arc::new(Web::build(config).unwrap())).unwrap()
}

fn config(server: &WebServer, dir: &Path) -> CrawlConfig {
    CrawlConfig {
        data_dir: dir.to_owned(),
        seeds: server.seeds().iter().map(|seed| WireUrl::parse(seed).unwrap()).collect(),
        workers: ShardCount::new(3).unwrap(),
        scope: ScopeRules {
            kind: ScopeKind::Any,
            include: Vec::new(),
            exclude: Vec::new(),
            rules: Vec::new(),
            depth_max: None,
            limits: UrlLimits::default(),
        },
        rescope: false,
        canonical: CanonicalRules::default(),
        fetch: FetchConfig {
            user_agent: "crawler-test".to_owned(),
            address_policy: AddressPolicy::AllowPrivate,
            ..FetchConfig::default()
        },
        pace: PaceConfig { delay: Duration::ZERO, ..PaceConfig::default() },
        robots: RobotsPolicy::Obey,
        product_token: "crawler".to_owned(),
        concurrency: 32,
        host_concurrency: 1,
        host_rules: Vec::new(),
        domain_concurrency: None,
        domain_interval: Duration::ZERO,
        ip_concurrency: 8,
        ip_interval: Duration::ZERO,
        limits: Limits::default(),
        when_done: WhenDone::Stop,
        ceilings: Ceilings::default(),
        retries: Retries { attempts: 1, by_cause: Vec::new(), statuses: vec![500, 503] },
        redirects_max: 10,
        assets: Assets::Skip,
        outlinks_max: 10_000,
        cookies: Cookies::Ignore,
        sitemaps: Sitemaps::Off,
        sitemap_from: None,
        traps: None,
        canonical_links: CanonicalLinks::Record,
        simhash: false,
        list_refused: false,
        decode: DecodeLimits::default(),
        start: Start::Continue,
        drain_deadline: Duration::from_secs(5),
        store: StoreConfig::default(),
        records: EncoderConfig::default(),
    }
}

fn crawl(config: CrawlConfig) -> FinalReport {
    let handle = start(config).unwrap();
    handle.wait_timeout(Duration::from_secs(60)).expect("the crawl ends")
}

/// URLs of `pages.jsonl`, in order.
fn stored(dir: &Path) -> Vec<String> {
    let rows = std::fs::read_to_string(dir.join("pages/pages.jsonl")).unwrap();
    let url = |row: &str| {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        row["url"].as_str().unwrap().to_owned()
    };
    rows.lines().map(url).collect()
}

fn assert_complete(server: &WebServer, dir: &Path) {
    let stored = stored(dir);
    let once: BTreeSet<String> = stored.iter().cloned().collect();
    let expected: BTreeSet<String> = server.web().expected().map(|page| page.url).collect();
    assert_eq!(once, expected);
    assert_eq!(stored.len(), once.len(), "a page was stored twice");
}

#[test]
fn a_panicking_shard_is_restarted_and_nothing_is_lost() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let pages: Vec<String> = server.web().expected().map(|page| page.url).collect();
    for nth in [3, pages.len() / 2, pages.len() - 5] {
        plan_panics(&pages[nth], 1);
    }
    let report = crawl(config(&server, dir.path()));
    assert_eq!(report.finish, Finish::Done);
    assert_eq!(report.snapshot.restarts, 3);
    assert_eq!(report.snapshot.accounting_error, 0);
    assert_eq!(report.snapshot.queued, 0);
    assert_complete(&server, dir.path());
}

#[test]
fn a_shard_that_always_panics_ends_the_crawl_and_the_next_run_completes_it() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let seed = server.seeds().remove(0);
    plan_panics(&seed, u32::MAX);
    let report = crawl(config(&server, dir.path()));
    assert!(
        matches!(&report.finish, Finish::Failed(why) if why.contains("planned by a test")),
        "{:?}",
        report.finish
    );
    plan_panics(&seed, 0);
    assert_eq!(crawl(config(&server, dir.path())).finish, Finish::Done);
    assert_complete(&server, dir.path());
}

#[test]
fn a_paused_crawl_stands_still_and_its_clock_too() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let handle = start(config(&server, dir.path())).unwrap();
    while !handle.pause() {
        assert!(handle.phase() < Phase::Draining, "the crawl ended before it could be paused");
        std::thread::yield_now();
    }
    while handle.snapshot().in_flight > 0 {
        std::thread::yield_now();
    }
    let before = handle.snapshot();
    // Enough turns of every shard's loop for a lease to show.
    let none = handle.wait_timeout(Duration::from_millis(300));
    let after = handle.snapshot();
    assert!(none.is_none());
    assert_eq!(after.phase, Phase::Paused);
    assert!((after.elapsed_secs - before.elapsed_secs).abs() < f64::EPSILON);
    assert_eq!(after.in_flight, 0);
    assert!(handle.resume());
    assert_eq!(handle.wait().finish, Finish::Done);
    assert_complete(&server, dir.path());
}

#[test]
fn every_end_is_told_and_the_time_of_all_places_is_accounted_for() {
    let server = web();
    // What happens before one listens is not told.
    let (dir, handle, mut events) = loop {
        let dir = tempfile::tempdir().unwrap();
        let handle = start(config(&server, dir.path())).unwrap();
        let events = handle.subscribe();
        if handle.phase() == Phase::Starting {
            break (dir, handle, events);
        }
        handle.stop();
        assert_eq!(handle.wait().finish, Finish::Forced);
    };
    let mut ended = BTreeSet::new();
    let mut phases = Vec::new();
    let report = loop {
        let report = handle.wait_timeout(Duration::from_millis(5));
        while let Ok(event) = events.try_recv() {
            match &*event {
                CrawlEvent::Ended(end) => assert!(ended.insert(end.url.clone()), "{end:?}"),
                CrawlEvent::Phase(phase) => phases.push(*phase),
            }
        }
        if let Some(report) = report {
            break report;
        }
    };
    let counters = &report.snapshot.counters;
    assert_eq!(ended.len() as u64, counters.ended());
    assert!(ended.is_superset(&stored(dir.path()).into_iter().collect()));
    assert_eq!(phases.last(), Some(&Phase::Stopped));
    let timings = handle.timings();
    assert!(timings.total.count() >= counters.fetched + counters.robots_fetched);
    assert!(timings.first_byte.sum_secs() <= timings.total.sum_secs());
    assert!(timings.commit.count() > 0);
    // Each shard's capacity is used or waits from its start to its end.
    for shard in &report.snapshot.shards {
        let told: f64 = shard.idle.secs().values().sum();
        let passed = report.snapshot.elapsed_secs;
        assert!((told - passed).abs() < 0.2 * passed + 1.0, "{told} of {passed}: {:?}", shard.idle);
    }
}

#[test]
fn a_page_limit_is_exact_and_the_rest_stays_for_the_next_run() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    for pages in [1, 40, 100] {
        let limits = Limits { pages: Some(pages), ..Limits::default() };
        let report = crawl(CrawlConfig { limits, ..config(&server, dir.path()) });
        assert_eq!(report.finish, Finish::PageLimit);
        assert_eq!(stored(dir.path()).len() as u64, pages);
    }
    assert_eq!(crawl(config(&server, dir.path())).finish, Finish::Done);
    assert_complete(&server, dir.path());
}
