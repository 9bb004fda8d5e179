//! A small store with any of its files damaged: it is refused with the name of what is wrong, or
//! it is whole.

use super::*;
use crate::{FrontierError, PageMemory};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Damaged places of each file.
const OFFSETS_MAX: usize = 4;
const WORKERS: usize = 8;
const HOSTS: usize = 12;
const COMMITS: usize = 6;

/// What must be there.
#[derive(Debug, PartialEq, Eq)]
struct Holds {
    queued: Vec<u64>,
    seeds: usize,
    payload: Option<Vec<u8>>,
    pages: usize,
}

fn make(dir: &Path) {
    let mut store = Store::open(dir, LIMITS);
    for commit in 0..COMMITS {
        if commit == COMMITS / 2 {
            // From here on half of it is in tables.
            store.db.write_tables();
        }
        let urls: Vec<String> =
            (0..HOSTS).map(|host| format!("http://h{host}.example/{commit}")).collect();
        store.offer(urls.iter().map(|url| link(url)));
        let mut ops = store.frontier.take_ops();
        ops.seeds.push(format!("http://h{commit}.example/").into());
        let text = || format!("{commit}");
        let page = PageMemory { etag: None, last_modified: None, digest: text(), date: text() };
        ops.pages.insert(link(&urls[0]).fingerprint, page);
        let number = ops.number();
        store.db.commit(ops, format!("payload {commit}").as_bytes()).unwrap();
        store.frontier.committed(number);
    }
}

fn read(dir: &Path) -> Result<Holds, FrontierError> {
    let db = FrontierDb::open(dir)?;
    db.read_all()?;
    let reader = db.reader();
    let mut queued = Vec::new();
    reader.for_each_queued(&mut |fingerprint| {
        queued.push(fingerprint.url);
        Ok(())
    })?;
    let mut pages = 0;
    for commit in 0..COMMITS {
        let url = link(&format!("http://h0.example/{commit}"));
        pages += usize::from(reader.recall(url.fingerprint)?.is_some());
    }
    Ok(Holds { queued, seeds: reader.seeds()?.len(), payload: db.payload(), pages })
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Journals are filled up with zeros: what stands behind the last byte that is none is not read.
fn written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1)
}

/// A copy that leaves out the zeros at the end of journals, as the database itself does.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        let bytes = fs::read(&file).unwrap();
        let end = if file.extension().is_some_and(|it| it == "jnl") {
            written(&bytes)
        } else {
            bytes.len()
        };
        fs::write(target, &bytes[..end]).unwrap();
    }
}

#[derive(Debug)]
enum Damage {
    Flip(usize),
    Cut(usize),
    Remove,
}

fn damages(len: usize) -> Vec<Damage> {
    let step = len.div_ceil(OFFSETS_MAX).max(1);
    let offsets = || (0..len).step_by(step).chain(len.checked_sub(1));
    let flips = offsets().map(Damage::Flip);
    flips.chain(offsets().map(Damage::Cut)).chain([Damage::Remove]).collect()
}

fn apply(path: &Path, damage: &Damage) {
    let mut bytes = fs::read(path).unwrap();
    match damage {
        Damage::Flip(at) => bytes[*at] ^= 0x55,
        Damage::Cut(at) => bytes.truncate(*at),
        Damage::Remove => return fs::remove_file(path).unwrap(),
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn any_damaged_file_is_told_or_does_no_harm() {
    let place = tempfile::tempdir().unwrap();
    let whole = place.path().join("whole");
    make(&whole.join("x"));
    let (from, to) = (whole.join("x"), whole.join("y"));
    copy(&from, &to);
    let expected = read(&from).unwrap();
    assert_eq!(
        (expected.queued.len(), expected.seeds, expected.pages),
        (HOSTS * COMMITS, COMMITS, COMMITS)
    );
    let all = files(&to);
    let cases: Vec<_> = all
        .iter()
        .map(|file| file.strip_prefix(&to).unwrap())
        .flat_map(|name| {
            let len = fs::metadata(to.join(name)).unwrap().len() as usize;
            damages(len).into_iter().map(move |damage| (name, damage))
        })
        .collect();
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    // Most of the time is waiting for the disk.
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let dir = place.path().join(worker.to_string());
            let (cases, next, refused, wrong, to, expected) =
                (&cases, &next, &refused, &wrong, &to, &expected);
            scope.spawn(move || {
                while let Some((name, damage)) = cases.get(next.fetch_add(1, Relaxed)) {
                    copy(to, &dir);
                    apply(&dir.join(name), damage);
                    match catch_unwind(AssertUnwindSafe(|| read(&dir))) {
                        Ok(Ok(found)) if found == *expected => {}
                        Ok(Err(error)) if error.to_string().contains(&*dir.to_string_lossy()) => {
                            refused.fetch_add(1, Relaxed);
                        }
                        outcome => {
                            let outcome = outcome.map_err(|_| "a panic");
                            wrong.lock().unwrap().push(format!("{name:?} {damage:?}: {outcome:?}"));
                        }
                    }
                    fs::remove_dir_all(&dir).unwrap();
                }
            });
        }
    });
    let (cases, wrong) = (cases.len(), wrong.into_inner().unwrap());
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    let refused = refused.into_inner();
    assert!(refused > cases / 2, "{refused} of {cases} refused");
}

/// A kill in the middle of the first start leaves a keyspace without a list of its files, and its number
/// unused for ever.
#[test]
fn a_first_start_that_was_killed_is_no_damage() {
    let place = tempfile::tempdir().unwrap();
    let keyspaces = place.path().join("db/keyspaces");
    drop(fjall::Database::builder(place.path().join("db")).open().unwrap());
    fs::create_dir_all(keyspaces.join("1")).unwrap();
    make(place.path());
    let lists = || (0..20).map(|id| keyspaces.join(id.to_string()).join("current"));
    let found: Vec<PathBuf> = lists().filter(|list| list.exists()).collect();
    assert!(!found.contains(&keyspaces.join("1/current")), "the number is used after all");
    assert_eq!(read(place.path()).unwrap().queued.len(), HOSTS * COMMITS);
    fs::remove_file(found.last().unwrap()).unwrap();
    let error = read(place.path()).unwrap_err().to_string();
    assert!(error.contains("keyspaces"), "{error}");
}
