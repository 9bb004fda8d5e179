//! Whole crawls on a machine that has as much memory and disk as a test says.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use super::*;
use crate::pressure::Quantity;
use crate::start::start_measured;
use crate::{Ceilings, CrawlHandle};

/// Bytes of each ceiling.
const CEILING: u64 = 1000;

/// Starts a crawl on a machine where `quantity` has the size that `bytes` has at the time.
fn start_on(config: CrawlConfig, quantity: Quantity, bytes: &Arc<AtomicU64>) -> CrawlHandle {
    let bytes = Arc::clone(bytes);
    let measure = move |asked| Ok(if asked == quantity { bytes.load(SeqCst) } else { 0 });
    start_measured(config, Box::new(measure)).unwrap()
}

/// Reasons of `skipped.jsonl` by URL; a URL has one row.
fn skipped(dir: &Path) -> BTreeMap<String, String> {
    let rows = std::fs::read_to_string(dir.join("reports/skipped.jsonl")).unwrap();
    let mut reasons = BTreeMap::new();
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        assert_eq!(reasons.insert(text("url"), text("reason")), None, "{row}");
    }
    reasons
}

#[test]
fn without_room_for_new_urls_the_seeds_are_fetched_and_the_others_accounted_for() {
    let server = web();
    for (quantity, ceilings) in [
        (Quantity::Frontier, Ceilings { frontier_bytes: Some(CEILING), ..Ceilings::default() }),
        (Quantity::Memory, Ceilings { memory_bytes: Some(CEILING), ..Ceilings::default() }),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let config = CrawlConfig { ceilings, ..config(&server, dir.path()) };
        let handle = start_on(config.clone(), quantity, &Arc::new(AtomicU64::new(CEILING)));
        let report = handle.wait_timeout(Duration::from_secs(60)).expect("the crawl ends");
        assert_eq!(report.finish, Finish::Done);
        let snapshot = report.snapshot;
        let rows = skipped(dir.path());
        let shed: Vec<_> = rows.iter().filter(|(_, reason)| *reason == "frontier_full").collect();
        assert!(!shed.is_empty());
        assert_eq!(snapshot.counters.skipped["frontier_full"], shed.len() as u64);
        let stored = stored(dir.path());
        for seed in server.seeds() {
            assert!(stored.contains(&seed), "{seed} was shed");
        }
        assert!(shed.iter().all(|(url, _)| !stored.contains(url)));
        assert_eq!((snapshot.accounting_error, snapshot.queued), (0, 0));
        assert_eq!(snapshot.counters.discovered, snapshot.counters.ended());
        assert_eq!(snapshot.counters.ended(), (stored.len() + rows.len()) as u64);
        assert_eq!(snapshot.seen, snapshot.counters.discovered);

        // A recrawl with room finds what was shed.
        crawl(CrawlConfig { start: Start::Recrawl, ceilings: Ceilings::default(), ..config });
        let expected: BTreeSet<String> = server.web().expected().map(|page| page.url).collect();
        assert_eq!(self::stored(dir.path()).into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

#[test]
fn near_its_ceilings_a_crawl_does_with_less_and_loses_nothing() {
    let server = web();
    for percent in [85, 95] {
        let dir = tempfile::tempdir().unwrap();
        let ceilings = Ceilings { memory_bytes: Some(CEILING), ..Ceilings::default() };
        let config = CrawlConfig { ceilings, ..config(&server, dir.path()) };
        let bytes = Arc::new(AtomicU64::new(CEILING / 100 * percent));
        let report = start_on(config, Quantity::Memory, &bytes).wait();
        assert_eq!(report.finish, Finish::Done);
        assert_complete(&server, dir.path());
    }
}

#[test]
fn without_room_on_disk_the_crawl_holds_and_goes_on_by_itself() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let ceilings = Ceilings { free_disk_bytes: CEILING, ..Ceilings::default() };
    let config = CrawlConfig { ceilings, ..config(&server, dir.path()) };
    let free = Arc::new(AtomicU64::new(CEILING - 1));
    let handle = start_on(config, Quantity::FreeDisk, &free);
    while handle.phase() < Phase::Running || handle.snapshot().held.is_none() {
        std::thread::yield_now();
    }
    // Enough turns of every shard's loop for a lease to show.
    assert!(handle.wait_timeout(Duration::from_millis(300)).is_none());
    let snapshot = handle.snapshot();
    assert_eq!(snapshot.phase, Phase::Running);
    assert_eq!((snapshot.in_flight, snapshot.counters.fetched), (0, 0));
    assert!(snapshot.held.unwrap().contains("999 free on the disk of"));
    free.store(2 * CEILING, SeqCst);
    let report = handle.wait_timeout(Duration::from_secs(60)).expect("the crawl goes on");
    assert_eq!((report.finish, report.snapshot.held), (Finish::Done, None));
    assert_complete(&server, dir.path());
}

#[test]
fn a_crawl_that_holds_can_be_ended_and_continued() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let ceilings = Ceilings { disk_bytes: Some(CEILING), ..Ceilings::default() };
    let held = CrawlConfig { ceilings, ..config(&server, dir.path()) };
    let handle = start_on(held, Quantity::Disk, &Arc::new(AtomicU64::new(CEILING)));
    while handle.snapshot().held.is_none() {
        std::thread::yield_now();
    }
    handle.drain();
    let report = handle.wait_timeout(Duration::from_secs(60)).expect("the crawl ends");
    assert_eq!(report.finish, Finish::Interrupted);
    assert_eq!(crawl(config(&server, dir.path())).finish, Finish::Done);
    assert_complete(&server, dir.path());
}
