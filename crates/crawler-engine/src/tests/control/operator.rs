//! What an operator decides holds at once, and over restarts.

use super::*;
use crate::{AuditEntry, HostOrder, HostOverride, StartError};
use crawler_url::HostKey;

/// A host with many pages.
fn some_host(server: &WebServer) -> HostKey {
    WireUrl::parse(&server.seeds()[0]).unwrap().host_key()
}

fn is_of(host: &HostKey, url: &str) -> bool {
    WireUrl::parse(url).unwrap().host_key() == *host
}

fn n_stored_of(host: &HostKey, dir: &Path) -> usize {
    stored(dir).iter().filter(|url| is_of(host, url)).count()
}

fn blocked() -> HostOrder {
    HostOrder { blocked_until_ms: Some(Some(u64::MAX)), ..HostOrder::default() }
}

#[test]
fn a_pause_is_kept_by_a_crawl_that_waits_and_lifted_by_one_that_ends() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    until(&handle, "it waits", |now| now.waiting);
    assert!(handle.pause());
    handle.add_seeds(config(&server, dir.path()).seeds).unwrap();
    end(&handle);
    let handle = start_waiting(config(&server, dir.path()));
    until(&handle, "it starts", |now| now.phase > Phase::Starting);
    assert!(handle.wait_timeout(Duration::from_millis(300)).is_none());
    let snapshot = handle.snapshot();
    assert_eq!((snapshot.phase, snapshot.counters.fetched), (Phase::Paused, 0));
    end(&handle);
    assert_eq!(crawl(config(&server, dir.path())).finish, Finish::Done);
    assert_complete(&server, dir.path());
    let handle = start_waiting(config(&server, dir.path()));
    until(&handle, "it is not paused any more", |now| now.waiting);
    end(&handle);
}

#[test]
fn a_crawl_ends_when_all_that_is_left_is_blocked_for_good() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let host = some_host(&server);
    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    handle.change_host(&host, &blocked()).unwrap();
    end(&handle);
    let report = crawl(config(&server, dir.path()));
    assert_eq!((report.finish, report.snapshot.accounting_error), (Finish::Done, 0));
    assert!(report.snapshot.queued > 0);
    assert_eq!(n_stored_of(&host, dir.path()), 0);

    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    let free = HostOrder { blocked_until_ms: Some(None), ..HostOrder::default() };
    handle.change_host(&host, &free).unwrap();
    until(&handle, "the rest is fetched", |now| now.waiting);
    end(&handle);
    assert_complete(&server, dir.path());
}

#[test]
fn nothing_is_sent_to_a_blocked_host_until_it_is_let_go() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let host = some_host(&server);
    let others = server.web().expected().filter(|page| !is_of(&host, &page.url)).count() as u64;
    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    let change = HostOrder { reason: Some("they wrote".to_owned()), ..blocked() };
    handle.change_host(&host, &change).unwrap();
    handle.add_seeds(config(&server, dir.path()).seeds).unwrap();
    until(&handle, "the others are fetched", |now| now.counters.fetched >= others);
    assert_eq!(end(&handle).snapshot.accounting_error, 0);
    assert_eq!(n_stored_of(&host, dir.path()), 0);

    let handle = start_waiting(config(&server, dir.path()));
    until(&handle, "it goes on", |now| now.phase == Phase::Running);
    assert!(handle.wait_timeout(Duration::from_millis(300)).is_none());
    let now = handle.snapshot();
    assert!(now.queued > 0 && now.counters.fetched == others && !now.waiting, "{now:?}");
    let expected = HostOverride {
        blocked_until_ms: Some(u64::MAX),
        reason: Some("they wrote".to_owned()),
        ..HostOverride::default()
    };
    assert_eq!(handle.host_override(&host), Some(expected));
    // It ends by itself.
    let soon = HostOrder { ttl: Some(Duration::from_millis(200)), ..HostOrder::default() };
    handle.change_host(&host, &soon).unwrap();
    until(&handle, "the block is over", |now| now.waiting);
    assert_eq!(handle.host_override(&host), None);
    let ended = &handle.audit_log(1).unwrap()[0];
    assert_eq!(ended.action, "host_change_ended");
    assert_eq!(ended.target.as_deref(), Some(host.as_str()));
    assert_eq!(ended.reason.as_deref(), Some("they wrote"));
    end(&handle);
    assert_complete(&server, dir.path());
}

#[test]
fn a_shorter_delay_helps_a_host_that_is_waiting() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let host = some_host(&server);
    let pages = server.web().expected().filter(|page| is_of(&host, &page.url)).count();
    let mut given = config(&server, dir.path());
    given.pace.delay = Duration::from_secs(600);
    let handle = start_waiting(given);
    until(&handle, "it has asked for robots.txt", |now| now.counters.robots_fetched >= 12);
    let at_once = HostOrder { delay_ms: Some(Some(0)), ..HostOrder::default() };
    handle.change_host(&host, &at_once).unwrap();
    // Its pages are fetched; no other host's turn comes.
    until(&handle, "the host is done", |now| now.counters.fetched >= pages as u64 / 2);
    let kept = HostOrder { delay_ms: Some(None), ..HostOrder::default() };
    assert_eq!(handle.change_host(&host, &kept).unwrap(), None);
    end(&handle);
    assert_eq!(n_stored_of(&host, dir.path()), stored(dir.path()).len());
}

#[test]
fn what_operators_did_is_written_down() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let none = CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) };
    let handle = start_waiting(none.clone());
    let entry = |n: u32| AuditEntry {
        actor: "api 127.0.0.1".to_owned(),
        action: "pause".to_owned(),
        detail: Some(format!("{n}\n")),
        ..AuditEntry::default()
    };
    assert_eq!(handle.audit_log(9).unwrap(), []);
    (0..3).for_each(|n| handle.audit(entry(n)).unwrap());
    until(&handle, "it waits", |now| now.waiting);
    end(&handle);
    let handle = start_waiting(none.clone());
    let details: Vec<_> =
        handle.audit_log(2).unwrap().into_iter().map(|entry| entry.detail.unwrap()).collect();
    assert_eq!(details, ["2\n", "1\n"], "the newest first");
    end(&handle);
    let handle = start_waiting(CrawlConfig { start: Start::Fresh, ..none });
    assert_eq!(handle.audit_log(2).unwrap(), [], "a fresh start begins anew");
    end(&handle);
}

#[test]
fn a_start_is_refused_when_the_decisions_cannot_be_read() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    std::fs::create_dir(dir.path().join("operator")).unwrap();
    std::fs::write(dir.path().join("operator/state.json"), "{}").unwrap();
    let refused = start(config(&server, dir.path()));
    assert!(matches!(refused, Err(StartError::Operator(_))), "{refused:?}");
}
