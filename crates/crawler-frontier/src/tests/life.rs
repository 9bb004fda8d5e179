//! What a shard sees: order, turns, waiting.

use super::*;
use crate::{Disposition, HostTotals, Intake};
use std::time::Duration;

#[test]
fn a_url_is_let_through_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let urls = ["http://a.example/1", "http://a.example/2", "http://a.example/1#top"];
    let admitted = store.offer(urls.map(link));
    assert_eq!((admitted.new, admitted.seen), (2, 1));
    assert_eq!((store.frontier.queued(), store.frontier.seen()), (2, 2));
}

#[test]
fn a_closed_intake_hands_back_all_but_seeds_and_remembers_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1"]);
    store.frontier.set_intake(Intake::Shed);
    let offered = ["http://a.example/2", "http://b.example/", "http://a.example/1"].map(link);
    let seed = candidate("http://a.example/seed", Source::Seed, 0);
    let admitted = store.offer(offered.into_iter().chain([seed]));
    let refused: Vec<_> = admitted.shed.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(refused, ["http://a.example/2", "http://b.example/"]);
    assert_eq!((admitted.new, admitted.seen), (1, 1));
    assert_eq!((store.frontier.queued(), store.frontier.seen()), (2, 4));
    assert_eq!(store.frontier.totals(host("a.example")).unwrap().shed, 1);
    assert_eq!(store.frontier.totals(host("b.example")), None, "it takes no room");
    store.commit();
    drop(store);

    let mut store = Store::open(dir.path(), LIMITS);
    let lease = store.lease(0);
    assert_eq!(store.frontier.totals(lease.fingerprint.host).unwrap().shed, 1);
    let again = store.offer([link("http://b.example/")]);
    assert_eq!((again.new, again.seen), (0, 1), "also after a restart");
    let new = store.offer([link("http://b.example/new")]);
    assert_eq!((new.new, new.shed.len()), (1, 0), "the intake opens with the frontier");
}

#[test]
fn a_lower_limit_holds_for_what_comes_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let urls: Vec<String> = (0..40).map(|n| format!("http://a.example/{n}")).collect();
    let (before, after) = urls.split_at(10);
    store.offer(before.iter().map(|url| link(url)));
    store.frontier.set_limits(TINY);
    store.offer(after.iter().map(|url| link(url)));
    // 16 are held in memory; the others come to sight with the commit that writes them.
    for url in &urls[..16] {
        let lease = store.lease(0);
        assert_eq!(lease.url.as_str(), url);
        store.frontier.settle(lease, Disposition::Fetched);
    }
    assert!(matches!(store.no_lease(0), Next::AwaitCommit));
    store.commit();
    assert_eq!(store.lease(0).url.as_str(), urls[16]);
}

#[test]
fn a_host_is_fetched_by_class_then_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let offered = [
        ("http://a.example/deep", Source::Link, 9),
        ("http://a.example/map-1", Source::Sitemap, 0),
        ("http://a.example/near-1", Source::Link, 1),
        ("http://a.example/seed", Source::Seed, 0),
        ("http://a.example/near-2", Source::Link, 1),
        ("http://a.example/map-2", Source::Sitemap, 4),
    ];
    let offered = offered.map(|(url, source, depth)| candidate(url, source, depth));
    store.offer(offered);
    let mut order = Vec::new();
    for attempt in 0..7 {
        let lease = store.lease(0);
        order.push(lease.url.path().to_owned());
        // The first one fails once: it comes back after all others, and is given up.
        let disposition = match attempt {
            0 => Disposition::Retry,
            6 => Disposition::Failed,
            _ => Disposition::Fetched,
        };
        assert_eq!(lease.attempts, u8::from(attempt == 6));
        store.frontier.settle(lease, disposition);
    }
    let expected = ["/seed", "/map-1", "/map-2", "/near-1", "/near-2", "/deep", "/seed"];
    assert_eq!(order, expected);
    assert!(matches!(store.no_lease(0), Next::Empty));
    let totals = store.frontier.totals(host("a.example")).unwrap();
    assert_eq!(totals, HostTotals { done: 6, fetched: 5, retried: 1, shed: 0, failed: 1 });
    assert_eq!(store.frontier.queued(), 0);
}

#[test]
fn what_was_given_with_a_candidate_comes_with_its_lease() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let mut given = link("http://a.example/x");
    given.via = Some("http://b.example/from".into());
    given.redirects = 3;
    given.hops = Hops::default().then(crate::Hop::Link).then(crate::Hop::Redirect);
    store.offer([given.clone()]);
    let lease = store.lease(0);
    assert_eq!((&lease.url, lease.fingerprint), (&given.url, given.fingerprint));
    assert_eq!((&lease.via, lease.depth), (&given.via, given.depth));
    assert_eq!((lease.redirects, lease.hops, lease.attempts), (3, given.hops, 0));
}

#[test]
fn hosts_without_delay_take_turns() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    for n in 0..4 {
        for name in ["a", "b", "c"] {
            store.admit(&[&format!("http://{name}.example/{n}")]);
        }
    }
    let mut order = String::new();
    for _ in 0..12 {
        let lease = store.lease(5);
        order.push_str(&lease.url.host()[..1]);
        store.frontier.release(&lease);
        store.frontier.settle(lease, Disposition::Done);
    }
    assert_eq!(order, "abcabcabcabc");
}

#[test]
fn a_host_waits_for_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1", "http://a.example/2", "http://a.example/3"]);
    let first = store.lease(100);
    assert!(matches!(store.no_lease(100), Next::Empty), "busy with the first");
    store.frontier.pace(host("a.example")).unwrap().next_fetch_at =
        at(100) + Duration::from_secs(1);
    store.frontier.release(&first);
    assert!(matches!(store.no_lease(100), Next::At(UnixMillis(1100))));
    assert_eq!(
        store.frontier.hosts(),
        HostCounts { ready: 0, snoozed: 1, in_flight: 0, active: 1, known: 1 }
    );
    let second = store.lease(1100);
    store.frontier.snooze(second, at(5000));
    assert!(matches!(store.no_lease(4999), Next::At(UnixMillis(5000))));
    // A pace brought forward counts, too.
    store.frontier.pace(host("a.example")).unwrap().next_fetch_at = at(3000);
    let again = store.lease(3000);
    assert_eq!(again.url.path(), "/2", "given back to its place");
    assert_eq!(store.frontier.queued(), 3);
    assert!(store.frontier.pace(host("unknown.example")).is_none());
}

#[test]
fn a_snooze_never_brings_a_host_forward() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1"]);
    let lease = store.lease(0);
    store.frontier.pace(host("a.example")).unwrap().next_fetch_at = at(9000);
    store.frontier.snooze(lease, at(10));
    assert!(matches!(store.no_lease(100), Next::At(UnixMillis(9000))));
}

#[test]
fn host_concurrency_bounds_the_fetches_of_a_host() {
    let dir = tempfile::tempdir().unwrap();
    for (host_concurrency, bound) in [(0, 1), (1, 1), (3, 3)] {
        let limits = FrontierLimits { host_concurrency, ..LIMITS };
        let store_dir = dir.path().join(host_concurrency.to_string());
        let mut store = Store::open(&store_dir, limits);
        let urls: Vec<_> = (0..6).map(|n| format!("http://a.example/{n}")).collect();
        store.offer(urls.iter().map(|url| link(url)));
        let mut leases: Vec<_> = (0..bound).map(|_| store.lease(0)).collect();
        assert!(matches!(store.no_lease(0), Next::Empty), "at most {bound}");
        assert_eq!(store.frontier.hosts().in_flight, 1);
        // Released twice is released once.
        store.frontier.release(&leases[0]);
        store.frontier.release(&leases[0]);
        leases.push(store.lease(0));
        assert!(matches!(store.no_lease(0), Next::Empty), "one released, one leased");
        for lease in leases {
            store.frontier.settle(lease, Disposition::GiveBack);
        }
        assert_eq!(store.frontier.hosts().in_flight, 0);
        assert_eq!(store.lease(0).url.path(), "/0", "all back in their order");
    }
}

#[test]
fn urls_beyond_the_buffer_come_back_from_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), TINY);
    let urls: Vec<_> = (0..50).map(|n| format!("http://a.example/{n:02}")).collect();
    store.offer(urls.iter().map(|url| link(url)));
    for expected in &urls[..16] {
        let lease = store.lease(0);
        assert_eq!(lease.url.as_str(), expected);
        store.frontier.settle(lease, Disposition::Done);
    }
    assert!(matches!(store.no_lease(0), Next::AwaitCommit));
    assert_eq!(store.frontier.hosts().ready, 1);
    // A better one does not have to wait.
    store.offer([candidate("http://a.example/seed", Source::Seed, 0)]);
    let seed = store.lease(0);
    assert_eq!(seed.url.path(), "/seed");
    store.frontier.settle(seed, Disposition::Done);
    assert!(matches!(store.no_lease(0), Next::AwaitCommit));
    store.commit();
    for expected in &urls[16..] {
        let lease = store.lease(0);
        assert_eq!(lease.url.as_str(), expected);
        store.frontier.settle(lease, Disposition::Done);
    }
    assert!(matches!(store.no_lease(0), Next::Empty));
}

#[test]
fn a_better_url_pushes_the_worst_out_of_the_buffer() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), TINY);
    let deep: Vec<_> = (0..16).map(|n| format!("http://a.example/deep-{n:02}")).collect();
    store.offer(deep.iter().map(|url| candidate(url, Source::Link, 5)));
    let near: Vec<_> = (0..10).map(|n| format!("http://a.example/near-{n:02}")).collect();
    store.offer(near.iter().map(|url| link(url)));
    let mut order = Vec::new();
    while order.len() < 26 {
        match store.frontier.lease(at(0)).unwrap() {
            Next::Lease(lease) => {
                order.push(lease.url.to_string());
                store.frontier.settle(*lease, Disposition::Done);
            }
            Next::AwaitCommit => {
                assert_eq!(order.len(), 16, "what was pushed out is on its way to disk");
                store.commit();
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(order, [near, deep].concat());
}

/// Going back on disk to a URL that was given back would come across its neighbors that are leased
/// or whose removal is not committed.
#[test]
fn a_url_given_back_is_not_pushed_out() {
    let dir = tempfile::tempdir().unwrap();
    let limits = FrontierLimits { host_concurrency: 3, ..TINY };
    let mut store = Store::open(dir.path(), limits);
    let deep: Vec<_> = (0..16).map(|n| format!("http://a.example/deep-{n:02}")).collect();
    store.offer(deep.iter().map(|url| candidate(url, Source::Link, 5)));
    store.commit();
    let [given_back, done, _kept] = [0; 3].map(|_| store.lease(0));
    store.frontier.settle(done, Disposition::Done);
    store.frontier.settle(given_back, Disposition::GiveBack);
    let seeds: Vec<_> = (0..16).map(|n| format!("http://a.example/seed-{n:02}")).collect();
    store.offer(seeds.iter().map(|url| candidate(url, Source::Seed, 0)));
    for expected in seeds.iter().chain(&deep[..1]).chain(&deep[3..]) {
        let lease = store.lease(0);
        assert_eq!(lease.url.as_str(), expected);
        store.frontier.settle(lease, Disposition::Done);
    }
    assert!(matches!(store.no_lease(0), Next::Empty));
}

#[test]
fn a_timer_is_told_before_a_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), TINY);
    let urls: Vec<_> = (0..17).map(|n| format!("http://a.example/{n:02}")).collect();
    store.offer(urls.iter().map(|url| link(url)));
    for _ in 0..16 {
        let lease = store.lease(0);
        store.frontier.settle(lease, Disposition::Done);
    }
    store.admit(&["http://b.example/"]);
    store.frontier.pace(host("b.example")).unwrap().next_fetch_at = at(70);
    assert!(matches!(store.no_lease(0), Next::At(UnixMillis(70))));
    store.commit();
    assert_eq!(store.lease(0).url.path(), "/16", "the commit comes first after all");
}
