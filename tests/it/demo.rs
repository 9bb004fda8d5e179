//! First contact.

use crate::data::{cdxj_urls, pages};
use crate::harness::Place;

#[test]
fn the_demo_ends_well_and_names_its_results() {
    let place = Place::new();
    let ended = place.crawler(["demo", "--max-pages", "100", "--workers", "2"]).ends(0);
    ended.says(&[
        "crawling a built-in web: 20 hosts",
        "files: crawl-demo/warc",
        "try:   crawler get -o crawl-demo http://127.1.0.",
        "violations: 0 ",
        "now a site of your own",
    ]);
    assert_eq!(ended.stat("output"), "crawl-demo");
    assert_eq!(ended.number("pages"), 100);
    let data = place.path("crawl-demo");
    assert_eq!(pages(&data).len(), 100);
    assert_eq!(cdxj_urls(&data).len(), 100);
    // The command it recommends works.
    let tried = ended.stderr.lines().find_map(|line| line.strip_prefix("try:   crawler ")).unwrap();
    let got = place.crawler(tried.split(' ')).ends(0);
    assert!(got.text().to_lowercase().starts_with("<!doctype html>"), "{}", got.text());
}

#[test]
fn the_demo_does_not_read_settings() {
    let place = Place::new();
    place.write("crawler.toml", "max_pages = \"wrong\"\n");
    let run = place.crawler(["demo", "--max-pages", "1"]).env("CRAWLER_DELAY", "wrong");
    assert_eq!(run.ends(0).number("pages"), 1);
}
