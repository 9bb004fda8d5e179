//! `crawler stats` while a crawl runs and after.

use serde_json::Value;

use crate::data::pages;
use crate::harness::{Place, until};
use crate::webs::{serve, slow};

#[test]
fn a_running_crawl_can_be_watched() {
    let server = serve(slow());
    let place = Place::new();
    let running = place.crawl(&server, &["--format", "content"]).start();
    until("stats.json", || place.path("crawl/stats.json").is_file().then_some(()));
    let shown = place.crawler(["stats", "-o", "crawl"]).ends(0);
    assert_eq!(shown.stat("state"), format!("running (process {})", running.pid()));
    let json = place.crawler(["stats", "--json", "-o", "crawl"]).ends(0);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["pid"], running.pid());
    assert_eq!(json["phase"], "running");
    until("a format that is told of", || {
        let shown = place.crawler(["stats", "-o", "crawl"]).ends(0).text();
        shown.lines().any(|line| line.starts_with("made/content: ")).then_some(())
    });
    let ended = running.ends(0);

    let shown = place.crawler(["stats", "-o", "crawl"]).ends(0);
    assert_eq!(shown.stat("state"), "stopped");
    let n_pages = pages(&place.data()).len() as u64;
    assert_eq!(shown.number("pages"), n_pages);
    for key in ["status/200", "skipped", "urls_discovered", "links_found", "warc_bytes"] {
        assert_eq!(shown.stat(key), ended.stat(key), "{key}");
    }
    let json = place.crawler(["stats", "--json", "-o", "crawl"]).ends(0);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["counters"]["fetched"], n_pages);
    assert_eq!(json["accounting_error"], 0);
    let run: f64 =
        json["idle"]["run"].as_object().unwrap().values().filter_map(Value::as_f64).sum();
    let shards: Vec<_> = json["shards"].as_array().unwrap().iter().collect();
    let by_shard: f64 = shards
        .iter()
        .flat_map(|it| it["idle"].as_object().unwrap().values())
        .filter_map(Value::as_f64)
        .sum();
    assert!(run > 0.0 && (run - by_shard).abs() < 0.01, "{run} {by_shard}");
    assert!(
        shown.stat("why_not_faster").contains(" % of capacity "),
        "{}",
        shown.stat("why_not_faster")
    );
}

#[test]
fn a_directory_without_a_crawl_is_told() {
    let place = Place::new();
    place.crawler(["stats"]).ends(1).says(&["there is no crawl in crawl", "--output"]);
}
