//! A crawl that waits for seeds, and gets some.

use super::*;
use crate::{ControlError, SeedsTaken, StartError};

#[test]
fn a_crawl_that_may_wait_starts_without_seeds_and_takes_them_later() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let given = config(&server, dir.path());
    let seeds = given.seeds.clone();
    let none = CrawlConfig { seeds: Vec::new(), ..given };
    assert!(matches!(start(none.clone()), Err(StartError::NoSeeds)));

    let handle = start_waiting(none.clone());
    until(&handle, "it waits", |now| now.waiting);
    let n = seeds.len() as u64;
    // While nothing is fetched, none of them is found by a link.
    assert!(handle.pause());
    let taken = handle.add_seeds(seeds.clone()).unwrap();
    assert_eq!(taken, SeedsTaken { new: n, known: 0 });
    assert!(handle.resume());
    until(&handle, "it is done", |now| now.waiting);
    assert_eq!(handle.add_seeds(seeds.clone()).unwrap(), SeedsTaken { new: 0, known: n });
    assert_complete(&server, dir.path());
    let report = end(&handle);
    assert_eq!(report.finish, Finish::Interrupted);
    assert_eq!((report.snapshot.accounting_error, report.snapshot.queued), (0, 0));
    assert!(!report.snapshot.waiting);
    assert!(matches!(handle.add_seeds(seeds), Err(ControlError::Ending)));
    // The seeds are those of the directory now.
    assert_eq!(crawl(none).finish, Finish::Done);
}

#[test]
fn seeds_are_durable_when_the_call_returns_and_widen_the_scope() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let mut given = config(&server, dir.path());
    given.scope.kind = ScopeKind::Host;
    let seeds = std::mem::take(&mut given.seeds);
    let handle = start_waiting(given.clone());
    until(&handle, "it waits", |now| now.waiting);
    assert!(handle.pause());
    let taken = handle.add_seeds(seeds.clone()).unwrap();
    assert_eq!(taken.new, seeds.len() as u64);
    assert_eq!(handle.snapshot().queued, taken.new);
    // As if the process had been killed now: what is on disk is all there is.
    let copy = tempfile::tempdir().unwrap();
    copy_dir(dir.path(), copy.path());
    assert!(handle.resume());
    until(&handle, "it is done", |now| now.waiting);
    end(&handle);
    let found: BTreeSet<String> = stored(dir.path()).into_iter().collect();
    assert!(found.len() > seeds.len(), "links on the seeds' hosts are followed");

    let report = crawl(CrawlConfig { data_dir: copy.path().to_owned(), ..given });
    assert_eq!((report.finish, report.snapshot.accounting_error), (Finish::Done, 0));
    assert_eq!(stored(copy.path()).into_iter().collect::<BTreeSet<_>>(), found);
}

#[test]
fn a_crawl_that_waits_ends_at_its_limits() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let limits = Limits { time: Some(Duration::from_millis(300)), ..Limits::default() };
    let handle =
        start_waiting(CrawlConfig { limits, seeds: Vec::new(), ..config(&server, dir.path()) });
    assert_eq!(handle.wait().finish, Finish::TimeLimit);
    let limits = Limits { pages: Some(5), ..Limits::default() };
    let handle =
        start_waiting(CrawlConfig { limits, seeds: Vec::new(), ..config(&server, dir.path()) });
    handle.add_seeds(config(&server, dir.path()).seeds).unwrap();
    assert_eq!(handle.wait().finish, Finish::PageLimit);
    assert_eq!(stored(dir.path()).len(), 5);
}

#[test]
fn the_threads_of_a_crawl_are_heard_of() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let handle = start_waiting(CrawlConfig { seeds: Vec::new(), ..config(&server, dir.path()) });
    until(&handle, "it waits", |now| now.waiting);
    let health = handle.health();
    let numbers: Vec<_> = health.shards.iter().map(|shard| shard.shard).collect();
    assert_eq!(numbers, [0, 1, 2]);
    // Far longer than a loop sleeps, and far shorter than it takes for anybody to be worried.
    let soon = Duration::from_secs(20);
    assert!(health.supervisor < soon, "{health:?}");
    assert!(
        health.shards.iter().all(|shard| shard.silence.is_some_and(|for_long| for_long < soon))
    );
    end(&handle);
}

/// Everything a killed process would leave.
fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            // stats.json has another name while it is written.
            let copied = std::fs::copy(entry.path(), target).map_err(|error| error.kind());
            assert!(matches!(copied, Ok(_) | Err(std::io::ErrorKind::NotFound)), "{copied:?}");
        }
    }
}
