//! The first signal drains, the second one stops at once; both leave a crawl that goes on.

use crate::data::{assert_consistent, assert_polite, assert_whole, expected_urls, pages};
use crate::harness::{Place, at_once, until};
use crate::webs::{serve, slow};
use crawler_testweb::{Latency, WebConfig};

#[test]
fn one_signal_drains_and_the_crawl_goes_on() {
    at_once(&["INT", "TERM"], |name| {
        let server = serve(slow());
        let place = Place::new();
        let running = place.crawl(&server, &[]).start();
        until("requests", || (server.stats().requests >= 50).then_some(()));
        running.signal(name);
        let ended = running.ends(11);
        assert_eq!(ended.stat("finish_reason"), "interrupted");
        ended.says(&[&format!("SIG{name}: waiting"), "run the same command to go on"]);
        assert!(pages(&place.data()).len() < expected_urls(&server).len());
        assert_consistent(&ended, &place.data());
        // What was in flight has ended, so nothing is asked for twice.
        let ended = place.crawl(&server, &[]).ends(0);
        assert_whole(&place.data(), &server);
        assert_consistent(&ended, &place.data());
        assert_eq!(server.stats().expected_repeated, 0);
        assert_polite(&server);
    });
}

#[test]
fn two_signals_stop_at_once_and_the_crawl_goes_on() {
    let latency = Latency::LogNormal { median_ms: 20_000, sigma: 0.0, ms_max: 20_000 };
    let server = serve(WebConfig { latency, hosts: 2, pages_per_host: 3, ..slow() });
    let place = Place::new();
    let running = place.crawl(&server, &["--robots", "ignore"]).start();
    until("requests", || (server.stats().requests >= 2).then_some(()));
    running.signal("INT");
    running.says("once more stops at once");
    running.signal("INT");
    let ended = running.ends(13);
    assert_eq!(ended.stat("finish_reason"), "forced");
    assert_consistent(&ended, &place.data());
    assert_eq!(ended.number("urls_queued"), 2);
}
