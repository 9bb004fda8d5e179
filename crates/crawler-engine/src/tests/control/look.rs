//! Looking into a running crawl.

use super::*;
use crate::{ControlError, EndedState, HostList, HostOrder, HostQuery, HostSort, HostState};
use crawler_url::HostKey;
use std::collections::BTreeMap;

/// What a crawl that is done, and runs on, tells.
#[test]
fn hosts_are_listed_sorted_and_filtered() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let handle = start_waiting(config(&server, dir.path()));
    until(&handle, "it is done", |now| now.waiting);
    // Durable, and so the look that follows is of after the last page.
    handle.add_seeds(config(&server, dir.path()).seeds).unwrap();
    let mut fetched: BTreeMap<HostKey, u64> = BTreeMap::new();
    for url in stored(dir.path()) {
        *fetched.entry(WireUrl::parse(&url).unwrap().host_key()).or_default() += 1;
    }
    let query = HostQuery { sort: HostSort::Fetched, limit: 5, ..HostQuery::default() };
    let list = handle.hosts(&query).unwrap();
    assert!(list.hosts.is_sorted_by(|one, other| one.fetched >= other.fetched));
    let most: BTreeMap<_, _> = list.hosts.iter().map(|host| (&host.host, host.fetched)).collect();
    assert_eq!(most.len(), 5);
    assert!(most.iter().all(|(host, n)| fetched[*host] == *n), "{most:?}");
    assert_eq!(Some(list.hosts[0].fetched), fetched.values().max().copied());
    assert!(list.hosts.iter().all(|host| host.state == HostState::Idle && host.queued == 0));

    // All of them, in parts.
    let mut all = BTreeMap::new();
    let mut query = HostQuery { sort: HostSort::Stored, limit: 5, ..HostQuery::default() };
    loop {
        let HostList { hosts, next_cursor } = handle.hosts(&query).unwrap();
        all.extend(hosts.into_iter().map(|host| (host.host.clone(), host)));
        query.cursor = next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert!(fetched.iter().all(|(host, n)| all[host].fetched == *n));
    let sums = all.values().fold((0, 0, 0), |sum, host| {
        (sum.0 + host.fetched, sum.1 + host.failed, sum.2 + host.skipped)
    });
    let now = handle.snapshot();
    assert_eq!(sums, (now.counters.fetched, now.failed_total(), now.skipped_total()));

    let some = fetched.keys().next().unwrap();
    let until_then = HostOrder { blocked_until_ms: Some(Some(u64::MAX)), ..HostOrder::default() };
    handle.change_host(some, &until_then).unwrap();
    let query = HostQuery { state: Some(HostState::Blocked), limit: 9, ..HostQuery::default() };
    let blocked = handle.hosts(&query).unwrap().hosts;
    assert_eq!(blocked, [handle.host(some).unwrap().unwrap()]);
    assert!(blocked[0].changes.is_some());
    let name = some.as_str().to_owned();
    let query = HostQuery { contains: Some(name), limit: 9, ..HostQuery::default() };
    assert_eq!(handle.hosts(&query).unwrap().hosts, blocked);
    let bad = HostQuery { cursor: Some("x".to_owned()), limit: 9, ..HostQuery::default() };
    assert!(matches!(handle.hosts(&bad), Err(ControlError::Invalid { .. })));
    assert_eq!(handle.host(&"unknown.example".parse().unwrap()).unwrap(), None);
    end(&handle);
    assert!(matches!(handle.hosts(&query), Err(ControlError::Ending)));
}

#[test]
fn urls_are_told_by_what_became_of_them() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    until(&handle, "it waits", |now| now.waiting);
    assert!(handle.pause());
    let seeds = config(&server, dir.path()).seeds;
    handle.add_seeds(seeds.clone()).unwrap();
    let seed = &seeds[0];
    let host = seed.host_key();
    let queued = handle.queued_urls(&host, None, 10).unwrap();
    assert_eq!((queued.urls.len(), queued.next_cursor), (1, None));
    assert_eq!(queued.urls[0].url, *seed);
    let told = handle.explain(seed).unwrap();
    assert_eq!(told.queued.unwrap().ahead, 0);
    assert!(told.is_seen && !told.is_undecided && told.host.unwrap().queued == 1);
    let other = WireUrl::parse(&format!("http://{host}/never/found")).unwrap();
    assert!(!handle.explain(&other).unwrap().is_seen);

    assert!(handle.resume());
    until(&handle, "it is done", |now| now.waiting);
    handle.add_seeds(seeds.clone()).unwrap();
    let told = handle.explain(seed).unwrap();
    assert!(told.is_seen && told.queued.is_none() && told.robots.is_some());
    for state in [EndedState::Fetched, EndedState::Failed, EndedState::Skipped] {
        let (mut cursor, mut urls) = (None, BTreeSet::new());
        loop {
            let page = handle.ended_urls(&host, state, cursor.as_deref(), 3).unwrap();
            assert!(page.urls.iter().all(|url| url.state == state));
            urls.extend(page.urls.into_iter().map(|url| url.url));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let report = handle.host(&host).unwrap().unwrap();
        let n = match state {
            EndedState::Fetched => report.fetched,
            EndedState::Failed => report.failed,
            EndedState::Skipped => report.skipped,
        };
        assert_eq!(urls.len() as u64, n, "{state:?}");
    }
    end(&handle);
}
