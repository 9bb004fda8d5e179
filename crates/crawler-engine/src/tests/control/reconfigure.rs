//! Another configuration while the crawl runs.

use super::*;
use crate::HostRule;

/// A paused crawl with its seeds queued.
fn start_paused(config: &CrawlConfig) -> CrawlHandle {
    let none = CrawlConfig { seeds: Vec::new(), ..config.clone() };
    let handle = start_waiting(none);
    until(&handle, "it waits", |now| now.waiting);
    assert!(handle.pause());
    handle.add_seeds(config.seeds.clone()).unwrap();
    handle
}

/// The configuration that runs: the same, but that it waits.
fn running(config: &CrawlConfig) -> CrawlConfig {
    CrawlConfig { when_done: WhenDone::Wait, ..config.clone() }
}

#[test]
fn a_thousand_orders_change_nothing_in_what_is_fetched() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let given = running(&config(&server, dir.path()));
    let other = CrawlConfig {
        host_concurrency: 3,
        redirects_max: 12,
        limits: Limits { requests_per_second: Some(100_000), ..Limits::default() },
        ..given.clone()
    };
    let handle = start_paused(&given);
    for n in 0..1000 {
        match n % 4 {
            0 => assert!(handle.resume()),
            1 => drop(handle.reconfigure(&other)),
            2 => assert!(handle.pause()),
            _ => drop(handle.reconfigure(&given)),
        }
    }
    assert!(handle.resume());
    until(&handle, "it is done", |now| now.waiting);
    let report = end(&handle);
    assert_eq!((report.snapshot.accounting_error, report.snapshot.queued), (0, 0));
    assert_complete(&server, dir.path());
}

#[test]
fn what_can_change_changes_and_what_cannot_is_named() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let given = running(&config(&server, dir.path()));
    let handle = start_paused(&given);
    assert_eq!(handle.reconfigure(&given), crate::Reconfigured::default());
    let mut other = given.clone();
    other.pace.delay = Duration::from_millis(1);
    other.retries.statuses.push(429);
    other.fetch.user_agent.push('2');
    other.workers = ShardCount::new(1).unwrap();
    let told = handle.reconfigure(&other);
    assert_eq!(told.changed, ["delay", "retry_status"]);
    assert_eq!(told.needs_restart, ["workers", "user_agent"]);
    let told = handle.reconfigure(&other);
    assert_eq!(told.changed, [""; 0], "they are in force");
    assert_eq!(told.needs_restart, ["workers", "user_agent"]);
    end(&handle);
}

#[test]
fn a_shorter_delay_holds_for_all_that_wait() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let mut given = config(&server, dir.path());
    given.pace.delay = Duration::from_secs(3600);
    let handle = start_waiting(given.clone());
    until(&handle, "it has asked for robots.txt", |now| now.counters.robots_fetched >= 12);
    given.pace.delay = Duration::ZERO;
    assert_eq!(handle.reconfigure(&running(&given)).changed, ["delay"]);
    until(&handle, "it is done", |now| now.waiting);
    end(&handle);
    assert_complete(&server, dir.path());
}

#[test]
fn limits_scope_and_rules_hold_from_now_on() {
    let server = web();
    let dir = tempfile::tempdir().unwrap();
    let given = running(&config(&server, dir.path()));
    let handle = start_paused(&given);
    let mut other = given.clone();
    other.scope.exclude = vec!["/odd/".parse().unwrap()];
    let host = given.seeds[0].host_key();
    let closed = HostRule { blocked: true, ..HostRule::new(host.host().parse().unwrap()) };
    other.host_rules = vec![closed];
    assert_eq!(handle.reconfigure(&other).changed, ["host", "exclude"]);
    assert!(handle.resume());
    until(&handle, "it is done", |now| now.waiting);
    let report = end(&handle);
    let counters = &report.snapshot.counters;
    assert!(counters.links_out_of_scope["excluded"] > 0 && counters.skipped["host_blocked"] > 0);
    let stored = stored(dir.path());
    assert!(stored.len() > 50, "{}", stored.len());
    let refused =
        |url: &&String| url.contains("/odd/") || WireUrl::parse(url).unwrap().host_key() == host;
    assert_eq!(stored.iter().find(refused), None);

    let dir = tempfile::tempdir().unwrap();
    let given = running(&config(&server, dir.path()));
    let handle = start_paused(&given);
    let limits = Limits { pages: Some(5), ..Limits::default() };
    let other = CrawlConfig { limits, ..given.clone() };
    assert_eq!(handle.reconfigure(&other).changed, ["max_pages"]);
    assert!(handle.resume());
    assert_eq!(handle.wait().finish, Finish::PageLimit);
    assert_eq!(self::stored(dir.path()).len(), 5);
}
