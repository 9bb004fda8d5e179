//! Reading hosts and queues for people.

use super::*;
use crate::{Disposition, HostSummary, QueuePlace};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

fn hosts(store: &Store, from: HostHash) -> Vec<HostSummary> {
    let mut all = Vec::new();
    let visit = &mut |host| {
        all.push(host);
        ControlFlow::Continue(())
    };
    store.db.reader().for_each_host(from, visit).unwrap();
    all
}

fn queue(
    store: &Store,
    name: &str,
    after: Option<QueuePlace>,
    max: usize,
) -> Vec<(String, QueuePlace)> {
    let mut urls = Vec::new();
    let visit = &mut |_, item: crate::transfer::UrlItem| {
        let at = QueuePlace { class: item.class, place: item.place.unwrap() };
        urls.push((item.url.as_str().to_owned(), at));
        if urls.len() == max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.db.reader().for_each_queued_of(host(name), after, visit).unwrap();
    urls
}

#[test]
fn hosts_are_told_with_what_waits_for_them() {
    let dir = tempfile::tempdir().unwrap();
    let few = FrontierLimits { hosts_in_memory: 2, ..LIMITS };
    let mut store = Store::open(dir.path(), few);
    for n in 0..6 {
        for page in 0..=n {
            store.admit(&[&format!("http://h{n}.example/{page}")]);
        }
    }
    store.commit();
    let first = store.lease(0);
    let done = first.url.host_key();
    store.frontier.settle(first, Disposition::Failed);
    store.commit();

    let all = hosts(&store, HostHash(0));
    assert!(all.is_sorted_by_key(|host| host.hash));
    let reader = store.db.reader();
    let queued: BTreeMap<_, _> = all
        .iter()
        .map(|host| {
            // Those that never came into memory have no row of their own, and no name in it.
            let name = host.key.clone().or_else(|| reader.host_name(host.hash).unwrap()).unwrap();
            let left = host.queued + host.totals.failed;
            (name.as_str().to_owned(), left)
        })
        .collect();
    assert!(all.iter().any(|host| host.key.is_none()));
    assert_eq!(queued, (0..6).map(|n| (format!("h{n}.example"), n + 1)).collect());
    assert_eq!(hosts(&store, all[3].hash).len(), 3);
    let one = reader.host_summary(done.hash()).unwrap().unwrap();
    assert_eq!((one.totals.done, one.totals.failed, one.totals.fetched), (1, 1, 0));
    assert!(reader.host_summary(host("unknown.example")).unwrap().is_none());
}

#[test]
fn a_queue_is_told_in_parts_without_what_was_settled() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let urls: Vec<String> = (0..10).map(|n| format!("http://a.example/{n}")).collect();
    let seed = candidate("http://a.example/seed", Source::Seed, 0);
    store.offer(urls.iter().map(|url| link(url)).chain([seed]));
    store.admit(&["http://b.example/"]);
    store.commit();
    let seed = store.lease(0);
    store.frontier.settle(seed, Disposition::Fetched);
    // In the middle of a chunk.
    let other = store.lease(0);
    let page = store.lease(0);
    assert_eq!((other.url.host(), page.url.as_str()), ("b.example", urls[0].as_str()));
    store.frontier.settle(page, Disposition::Fetched);
    store.commit();
    let whole: Vec<String> =
        queue(&store, "a.example", None, 99).into_iter().map(|url| url.0).collect();
    assert_eq!(whole, urls[1..]);
    let (mut parts, mut after) = (Vec::new(), None);
    loop {
        let part = queue(&store, "a.example", after, 4);
        let Some((_, last)) = part.last() else { break };
        after = Some(*last);
        parts.extend(part.into_iter().map(|url| url.0));
    }
    assert_eq!(parts, whole);
    assert_eq!(queue(&store, "c.example", None, 9), []);
}

#[test]
fn what_was_seen_is_known_to_the_reader() {
    let dir = tempfile::tempdir().unwrap();
    // The first in a file of the seen set, the second in a row.
    let small = FrontierLimits { seen: SeenLimits { fresh_keys: 4, ..LIMITS.seen }, ..LIMITS };
    let mut store = Store::open(dir.path(), small);
    let urls: Vec<String> = (0..5).map(|n| format!("http://a.example/{n}")).collect();
    store.offer_and_judge(urls.iter().map(|url| link(url)));
    store.commit();
    let reader = store.db.reader();
    for url in &urls {
        assert!(reader.has_seen(link(url).fingerprint).unwrap(), "{url}");
    }
    let new = link("http://a.example/new");
    assert!(!reader.has_seen(new.fingerprint).unwrap());
    assert!(!reader.is_undecided(new.fingerprint).unwrap());
    store.offer([new.clone()]);
    store.commit();
    let reader = store.db.reader();
    let decided = reader.has_seen(new.fingerprint).unwrap();
    assert_ne!(decided, reader.is_undecided(new.fingerprint).unwrap());
}
