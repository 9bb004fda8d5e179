//! Emptying queues, and filling them again.

use super::*;
use crate::{ControlError, TrapRule};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// Reasons of `skipped.jsonl` with how many rows have each.
fn reasons(dir: &Path) -> BTreeMap<String, usize> {
    let rows = std::fs::read_to_string(dir.join("reports/skipped.jsonl")).unwrap();
    let mut reasons = BTreeMap::new();
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        *reasons.entry(row["reason"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    reasons
}

/// Answers each request on `listener` with what `page` makes of its path.
fn serve(listener: TcpListener, page: impl Fn(&str) -> String + Send + 'static) {
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            let mut head = Vec::new();
            let mut buffer = [0; 4096];
            while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                match connection.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(n) => head.extend_from_slice(&buffer[..n]),
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let body = page(head.split(' ').nth(1).unwrap_or_default());
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
            // A crawler that has gone away needs no answer.
            let _ = connection.write_all(answer.as_bytes());
        }
    });
}

fn url(text: &str) -> WireUrl {
    WireUrl::parse(text).unwrap()
}

#[test]
fn a_dropped_queue_is_skipped_listed_and_accounted_for() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let seeds = config(&server, dir.path()).seeds;
    let host = seeds[0].host_key();
    // Fewer than are dropped: they do not count.
    let limits = Limits { pages: Some(5), ..Limits::default() };
    let none = CrawlConfig { seeds: Vec::new(), limits, ..config(&server, dir.path()) };
    let handle = start_waiting(none);
    until(&handle, "it waits", |now| now.waiting);
    assert!(handle.pause());
    let extra = (0..300).map(|n| url(&format!("http://{host}/extra?n={n}")));
    let all: Vec<_> = extra.chain(seeds.clone()).collect();
    assert_eq!(handle.add_seeds(all).unwrap().new, 300 + seeds.len() as u64);
    assert_eq!(handle.drop_queue(&host).unwrap(), 301);
    assert_eq!(handle.drop_queue(&host).unwrap(), 0);
    assert_eq!(handle.drop_queue(&"never.example".parse().unwrap()).unwrap(), 0);
    let now = handle.snapshot();
    assert_eq!(now.queued, seeds.len() as u64 - 1);
    assert_eq!((now.counters.skipped["host_dropped"], now.accounting_error), (301, 0));
    assert_eq!(reasons(dir.path())["host_dropped"], 301);
    assert_eq!(handle.add_seeds(vec![seeds[0].clone()]).unwrap().known, 1, "it stays known");
    assert!(handle.resume());
    let report = handle.wait();
    assert_eq!(report.finish, Finish::PageLimit);
    assert_eq!(stored(dir.path()).len(), 5);
    assert_eq!(report.snapshot.accounting_error, 0);
    let counters = &report.snapshot.counters;
    assert_eq!(counters.discovered, counters.ended() + report.snapshot.queued);
}

#[test]
fn a_host_in_a_long_pause_is_emptied_without_a_request() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let mut given = config(&server, dir.path());
    given.pace.delay = Duration::from_secs(3600);
    let host = given.seeds[0].host_key();
    let handle = start_waiting(given);
    until(&handle, "it has asked for robots.txt", |now| now.counters.robots_fetched >= 12);
    assert!(handle.drop_queue(&host).unwrap() > 0);
    let report = end(&handle);
    assert_eq!(report.snapshot.counters.fetched, 0);
    assert_eq!(report.snapshot.accounting_error, 0);
}

#[test]
fn failed_urls_are_queued_again_once() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    // Nobody listens there any more.
    let address = TcpListener::bind("127.0.0.77:0").unwrap().local_addr().unwrap();
    let mut given = config(&server, dir.path());
    given.seeds = (0..3).map(|n| url(&format!("http://{address}/{n}"))).collect();
    given.robots = RobotsPolicy::Ignore;
    given.pace.backoff_first = Duration::ZERO;
    given.pace.breaker.failures_max = 0;
    let host = given.seeds[0].host_key();
    let handle = start_waiting(given.clone());
    until(&handle, "all have failed", |now| now.waiting);
    handle.add_seeds(given.seeds.clone()).unwrap();
    assert_eq!(handle.snapshot().failed_total(), 3);
    assert!(handle.pause());
    assert_eq!(handle.requeue(&host).unwrap(), 3);
    assert_eq!(handle.requeue(&host).unwrap(), 0, "they are queued already");
    let now = handle.snapshot();
    assert_eq!((now.failed_total(), now.queued, now.accounting_error), (0, 3, 0));
    end(&handle);

    // Also known after a restart.
    let handle = start_waiting(given.clone());
    until(&handle, "it is up", |now| now.phase == Phase::Paused);
    assert_eq!(handle.requeue(&host).unwrap(), 0);
    assert!(handle.resume());
    until(&handle, "all have failed again", |now| now.waiting);
    handle.add_seeds(given.seeds.clone()).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    serve(TcpListener::bind(address).unwrap(), move |path| {
        locked(&seen).push(path.to_owned());
        "fine".to_owned()
    });
    assert_eq!(handle.requeue(&host).unwrap(), 3);
    until(&handle, "all are fetched", |now| now.waiting);
    assert_eq!(handle.requeue(&host).unwrap(), 0);
    let report = end(&handle);
    assert_eq!(stored(dir.path()).len(), 3);
    let now = report.snapshot;
    assert_eq!((now.counters.fetched, now.failed_total(), now.accounting_error), (3, 0, 0));
    assert_eq!(now.counters.requeued["connect"], 6);
    assert_eq!(now.counters.discovered, now.counters.ended());
    assert_eq!(reasons(dir.path()), [("connect".to_owned(), 6), ("requeued".to_owned(), 6)].into());
    assert_eq!(locked(&asked).len(), 3);
}

/// Pages of a site that are all alike.
const PAGES: usize = 40;

#[test]
fn a_trap_is_let_go_while_the_crawl_runs() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let listener = TcpListener::bind("127.0.0.78:0").unwrap();
    let address = listener.local_addr().unwrap();
    serve(listener, |path| {
        let n: usize = path.rsplit('=').next().unwrap().parse().unwrap_or(0);
        let next = (n + 1) % PAGES;
        format!("<p>the same words on each of all these pages</p><a href='/p?x={next}'>next</a>")
    });
    let mut given = config(&server, dir.path());
    given.seeds = vec![url(&format!("http://{address}/p?x=0"))];
    given.robots = RobotsPolicy::Ignore;
    given.simhash = true;
    given.traps = Some(TrapRule { pages: 5, yield_percent: 50 });
    let handle = start_waiting(given);
    until(&handle, "it is caught", |now| now.waiting);
    let traps = handle.traps();
    assert_eq!(traps.len(), 1);
    assert!(handle.snapshot().counters.fetched < PAGES as u64);
    let template = traps[0].template.clone();
    assert!(matches!(handle.release_trap("e.com/{num}"), Err(ControlError::UnknownTrap { .. })));
    assert_eq!(handle.release_trap(&template).unwrap(), 1);
    until(&handle, "all pages are found", |now| now.waiting);
    assert!(matches!(handle.release_trap(&template), Err(ControlError::UnknownTrap { .. })));
    let report = end(&handle);
    assert_eq!(
        (report.snapshot.counters.fetched, report.snapshot.accounting_error),
        (PAGES as u64, 0)
    );
    assert!(crate::read_traps(dir.path()).unwrap()[0].released);
}

#[test]
fn failures_of_an_earlier_generation_are_over() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let address = TcpListener::bind("127.0.0.79:0").unwrap().local_addr().unwrap();
    let mut given = config(&server, dir.path());
    given.seeds = vec![url(&format!("http://{address}/"))];
    given.robots = RobotsPolicy::Ignore;
    given.pace.backoff_first = Duration::ZERO;
    given.pace.breaker.failures_max = 0;
    let host = given.seeds[0].host_key();
    assert_eq!(crawl(given.clone()).snapshot.failed_total(), 1);
    serve(TcpListener::bind(address).unwrap(), |_| "fine".to_owned());
    let handle = start_waiting(CrawlConfig { start: Start::Recrawl, ..given.clone() });
    until(&handle, "it is fetched", |now| now.counters.fetched == 1 && now.waiting);
    assert_eq!(handle.requeue(&host).unwrap(), 0);
    end(&handle);
    // Nor later in the generation.
    let handle = start_waiting(given);
    until(&handle, "it is done", |now| now.waiting);
    assert_eq!(handle.requeue(&host).unwrap(), 0);
    assert_eq!(end(&handle).snapshot.accounting_error, 0);
}
