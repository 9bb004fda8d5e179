//! Settings from files, environment and flags, and what is said of mistakes.

use crate::data::pages;
use crate::harness::Place;
use crate::webs::{serve, small};

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let server = serve(small());
    let place = Place::new();
    place.write("crawler.toml", "max_pages = 3\n");
    let seeded = |args: &[&str]| place.crawl(&server, &[args, &["--fresh"]].concat());
    seeded(&[]).ends(0);
    assert_eq!(pages(&place.data()).len(), 3);
    seeded(&[]).env("CRAWLER_MAX_PAGES", "5").ends(0);
    assert_eq!(pages(&place.data()).len(), 5);
    seeded(&["-s", "max_pages=7"]).env("CRAWLER_MAX_PAGES", "5").ends(0);
    assert_eq!(pages(&place.data()).len(), 7);
    seeded(&["-s", "max_pages=7", "--max-pages", "9"]).env("CRAWLER_MAX_PAGES", "5").ends(0);
    assert_eq!(pages(&place.data()).len(), 9);
}

#[test]
fn a_file_can_hold_everything() {
    let server = serve(small());
    let place = Place::new();
    place.write(
        "all.toml",
        &format!(
            "urls = [{:?}]\nallow_private = true\ndelay = \"0\"\nmax_pages = 4\nworkers = 2\n\
             output = \"there\"\n",
            server.seeds()[0]
        ),
    );
    let ended = place.crawler(["--config", "all.toml"]).ends(0);
    assert_eq!(ended.number("pages"), 4);
    assert_eq!(ended.number("shards"), 2);
    assert_eq!(pages(&place.path("there")).len(), 4);
    let stats = place.crawler(["stats", "-c", "all.toml"]).ends(0);
    assert_eq!(stats.number("pages"), 4);
}

#[test]
fn the_settings_in_force_say_where_they_come_from() {
    let place = Place::new();
    place.write("crawler.toml", "\ndelay = \"3s\"\n");
    let shown =
        place.crawler(["config", "--depth", "2"]).env("CRAWLER_RETRIES", "1").ends(0).text();
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("delay = \"3s\"").ends_with("# crawler.toml:2"), "{shown}");
    assert!(line("retries = 1").ends_with("# CRAWLER_RETRIES"), "{shown}");
    assert!(line("depth = 2").ends_with("# --depth"), "{shown}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let place = Place::new();
    place.write("crawler.toml", "delay = \"soon\"\n\nworkers = 0\nmax_pagse = 3\n");
    let ended = place.crawler(["http://127.0.0.1/"]).env("CRAWLER_DEPTH", "deep").ends(4);
    ended.says(&[
        "error: 4 problems in the configuration",
        "crawler.toml:1",
        "`soon` is not a duration",
        "crawler.toml:3",
        "crawler.toml:4",
        "did you mean `max_pages`?",
        "CRAWLER_DEPTH",
    ]);
    assert!(!place.data().exists(), "a crawl that cannot begin leaves nothing");
}

#[test]
fn bad_seeds_are_told_with_their_lines() {
    let server = serve(small());
    let place = Place::new();
    let good = &server.seeds()[0];
    place.write("urls.txt", &format!("# seeds\n{good}\nftp://example.com/\n\na b\nword\n"));
    let flags = ["--seeds", "urls.txt", "--max-pages", "2"];
    place.crawl_from(&server, &flags).ends(4).says(&[
        "3 problems in the seeds",
        "urls.txt:3",
        "only http and https",
        "urls.txt:5",
        "urls.txt:6",
    ]);
    assert_eq!(server.stats().requests, 0);
    let ended = place.crawl_from(&server, &[&flags[..], &["--skip-bad-seeds"]].concat()).ends(0);
    ended.says(&["urls.txt:5"]);
    assert_eq!(ended.number("pages"), 2);
}

#[test]
fn seeds_come_from_standard_input_too() {
    let server = serve(small());
    let place = Place::new();
    let run = place.crawl_from(&server, &["-", "--depth", "0"]).stdin(&server.seeds().join("\n"));
    assert_eq!(run.ends(0).number("pages"), 4);
}

#[test]
fn a_command_line_that_cannot_work_is_explained() {
    let cases: [(&[&str], i32, &str); 7] = [
        (&[], 4, "error: no seeds"),
        (&["--dealy", "2s", "http://127.0.0.1/"], 2, "--delay"),
        (&["--delay"], 2, "--delay"),
        (&["--scope", "world", "http://127.0.0.1/"], 4, "world"),
        (&["--include", "(", "http://127.0.0.1/"], 4, "is not a pattern"),
        (&["--seeds", "missing.txt"], 4, "missing.txt"),
        (&["stat"], 4, "did you mean the command `crawler stats`?"),
    ];
    for (args, code, text) in cases {
        Place::new().crawler(args).ends(code).says(&[text]);
    }
}

#[test]
fn a_seed_file_without_its_flag_is_explained() {
    let place = Place::new();
    place.write("urls.txt", "http://127.0.0.1:1/\n");
    place.crawler(["urls.txt"]).ends(4).says(&["is a file, not a URL", "--seeds urls.txt"]);
}

#[test]
fn an_output_directory_that_cannot_be_made_is_explained() {
    let place = Place::new();
    place.write("file", "");
    let ended = place.crawler(["-o", "file/crawl", "http://127.0.0.1/"]).ends(1);
    ended.says(&["cannot use the data directory file/crawl", "hint: "]);
    place.crawler(["-o", "file", "http://127.0.0.1/"]).ends(1).says(&["error: ", "file"]);
}

#[test]
fn a_ca_file_that_is_none_is_explained() {
    let place = Place::new();
    place.write("ca.pem", "no certificate");
    let args = ["--ca-file", "ca.pem", "-o", "crawl", "https://127.0.0.1/"];
    place.crawler(args).ends(4).says(&["error: ", "ca.pem"]);
}

#[test]
fn help_and_version_are_given() {
    let place = Place::new();
    assert!(place.crawler(["--help"]).ends(0).text().contains("Exit codes:"));
    assert!(place.crawler(["-h"]).ends(0).text().contains("Examples:"));
    assert!(place.crawler(["--version"]).ends(0).text().starts_with("crawler "));
    let example = place.crawler(["config", "--example"]).ends(0).text();
    assert!(example.contains("#max_pages = "), "{example}");
}

#[test]
fn json_logs_have_nothing_else_between_them() {
    let server = serve(small());
    let place = Place::new();
    let args = ["--log-format", "json", "--max-pages", "3"];
    let ended = place.crawl(&server, &args).ends(0);
    assert!(ended.stderr.contains("--contact"), "{}", ended.stderr);
    for line in ended.stderr.lines() {
        let row: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(row.is_ok_and(|row| row["level"].is_string()), "{line}");
    }
}
