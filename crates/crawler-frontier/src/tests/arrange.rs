//! What is arranged for hosts beside their pace.

use super::*;
use crate::{Arrangement, Disposition, Summoned, Turn};

fn held(name: &str, not_before: u64) -> (HostHash, Arrangement) {
    (host(name), Arrangement { not_before: at(not_before), turn: Turn::Usual })
}

#[test]
fn a_held_host_waits_and_its_pace_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1", "http://b.example/1"]);
    store.frontier.arrange([held("a.example", 50)]).unwrap();
    let lease = store.lease(10);
    assert_eq!(lease.url.as_str(), "http://b.example/1");
    store.frontier.settle(lease, Disposition::Fetched);
    assert!(matches!(store.no_lease(49), Next::At(UnixMillis(50))));
    assert_eq!(store.frontier.pace(host("a.example")).unwrap().next_fetch_at, at(0));
    store.frontier.arrange([held("a.example", u64::MAX)]).unwrap();
    assert!(matches!(store.no_lease(99), Next::At(UnixMillis(u64::MAX))));
    store.frontier.arrange([]).unwrap();
    assert_eq!(store.lease(11).url.as_str(), "http://a.example/1");
}

#[test]
fn a_host_on_disk_is_summoned_when_all_of_it_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let few = FrontierLimits { hosts_in_memory: 1, ..LIMITS };
    let mut store = Store::open(dir.path(), few);
    store.admit(&["http://a.example/1", "http://b.example/1", "http://b.example/2"]);
    assert_eq!(store.frontier.summon(host("a.example")).unwrap(), Summoned::Here);
    assert_eq!(store.frontier.summon(host("b.example")).unwrap(), Summoned::Away);
    assert_eq!(store.frontier.summon(host("c.example")).unwrap(), Summoned::Unknown);
    store.commit();
    // It comes in beyond what there is room for, and before the one that has been due as long.
    store
        .frontier
        .arrange([(host("b.example"), Arrangement { turn: Turn::First, not_before: at(0) })])
        .unwrap();
    for url in ["http://b.example/1", "http://b.example/2", "http://a.example/1"] {
        let lease = store.lease(0);
        assert_eq!(lease.url.as_str(), url);
        store.frontier.settle(lease, Disposition::Fetched);
    }
    assert_eq!(store.frontier.queued(), 0);
    store.commit();
    // The row that it stood in leads nowhere, once it is looked at.
    store.no_lease(0);
    store.no_lease(2_000);
    assert!(matches!(store.no_lease(4_000), Next::Empty));
}
