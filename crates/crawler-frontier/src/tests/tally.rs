//! What became of the URLs of one call.

use super::*;
use crate::Tally;

/// Small enough that keys go to the disk at once.
const SMALL: FrontierLimits =
    FrontierLimits { seen: SeenLimits { fresh_keys: 3, ..LIMITS.seen }, ..LIMITS };

#[test]
fn what_memory_decides_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1"]);
    let urls =
        ["http://a.example/1", "http://a.example/2", "http://b.example/", "http://b.example/"];
    let (admitted, id) = store.frontier.admit_tallied(urls.map(link), at(0)).unwrap();
    assert_eq!((admitted.new, admitted.seen), (2, 2));
    assert_eq!(store.frontier.take_tally(id), Some(Tally { new: 2, known: 2 }));
    assert_eq!(store.frontier.take_tally(id), None, "once");
}

#[test]
fn what_the_disk_decides_is_told_when_all_is_decided() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), SMALL);
    let known: Vec<String> = (0..8).map(|n| format!("http://a.example/{n}")).collect();
    store.offer_and_judge(known.iter().map(|url| link(url)));
    store.commit();
    drop(store);
    // After a restart nothing is in the cache of recent keys.
    let mut store = Store::open(dir.path(), SMALL);
    store.frontier.admit_judged(at(0), 100).unwrap();
    let urls =
        ["http://a.example/0", "http://a.example/new", "http://b.example/", "http://a.example/7"];
    let (first, one) = store.frontier.admit_tallied(urls.map(link), at(0)).unwrap();
    assert_eq!((first.new, first.seen), (0, 0), "all are deferred");
    assert_eq!(store.frontier.take_tally(one), None);
    let more = ["http://b.example/", "http://c.example/"].map(link);
    let (_, two) = store.frontier.admit_tallied(more, at(0)).unwrap();
    while store.frontier.undecided() > 0 {
        store.frontier.judge();
        store.frontier.admit_judged(at(0), 1).unwrap();
    }
    store.frontier.admit_judged(at(0), 100).unwrap();
    assert_eq!(store.frontier.take_tally(one), Some(Tally { new: 2, known: 2 }));
    assert_eq!(store.frontier.take_tally(two), Some(Tally { new: 1, known: 1 }));
}
