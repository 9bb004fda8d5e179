//! URLs that come back, and leases that do not wait for their time.

use super::*;
use crate::{Disposition, NextOf};

#[test]
fn failed_urls_come_back_past_the_seen_set() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1", "http://a.example/2"]);
    for _ in 0..2 {
        let lease = store.lease(0);
        store.frontier.settle(lease, Disposition::Failed);
    }
    store.commit();
    assert_eq!((store.frontier.queued(), store.frontier.seen()), (0, 2));
    let back = [link("http://a.example/2"), link("http://a.example/1")];
    assert_eq!(store.frontier.readmit(host("a.example"), back, at(0)), 2);
    assert_eq!((store.frontier.queued(), store.frontier.seen()), (2, 2));
    let totals = store.frontier.totals(host("a.example")).unwrap();
    assert_eq!((totals.done, totals.failed), (0, 0));
    store.commit();
    drop(store);
    let mut store = Store::open(dir.path(), LIMITS);
    for url in ["http://a.example/2", "http://a.example/1"] {
        let lease = store.lease(0);
        assert_eq!((lease.url.as_str(), lease.attempts), (url, 0));
        store.frontier.settle(lease, Disposition::Fetched);
    }
    assert_eq!(store.frontier.queued(), 0);
}

#[test]
fn a_host_that_waits_can_be_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), TINY);
    let urls: Vec<String> = (0..40).map(|n| format!("http://a.example/{n}")).collect();
    store.offer(urls.iter().map(|url| link(url)));
    let a = host("a.example");
    store.frontier.pace(a).unwrap().next_fetch_at = at(1_000_000);
    store.no_lease(0);
    let mut emptied = Vec::new();
    loop {
        match store.frontier.lease_of(a).unwrap() {
            NextOf::Lease(lease) => {
                emptied.push(lease.url.as_str().to_owned());
                store.frontier.settle(*lease, Disposition::Done);
            }
            NextOf::AwaitCommit => store.commit(),
            NextOf::Empty => break,
        }
    }
    assert_eq!(emptied, urls);
    assert_eq!(store.frontier.queued(), 0);
    assert!(matches!(store.frontier.lease_of(host("b.example")).unwrap(), NextOf::Empty));
}
