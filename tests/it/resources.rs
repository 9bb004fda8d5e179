//! Short of disk, of open files or of permissions, a crawl holds, goes slower or says what it lacks.

use crawler_testweb::{Naming, WebConfig};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::data::{assert_consistent, assert_whole, page_urls, pages, skipped, sorted, stats};
use crate::harness::{Place, Running, at_once, until};
use crate::webs::{serve, slow, small};

/// More than any disk has.
const NEVER_FREE: &str = "1000000T";

#[test]
fn without_room_on_disk_nothing_is_fetched_until_there_is() {
    let server = serve(small());
    let place = Place::new();
    let running = place.crawl(&server, &["--min-free-disk", NEVER_FREE]).start();
    running.says("no room on disk, the crawl holds: ");
    running.says("--min-free-disk");
    let held = || stats(&place.data())?["held"].as_str().map(str::to_owned);
    let held = until("stats.json to say why it holds", held);
    assert!(held.starts_with("disk: ") && held.contains(NEVER_FREE), "{held}");
    running.signal("INT");
    let ended = running.ends(11);
    assert_eq!(ended.number("pages"), 0);
    assert_eq!(server.stats().requests, 0);
    place.crawl(&server, &[]).ends(0);
    assert_whole(&place.data(), &server);
}

#[test]
fn a_data_directory_that_fills_up_to_its_limit_is_held_there() {
    let server = serve(WebConfig { pages_per_host: 1000, ..WebConfig::default() });
    let place = Place::new();
    let running = place.crawl(&server, &["--max-disk", "16M", "--delay", "5ms"]).start();
    running.says("no room on disk, the crawl holds: ");
    running.signal("INT");
    let ended = running.ends(11);
    assert!(ended.stat("held").contains("of 16M"), "{}", ended.text());
    assert!(ended.number("pages") > 0);
    assert_consistent(&ended, &place.data());
}

#[test]
fn few_open_files_allowed_means_few_fetches_at_once() {
    let server = serve(WebConfig { hosts: 30, ..small() });
    let place = Place::new();
    let ended = place.crawl(&server, &[]).open_files(64).ends(0);
    ended.says(&["--concurrency 512 needs more open files than the 64 allowed"]);
    assert_whole(&place.data(), &server);
    assert_eq!(ended.number("failed"), 0);
    assert_consistent(&ended, &place.data());
}

/// Has a running process open nothing more until `meanwhile` has ended.
fn starve(running: &Running, meanwhile: impl FnOnce()) {
    let pid = Pid::from_raw(running.pid().try_into().unwrap());
    // It has our limits, and has raised the first to the second.
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = |current| prlimit(pid, Resource::Nofile, Rlimit { current, maximum }).unwrap();
    limit(Some(3));
    meanwhile();
    limit(maximum);
}

/// One page of each of many hosts: every fetch needs a socket of its own, when there is none.
#[test]
fn want_of_open_files_while_crawling_costs_no_page() {
    const HOSTS: u32 = 600;
    at_once(&[Naming::Addresses, Naming::Names], |&naming| {
        let server = serve(WebConfig { hosts: HOSTS, pages_per_host: 1, naming, ..slow() });
        let place = Place::new();
        let args = ["--depth", "0", "--robots", "ignore", "--concurrency", "4"];
        let running = place.crawl(&server, &args).start();
        // By then the store has its files open.
        until("the first pages", || {
            let rows = std::fs::metadata(place.data().join("pages/pages.jsonl")).ok()?;
            (rows.len() > 0).then_some(())
        });
        starve(&running, || running.says("too many open files"));
        let ended = running.ends(0);
        assert_eq!(ended.number("failed"), 0, "{:?}", skipped(&place.data()));
        assert_eq!(page_urls(&place.data()), sorted(server.seeds()));
        assert_consistent(&ended, &place.data());
    });
}

/// Pages come over a connection that is open already, until a WARC file is full.
#[test]
fn want_of_an_open_file_for_the_next_warc_file_holds_the_crawl() {
    let server = serve(WebConfig { hosts: 1, pages_per_host: 400, ..WebConfig::default() });
    let place = Place::new();
    let running = place.crawl(&server, &["--warc-size", "1M", "--delay", "5ms"]).start();
    until("the first pages", || {
        let rows = std::fs::metadata(place.data().join("pages/pages.jsonl")).ok()?;
        (rows.len() > 0).then_some(())
    });
    starve(&running, || running.says("no open file left for the next WARC file"));
    let ended = running.ends(0);
    assert_eq!(ended.number("failed"), 0, "{:?}", skipped(&place.data()));
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
}

#[test]
fn a_directory_that_cannot_be_used_is_told_with_the_mend() {
    let server = serve(small());
    let place = Place::new();
    place.write("file", "");
    let below_file = place.path("file/crawl").display().to_string();
    for dir in [below_file.as_str(), "/proc/crawl", "/sys/kernel/crawl"] {
        let ended = place.crawl(&server, &["--output", dir]).ends(1);
        ended.says(&["cannot use the data directory", dir, "hint: ", "--output DIR"]);
    }
    place.crawl(&server, &["--max-pages", "3"]).ends(0);
    std::fs::remove_dir_all(place.data().join("warc")).unwrap();
    place.write("crawl/warc", "");
    let ended = place.crawl(&server, &[]).ends(17);
    ended.says(&["crawl/warc", "hint: "]);
    assert_eq!(pages(&place.data()).len(), 3, "nothing was touched");
}
