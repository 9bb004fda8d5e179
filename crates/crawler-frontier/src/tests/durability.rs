//! What survives, and what is refused.

use super::tree::Tree;
use super::*;
use crate::{Disposition, FrontierError, PageMemory};

fn page(date: &str) -> PageMemory {
    let (etag, digest) = (Some("\"x\"".into()), "sha1:ABC".into());
    PageMemory { etag, last_modified: None, digest, date: date.into() }
}

#[test]
fn a_new_store_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(&dir.path().join("made/as/needed"), LIMITS);
    assert_eq!((store.db.payload(), store.db.generation()), (None, 1));
    assert_eq!(store.db.reader().seeds().unwrap(), []);
    assert!(matches!(store.no_lease(0), Next::Empty));
    assert!(store.frontier.take_ops().is_empty());
}

#[test]
fn what_was_committed_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let urls = ["http://a.example/1", "http://a.example/2", "http://a.example/3"];
    {
        let mut store = Store::open(dir.path(), LIMITS);
        store.admit(&urls);
        for text in ["http://b.example/", "http://a.example/1"] {
            store.frontier.add_seed(&WireUrl::parse(text).unwrap());
        }
        store.frontier.remember(link(urls[0]).fingerprint, page("2026"));
        store.frontier.pace(host("a.example")).unwrap().next_fetch_at = at(700);
        let lease = store.lease(700);
        store.frontier.settle(lease, Disposition::Done);
        let leased = store.lease(700);
        store.commit();
        // Neither this nor the end of the lease is committed.
        store.admit(&["http://a.example/4"]);
        store.frontier.settle(leased, Disposition::Done);
    }
    let mut store = Store::open(dir.path(), LIMITS);
    assert_eq!(store.db.payload().as_deref(), Some(&b"payload"[..]));
    let seeds: Vec<_> =
        store.db.reader().seeds().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(seeds, ["http://a.example/1", "http://b.example/"]);
    let reader = store.db.reader();
    assert_eq!(reader.recall(link(urls[0]).fingerprint).unwrap(), Some(page("2026")));
    assert_eq!(reader.recall(link(urls[1]).fingerprint).unwrap(), None);
    assert_eq!((store.frontier.queued(), store.frontier.seen()), (2, 3));
    assert!(matches!(store.no_lease(699), Next::At(UnixMillis(700))), "still polite");
    assert_eq!(store.lease(700).url.path(), "/2", "leased again");
    store.admit(&["http://a.example/4"]);
    assert_eq!(store.offer(urls.map(link)).seen, 3);
}

#[test]
fn what_is_spilled_leaves_memory_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let urls = ["http://a.example/1", "http://b.example/2"];
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&urls);
    store.commit();
    assert!(store.db.db.write_buffer_size() > 0);
    store.db.spill().unwrap();
    store.db.await_spill();
    store.admit(&["http://a.example/3"]);
    store.commit();
    drop(store);
    let mut store = Store::open(dir.path(), LIMITS);
    assert_eq!(store.frontier.queued(), 3);
    let mut leased: Vec<_> = (0..2).map(|_| store.lease(0).url.to_string()).collect();
    leased.sort();
    assert_eq!(leased, urls);
}

#[test]
fn a_new_generation_forgets_what_was_seen_but_not_what_is_queued() {
    let dir = tempfile::tempdir().unwrap();
    let urls = ["http://a.example/1", "http://a.example/2"];
    let mut store = Store::open(dir.path(), LIMITS);
    // As the store itself names URLs.
    let canonicalizer = store.db.canonicalizer();
    let named = |url: &str| {
        let link = link(url);
        Candidate { fingerprint: canonicalizer.fingerprint(&link.url), ..link }
    };
    store.offer(urls.map(named));
    let lease = store.lease(0);
    store.frontier.settle(lease, Disposition::Done);
    store.frontier.remember(named(urls[0]).fingerprint, page("2026"));
    store.commit();
    store.db.start_generation().unwrap();
    for reopened in [false, true] {
        if reopened {
            drop(store);
            store = Store::open(dir.path(), LIMITS);
        }
        assert_eq!(store.db.generation(), 2);
        assert_eq!(store.db.payload().as_deref(), Some(&b"payload"[..]));
        assert!(store.db.reader().recall(named(urls[0]).fingerprint).unwrap().is_some());
        store.frontier = recover(&store.db, LIMITS);
        assert_eq!((store.frontier.queued(), store.frontier.seen()), (1, 1));
        let admitted = store.offer_and_judge(urls.map(named));
        assert_eq!((admitted.new, admitted.seen), (1, 1));
    }
}

#[test]
fn a_store_is_open_once_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), LIMITS);
    let error = FrontierDb::open(dir.path()).unwrap_err();
    assert!(matches!(error, FrontierError::Locked { .. }), "{error}");
    drop(store);
    drop(Store::open(dir.path(), LIMITS));
}

#[test]
fn after_a_failed_write_all_writes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1"]);
    store.commit();
    // A directory in the place of the new run makes the write fail.
    let blocker = dir.path().join("seen/0000000001.tmp");
    std::fs::create_dir(&blocker).unwrap();
    let first = store.db.start_generation().unwrap_err();
    assert!(matches!(first, FrontierError::Io { .. }), "{first}");
    std::fs::remove_dir(&blocker).unwrap();
    store.admit(&["http://a.example/2"]);
    match store.db.commit(store.frontier.take_ops(), b"later").unwrap_err() {
        FrontierError::Poisoned { first: named, disk_full: false } => {
            assert_eq!(named, first.to_string());
        }
        other => panic!("{other}"),
    }
    drop(store);
    let store = Store::open(dir.path(), LIMITS);
    assert_eq!((store.frontier.queued(), store.db.generation()), (1, 1));
    assert_eq!(store.db.payload().as_deref(), Some(&b"payload"[..]));
}

#[test]
fn ops_of_several_hand_overs_make_one_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    let mut merged = Ops::default();
    for n in 0..3 {
        store.admit(&[&format!("http://a.example/{n}")]);
        let ops = store.frontier.take_ops();
        assert_eq!(ops.number(), n + 1);
        merged.merge(ops);
    }
    assert_eq!((merged.number(), merged.len()), (3, 3 + 1 + 1 + 1 + 3));
    store.db.commit(merged, &[]).unwrap();
    assert_eq!(recover(&store.db, LIMITS).queued(), 3);
}

#[test]
fn a_row_that_counts_more_than_there_is_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1", "http://a.example/2"]);
    let mut ops = store.frontier.take_ops();
    ops.queue.clear();
    store.db.commit(ops, &[]).unwrap();
    let mut frontier = recover(&store.db, LIMITS);
    for _ in 0..2 {
        let error = frontier.lease(at(0)).unwrap_err();
        assert!(matches!(error, FrontierError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("a.example"), "{error}");
    }
}

#[test]
fn a_commit_that_reached_the_disk_in_part_never_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), LIMITS);
    store.admit(&["http://a.example/1"]);
    store.commit();
    let before = || Tree::read(dir.path());
    let (old, older) = (before(), before());
    store.admit(&["http://a.example/2", "http://b.example/"]);
    store.commit();
    let after = Tree::read(dir.path());
    for (thousandths, old) in [(0, old), (700, older)] {
        let torn = Tree::torn(old, &after, thousandths).expect("only the journal was written");
        let again = tempfile::tempdir().unwrap();
        torn.write(again.path());
        let mut store = Store::open(again.path(), LIMITS);
        assert_eq!((store.frontier.queued(), store.frontier.seen()), (1, 1), "{thousandths}");
        assert_eq!(store.lease(0).url.path(), "/1");
        store.admit(&["http://b.example/"]);
        store.commit();
    }
    let whole = tempfile::tempdir().unwrap();
    after.write(whole.path());
    assert_eq!(Store::open(whole.path(), LIMITS).frontier.queued(), 3);
}
