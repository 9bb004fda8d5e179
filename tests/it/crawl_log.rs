//! The crawl log has a row for each URL that has ended, neither more nor less after a kill.

use std::path::Path;

use crate::data::{
    assert_consistent, assert_same, assert_whole, crawl_log, pages, skipped, sorted, texts,
};
use crate::harness::{Place, until};
use crate::webs::{serve, slow, small};

/// Fails unless the log has the rows of the other files.
fn assert_complete(data: &Path) {
    let log = crawl_log(data);
    let (fetched, others): (Vec<_>, Vec<_>) =
        log.into_iter().partition(|row| row["status_code"].as_i64().unwrap() > 0);
    assert_same(&texts(&fetched, "url"), &texts(&pages(data), "url"));
    assert_same(&texts(&others, "url"), &texts(&skipped(data), "url"));
    assert_same(&texts(&fetched, "content_digest"), &texts(&pages(data), "digest"));
    assert_same(&texts(&fetched, "hop_path"), &texts(&pages(data), "hops"));
    assert_same(&texts(&others, "annotations"), &texts(&skipped(data), "reason"));
    let mimes = texts(&pages(data), "mime").into_iter();
    let plain = sorted(mimes.map(|mime| mime.split(';').next().unwrap().trim().to_owned()));
    assert_same(&texts(&fetched, "mimetype"), &plain);
    for row in &fetched {
        let when = row["start_time_plus_duration"].as_str().unwrap();
        assert!(when.len() > 18 && when.as_bytes()[17] == b'+', "{row}");
        assert!(row["size"].as_u64().unwrap() > 0, "{row}");
        assert_eq!(row["seed"].is_null(), !row["hop_path"].as_str().unwrap().is_empty(), "{row}");
    }
}

#[test]
fn it_has_a_row_for_each_url_that_ended() {
    let server = serve(small());
    let place = Place::new();
    let ended = place.crawl(&server, &["--crawl-log", "--max-pages-per-host", "12"]).ends(0);
    assert_consistent(&ended, &place.data());
    assert!(ended.number("skipped") > 0);
    assert_complete(&place.data());
    let log = crawl_log(&place.data());
    let limited = log.iter().filter(|row| row["status_code"] == -5003).count() as u64;
    assert_eq!(limited, ended.number("skipped/host_limit"));
}

#[test]
fn killed_it_is_cut_to_what_was_committed() {
    let server = serve(slow());
    let place = Place::new();
    for asked in [60, 200] {
        let running = place.crawl(&server, &["--crawl-log"]).start();
        until("requests", || (server.stats().requests >= asked).then_some(()));
        running.kill();
    }
    let ended = place.crawl(&server, &["--crawl-log"]).ends(0);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    assert_complete(&place.data());
}

#[test]
fn it_is_kept_only_when_wanted() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    assert!(!place.data().join("logs").exists());
}
