//! One thing after the other, on the machine's own files.

use super::{LIMITS, key, set};
use crate::seen::faulty::FaultyFiles;
use crate::seen::{BatchId, Offer, RealFiles, RunMeta, SeenError, SeenEvent, SeenSet, SeenStore};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

fn open(dir: &Path, runs: &[RunMeta]) -> SeenStore {
    SeenStore::open(dir, Arc::new(RealFiles), runs).unwrap()
}

/// Offers so many keys from `start` on that a run is written; gives it.
fn write_run(set: &mut SeenSet<u64>, woken: &Receiver<()>, start: u64) -> RunMeta {
    for number in start..start + LIMITS.fresh_keys as u64 {
        set.offer(key(0, number), || number, 1);
    }
    loop {
        if set.is_judging() {
            woken.recv().unwrap();
        }
        set.flush();
        while let Some(event) = set.poll() {
            if let SeenEvent::Done { run: Some(run), .. } = event {
                return run;
            }
        }
    }
}

#[test]
fn until_the_first_run_keys_are_let_through_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    let (mut set, woken) = set(store.handle(), LIMITS);
    assert_eq!(set.offer(key(0, 1), || 1, 1), Offer::New(1));
    assert_eq!(set.offer(key(0, 1), || 1, 1), Offer::Seen);
    assert!(set.knows(key(0, 1)) && !set.knows(key(0, 2)) && set.len_fresh() == 1);
    let run = write_run(&mut set, &woken, 1);
    assert_eq!(run.keys, 8);
    assert_eq!(set.len_fresh(), 0);
    assert_eq!(set.offer(key(0, 100), || 100, 1), Offer::Deferred(BatchId(0)));
    assert_eq!((store.keys(), set.deferred()), (0, 1));
    store.publish(&[run]);
    assert_eq!((store.keys(), store.runs()), (8, vec![run]));
}

#[test]
fn of_equal_keys_in_a_batch_the_first_is_let_out_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    let (mut set, woken) = set(store.handle(), LIMITS);
    let run = write_run(&mut set, &woken, 0);
    store.publish(&[run]);
    // Same cell of the recent cache: each forgets the other.
    let twins = [1 << 20, 1 << 21].map(crate::seen::SeenKey::from_bits);
    for (at, twin) in [0, 1, 0, 1].into_iter().enumerate() {
        let offer = set.offer(twins[twin], || 1000 + at as u64, 1);
        assert_eq!(offer, Offer::Deferred(BatchId(0)));
    }
    set.offer(key(0, 3), || 3, 1);
    set.flush();
    woken.recv().unwrap();
    let mut out = Vec::new();
    while let Some(SeenEvent::New(_, payload)) = set.poll() {
        out.push(payload);
    }
    assert_eq!((out, set.deferred()), (vec![1000, 1001], 0));
}

#[test]
fn a_full_batch_has_no_room_while_another_is_judged() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    // The judging thread stays in `wake` until it is let go.
    let (let_go, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let wake = move || {
        let _ = gate.lock().unwrap().recv();
    };
    let mut set = SeenSet::new(store.handle(), LIMITS, Arc::new(wake));
    let mut number = 0;
    let mut offer_some = |set: &mut SeenSet<u64>| {
        (0..LIMITS.batch_keys).for_each(|_| {
            number += 1;
            set.offer(key(0, number), || number, 1);
        });
    };
    while set.has_room() {
        offer_some(&mut set);
    }
    assert!(set.is_judging() && set.deferred() >= LIMITS.batch_keys);
    drop(let_go);
    while set.deferred() > 0 {
        set.flush();
        set.poll();
    }
    assert!(set.has_room());
}

#[test]
fn a_batch_is_full_by_its_bytes_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    let (mut set, woken) = set(store.handle(), LIMITS);
    write_run(&mut set, &woken, 0);
    assert_eq!(set.offer(key(0, 50), || 50, LIMITS.batch_bytes), Offer::Deferred(BatchId(0)));
    assert!(set.is_judging());
    assert_eq!(set.offer(key(0, 51), || 51, 1), Offer::Deferred(BatchId(1)));
}

/// A shard restarts from what is durable, so what its former set wrote must not count.
#[test]
fn a_new_set_does_not_know_a_run_that_no_commit_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    let (mut former, woken) = set(store.handle(), LIMITS);
    let run = write_run(&mut former, &woken, 0);
    let (mut later, _woken) = set::<u64>(store.handle(), LIMITS);
    assert_eq!(later.offer(key(0, 0), || 0, 1), Offer::New(0));
    drop((former, later, store));
    let store = open(dir.path(), &[]);
    assert!(!dir.path().join("0000000001.run").exists());
    assert_eq!((store.keys(), run.id), (0, 1));
}

#[test]
fn like_runs_are_merged_and_their_files_removed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes.txt"), b"the operator's").unwrap();
    let store = open(dir.path(), &[]);
    let (mut set, woken) = set(store.handle(), LIMITS);
    for start in [0, 100, 200, 300] {
        let run = write_run(&mut set, &woken, start);
        store.publish(&[run]);
    }
    store.settle();
    let keys = store.keys();
    let compaction = store.take_compaction().unwrap().unwrap();
    assert_eq!((compaction.removed().len(), compaction.added().keys), (4, keys));
    let added = compaction.added();
    assert!(store.take_compaction().is_none());
    store.apply(compaction);
    store.settle();
    assert_eq!(store.runs(), [added]);
    let mut names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [format!("{:010}.run", added.id), "notes.txt".to_owned()]);
}

#[test]
fn a_closed_store_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &[]);
    let (mut set, woken) = set(store.handle(), LIMITS);
    write_run(&mut set, &woken, 0);
    drop(store);
    set.offer(key(0, 77), || 77, 1);
    set.flush();
    woken.recv().unwrap();
    assert!(matches!(set.poll(), Some(SeenEvent::Failed(SeenError::Ended))));
    set.flush();
    assert!(set.poll().is_none());
    assert!(matches!(set.offer(key(0, 78), || 78, 1), Offer::Deferred(_)));
}

#[test]
fn a_full_disk_is_told_and_the_batch_tried_again() {
    let files = FaultyFiles::default();
    let store = SeenStore::open(Path::new("/seen"), Arc::new(files.clone()), &[]).unwrap();
    let (mut set, woken) = set(store.handle(), LIMITS);
    files.fail_after(1, std::io::ErrorKind::StorageFull);
    for number in 0..LIMITS.fresh_keys as u64 {
        assert_eq!(set.offer(key(0, number), || number, 1), Offer::New(number));
    }
    woken.recv().unwrap();
    let Some(SeenEvent::Failed(error)) = set.poll() else { panic!("nothing failed") };
    assert!(error.is_disk_full() && error.to_string().contains("/seen/0000000001"), "{error}");
    assert_eq!(files.paths(), [] as [&Path; 0]);
    assert_eq!(set.offer(key(0, 3), || 3, 1), Offer::Seen);
    assert_eq!(set.offer(key(0, 99), || 99, 1), Offer::Deferred(BatchId(0)));
    set.flush();
    woken.recv().unwrap();
    let Some(SeenEvent::Done { run: Some(run), .. }) = set.poll() else { panic!("no run") };
    assert_eq!(run.keys, 8);
}
