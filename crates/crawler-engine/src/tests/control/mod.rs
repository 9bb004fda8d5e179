//! Orders to a running crawl.

mod look;
mod operator;
mod queues;
mod reconfigure;
mod seeds;

use super::*;
use crate::CrawlHandle;

/// A crawl that waits for seeds.
fn start_waiting(config: CrawlConfig) -> CrawlHandle {
    start(CrawlConfig { when_done: WhenDone::Wait, ..config }).unwrap()
}

/// Waits until a crawl is as `is_so` says.
#[track_caller]
fn until(handle: &CrawlHandle, what: &str, is_so: impl Fn(&crate::Snapshot) -> bool) {
    let since = std::time::Instant::now();
    while !is_so(&handle.snapshot()) {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}: {:?}", handle.snapshot());
        assert!(handle.wait_timeout(Duration::from_millis(5)).is_none(), "{what}: it has ended");
    }
}

fn end(handle: &CrawlHandle) -> FinalReport {
    handle.drain();
    handle.wait_timeout(Duration::from_secs(60)).expect("the crawl ends")
}
