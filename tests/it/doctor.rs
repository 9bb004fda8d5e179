//! `crawler doctor`: of the machine, of a directory, and by torture.

use serde_json::Value;

use crate::damage::flip_at;
use crate::harness::{Place, until};
use crate::webs::{serve, slow, small};

#[test]
fn killed_crawls_lose_nothing() {
    let place = Place::new();
    let args = ["doctor", "--torture", "--kills", "3", "--pages", "200", "--seed", "5", "--json"];
    let ended = place.crawler(args).ends(0);
    let report: Value = serde_json::from_str(&ended.text()).unwrap();
    assert_eq!(report["kills"], 3, "{report}");
    assert!(report["pages"].as_u64().unwrap() >= 150, "{report}");
    assert_eq!((&report["lost"], &report["duplicates"]), (&0.into(), &0.into()), "{report}");
    assert!(report["gap_ms_min"].as_f64().unwrap() >= 399.0, "{report}");
    assert!(!place.path("crawl-torture").exists());
}

#[test]
fn a_torture_leaves_foreign_directories_alone() {
    let place = Place::new();
    place.write("notes.txt", "mine");
    place.crawler(["doctor", "--torture", "-o", "."]).ends(1).says(&["not empty", "--output"]);
    assert!(place.path("notes.txt").exists());
}

#[test]
fn dying_at_steps_needs_a_build_that_can() {
    let place = Place::new();
    let ended = place.crawler(["doctor", "--torture", "--steps"]).ends(1);
    ended.says(&["--features fault-points"]);
}

#[test]
fn a_directory_is_told_to_be_sound_in_use_or_damaged() {
    let server = serve(small());
    let place = Place::new();
    let ended = place.crawl(&server, &["--max-pages", "7"]).ends(0);
    assert_eq!(ended.number("pages"), 7);
    let ended = place.crawler(["doctor"]).ends(0);
    assert!(ended.text().contains("is free and sound: 7 pages, generation 1"), "{}", ended.text());
    // A doctor's visit changes nothing that the next run would miss.
    place.crawl(&server, &["--max-pages", "8"]).ends(0);
    flip_at(&place.path("crawl/store/db/0.jnl"), 100);
    let ended = place.crawler(["doctor", "--json"]).ends(9);
    let findings: Value = serde_json::from_str(&ended.text()).unwrap();
    let failed: Vec<_> =
        findings.as_array().unwrap().iter().filter(|f| f["severity"] == "fail").collect();
    assert_eq!(failed.len(), 1, "{findings}");
    assert_eq!(failed[0]["subject"], "data directory");
}

#[test]
fn a_running_crawl_is_left_in_peace() {
    let server = serve(slow());
    let place = Place::new();
    let running = place.crawl(&server, &[]).start();
    until("requests", || (server.stats().requests >= 1).then_some(()));
    let ended = place.crawler(["doctor"]).ends(0);
    assert!(ended.text().contains("is in use by process"), "{}", ended.text());
    running.ends(0);
}
