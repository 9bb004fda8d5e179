//! Stores that are refused, and what becomes of them when they are mended.

use super::*;
use crate::FrontierError;
use std::fs;
use std::path::PathBuf;

fn url(n: u64) -> String {
    format!("http://a.example/{n}")
}

/// A store of as many commits, one URL each.
fn make(dir: &Path, commits: u64) -> Store {
    let mut store = Store::open(dir, LIMITS);
    for n in 0..commits {
        store.admit(&[&url(n)]);
        store.commit();
    }
    store
}

fn journal(dir: &Path) -> PathBuf {
    let mut entries = fs::read_dir(dir.join("db")).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.extension().is_some_and(|it| it == "jnl")).unwrap()
}

/// Changes a byte of the text of a URL.
fn flip_at_text(path: &Path, text: &str) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn mend(dir: &Path, known: &[u64]) -> Result<(FrontierDb, Vec<String>), FrontierError> {
    let urls: Vec<_> = known.iter().map(|n| WireUrl::parse(&url(*n)).unwrap()).collect();
    let aside = dir.with_extension("aside");
    let (db, mended) = FrontierDb::open_mended(dir, &aside, &mut |visit| {
        urls.iter().for_each(&mut *visit);
    })?;
    Ok((db, mended.done))
}

#[test]
fn a_changed_journal_is_refused_and_mended_to_the_commit_before() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("store");
    drop(make(&dir, 6));
    flip_at_text(&journal(&dir), &url(3));
    let damaged = fs::read(journal(&dir)).unwrap();
    for _ in 0..2 {
        let error = FrontierDb::open(&dir).unwrap_err().to_string();
        for part in [".jnl", "commits 6 to 8", "crawler repair"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(fs::read(journal(&dir)).unwrap() == damaged, "refused, and changed");
    }
    let (db, done) = mend(&dir, &[]).unwrap();
    assert!(done[0].contains("as of commit 5"), "{done:?}");
    let kept = place.path().join("store.aside").join(journal(&dir).file_name().unwrap());
    assert!(fs::read(kept).unwrap() == damaged);
    let mut store = Store { frontier: recover(&db, LIMITS), db };
    assert_eq!(store.frontier.queued(), 3);
    store.admit(&[&url(3), &url(4)]);
    store.commit();
    drop(store);
    assert_eq!(recover(&FrontierDb::open(&dir).unwrap(), LIMITS).queued(), 5);
}

#[test]
fn what_is_in_tables_is_not_taken_back() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("store");
    let store = make(&dir, 6);
    store.db.write_tables();
    drop(store);
    flip_at_text(&journal(&dir), &url(3));
    let before = fs::read(journal(&dir)).unwrap();
    let error = mend(&dir, &[]).unwrap_err().to_string();
    assert!(error.contains("tables hold parts of later commits"), "{error}");
    assert!(fs::read(journal(&dir)).unwrap() == before);
    assert!(FrontierDb::open(&dir).unwrap_err().to_string().contains(".jnl"));
}

#[test]
fn a_store_without_its_rows_of_commits_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("store");
    drop(make(&dir, 3));
    fs::remove_file(dir.join("commits")).unwrap();
    let mut store = Store::open(&dir, LIMITS);
    assert_eq!(store.frontier.queued(), 3);
    store.admit(&[&url(3)]);
    store.commit();
    drop(store);
    flip_at_text(&journal(&dir), &url(0));
    FrontierDb::open(&dir).unwrap_err();
}

#[test]
fn a_damaged_run_is_written_anew() {
    for remove in [false, true] {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("store");
        let mut store = make(&dir, 3);
        store.db.start_generation().unwrap();
        drop(store);
        let runs = || fs::read_dir(dir.join("seen")).unwrap().map(|entry| entry.unwrap().path());
        let run = runs().next().unwrap();
        if remove {
            fs::remove_file(&run).unwrap();
        } else {
            let mut bytes = fs::read(&run).unwrap();
            bytes[5000] ^= 1;
            fs::write(&run, bytes).unwrap();
        }
        let error = FrontierDb::open(&dir).unwrap_err().to_string();
        assert!(error.contains(".run") && error.contains("crawler repair"), "{error}");
        let (db, done) = mend(&dir, &[7]).unwrap();
        assert!(done[1].contains("0 keys were still readable, 3 were not"), "{done:?}");
        assert_eq!(db.seen_keys(), 4, "{done:?}");
        drop(db);
        assert_eq!(FrontierDb::open(&dir).unwrap().seen_keys(), 4);
    }
}
