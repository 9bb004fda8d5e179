//! Whatever ends a crawl, the same command goes on and ends with the same pages, each once.

use crawler_testweb::WebServer;

use crate::data::{
    assert_consistent, assert_same, assert_whole, expected_urls, page_urls, pages, records, stats,
};
use crate::harness::{Place, Running, at_once, until};
use crate::webs::{serve, slow, small};

/// Where a crawl is killed.
#[derive(Clone, Copy)]
enum Moment {
    /// After so many expected URLs were asked for, whatever is committed.
    Asked(u64),
    /// After so many pages were committed.
    Committed(u64),
}

impl Moment {
    fn wait(self, place: &Place, server: &WebServer) {
        match self {
            Self::Asked(n) => until("requests", || (server.stats().requests >= n).then_some(())),
            Self::Committed(n) => until("a commit", || {
                let committed = stats(&place.data())?["counters"]["fetched"].as_u64()?;
                (committed >= n).then_some(())
            }),
        }
    }
}

/// Starts a crawl, and kills it at this moment.
fn killed(place: &Place, server: &WebServer, args: &[&str], moment: Moment) {
    let running: Running = place.crawl(server, args).start();
    moment.wait(place, server);
    running.kill();
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    at_once(&[Moment::Asked(1), Moment::Asked(60), Moment::Committed(1)], |moment| {
        let server = serve(slow());
        let place = Place::new();
        killed(&place, &server, &[], *moment);
        let ended = place.crawl(&server, &[]).ends(0);
        assert_whole(&place.data(), &server);
        assert_consistent(&ended, &place.data());
        assert_eq!(server.stats().violations(), 0, "{}", server.stats());
    });
}

#[test]
fn killed_again_and_again_with_other_workers_it_goes_on() {
    let server = serve(slow());
    let place = Place::new();
    for (workers, asked) in [("8", 40), ("3", 150), ("16", 260)] {
        killed(&place, &server, &["--workers", workers], Moment::Asked(asked));
    }
    let ended = place.crawl(&server, &["--workers", "2"]).ends(0);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    for row in pages(&place.data()).iter().step_by(50) {
        let url = row["url"].as_str().unwrap();
        place.crawler(["get", "--headers", "-o", "crawl", url]).ends(0);
    }
}

#[test]
fn what_was_committed_is_not_asked_for_again() {
    let server = serve(slow());
    let place = Place::new();
    killed(&place, &server, &[], Moment::Committed(20));
    let committed = stats(&place.data()).unwrap()["counters"]["fetched"].as_u64().unwrap();
    place.crawl(&server, &[]).ends(0);
    let asked = server.stats().expected_distinct + server.stats().expected_repeated;
    let n_expected = expected_urls(&server).len() as u64;
    assert!(asked <= 2 * n_expected - committed, "{asked} requests, {committed} were committed");
}

#[test]
fn it_goes_on_without_seeds() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "20"]).ends(0);
    let ended = place.crawl_from(&server, &[]).ends(0);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    let n_expected = expected_urls(&server).len() as u64;
    assert_eq!(ended.number("pages_this_run"), n_expected - 20);
    assert_eq!(server.stats().expected_repeated, 0);
}

#[test]
fn a_finished_crawl_has_nothing_to_do() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let asked = server.stats().requests;
    let ended = place.crawl(&server, &[]).ends(0);
    assert_eq!(ended.stat("finish_reason"), "done");
    assert_eq!(server.stats().requests, asked);
    assert_whole(&place.data(), &server);
}

#[test]
fn new_seeds_join_an_old_crawl() {
    let server = serve(small());
    let place = Place::new();
    for seed in server.seeds() {
        place.crawl_from(&server, &[&seed]).ends(0);
    }
    assert_whole(&place.data(), &server);
    assert_eq!(server.stats().expected_repeated, 0);
}

#[test]
fn fresh_begins_anew() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "30"]).ends(0);
    let ended = place.crawl(&server, &["--fresh"]).ends(0);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    assert_eq!(server.stats().expected_repeated, 30);
}

#[test]
fn fresh_leaves_foreign_files_alone() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "3"]).ends(0);
    place.write("crawl/notes.txt", "mine");
    place.crawl(&server, &["--fresh", "--max-pages", "3"]).ends(0);
    assert!(place.path("crawl/notes.txt").is_file());
}

#[test]
fn recrawl_finds_the_same_and_stores_what_changed() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let ended = place.crawl(&server, &["--recrawl"]).ends(0);
    assert_eq!(ended.number("generation"), 2);
    let rows = pages(&place.data());
    for generation in [1, 2] {
        let of_generation: Vec<_> =
            rows.iter().filter(|row| row["generation"] == generation).cloned().collect();
        assert_same(&crate::data::texts(&of_generation, "url"), &expected_urls(&server));
    }
    let revisits = rows.iter().filter(|row| row.get("revisit").is_some()).count();
    let records = records(&place.data());
    assert_eq!(records.iter().filter(|record| record.kind() == "revisit").count(), revisits);
    assert_eq!(ended.number("revisited"), revisits as u64);
    let pages_200 = rows.iter().filter(|row| row["generation"] == 1 && row["status"] == 200);
    // Nothing has changed.
    assert_eq!(revisits, pages_200.count());
    assert_eq!(server.stats().violations(), 0);
}

#[test]
fn a_recrawled_page_can_be_read() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    place.crawl(&server, &["--recrawl"]).ends(0);
    let web = server.web();
    for target in ["/", "/odd/sniffed-leaf.html", "/odd/report.pdf"] {
        let role = |host| web.role(&(web.origin(host) + target));
        let is_there = |host: &u32| matches!(role(*host), crawler_testweb::Role::Expected(_));
        let host = (0..4).find(is_there).unwrap();
        let url = web.origin(host) + target;
        let got = place.crawler(["get", "-o", "crawl", &url]).ends(0);
        assert_eq!(got.stdout, web.page(host, target).body.to_vec(), "{url}");
    }
}

#[test]
fn a_second_process_is_refused() {
    let server = serve(slow());
    let place = Place::new();
    let running = place.crawl(&server, &[]).start();
    until("the lock", || place.path("crawl/store/db").is_dir().then_some(()));
    let pid = running.pid().to_string();
    for args in [&[][..], &["--fresh"], &["--recrawl"]] {
        place.crawl(&server, args).ends(5).says(&["in use by process", &pid, "--output"]);
    }
    running.ends(0);
    assert_same(&page_urls(&place.data()), &expected_urls(&server));
}
