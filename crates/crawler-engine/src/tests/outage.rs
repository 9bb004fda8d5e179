//! A crawl whose network goes away and comes back.

use super::*;
use crate::Snapshot;

/// Until the crawl looks as wanted.
fn until(handle: &crate::CrawlHandle, wanted: impl Fn(&Snapshot) -> bool) {
    let since = std::time::Instant::now();
    while !wanted(&handle.snapshot()) {
        assert!(since.elapsed() < Duration::from_secs(60), "{:?}", handle.snapshot());
        std::thread::yield_now();
    }
}

#[test]
fn an_outage_of_the_own_network_costs_no_url() {
    let web = WebConfig { hosts: 12, pages_per_host: 40, ..WebConfig::default() };
    let serve = |web| WebServer::start(Arc::new(Web::build(web).unwrap())).unwrap();
    let server = serve(web.clone());
    let port = server.port();
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&server, dir.path());
    // A delay, so that the server can be stopped midway.
    config.pace.delay = Duration::from_millis(20);
    let handle = start(config).unwrap();
    until(&handle, |snapshot| snapshot.counters.fetched >= 40);
    drop(server);
    until(&handle, |snapshot| snapshot.held.as_deref().is_some_and(|why| why.contains("network")));
    let server = serve(WebConfig { port, ..web });
    let report = handle.wait_timeout(Duration::from_secs(60)).expect("the crawl ends");
    assert_eq!((report.finish, report.snapshot.accounting_error), (Finish::Done, 0));
    assert_complete(&server, dir.path());
}
