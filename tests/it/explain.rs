//! `crawler explain`: one answer for any URL.

use serde_json::Value;

use crate::data::{page_urls, pages, skipped};
use crate::harness::Place;
use crate::webs::{serve, small};

fn explained(place: &Place, args: &[&str]) -> Value {
    let fixed = ["explain", "--json", "--output", "crawl"];
    let ended = place.crawler([&fixed, args].concat()).ends(0);
    serde_json::from_str(&ended.text()).unwrap()
}

#[test]
fn fetched_queued_skipped_and_unknown_urls_are_told_apart() {
    let (server, place) = (serve(small()), Place::new());
    place.crawl(&server, &["--max-pages", "12"]).ends(0);
    let fetched = &page_urls(&place.data())[0];
    let answer = explained(&place, &[&format!("{fetched}?utm_source=x")]);
    assert!(answer["answer"].as_str().unwrap().starts_with("fetched at "), "{answer}");
    assert_eq!(answer["page"]["url"], fetched.as_str());
    assert_eq!(answer["canonical"], fetched.as_str());
    assert_eq!(answer["scope"]["accepted"], true);
    assert!(answer["budget"]["host_fetched"].as_u64().unwrap() > 0);

    let frontier = place.crawler(["export", "--output", "crawl"]).ends(0).text();
    let items: Vec<Value> =
        frontier.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let queued = items.iter().find_map(|item| item["url"]["url"].as_str()).unwrap();
    let answer = explained(&place, &[queued]);
    assert!(answer["answer"].as_str().unwrap().starts_with("queued: "), "{answer}");
    assert_eq!(answer["queue"]["ahead"], 0, "the first one exported is the next one");
    assert!(answer["next_fetch"]["queued"].as_u64().unwrap() > 0);

    let unknown = format!("{}nowhere", server.seeds()[0]);
    let answer = explained(&place, &[&unknown]);
    assert_eq!(answer["answer"], "not found yet: no page that was fetched leads to it");

    place.crawl(&server, &[]).ends(0);
    let rows = skipped(&place.data());
    let denied = rows.iter().find(|row| row["reason"] == "robots").unwrap();
    let answer = explained(&place, &[denied["url"].as_str().unwrap()]);
    assert!(
        answer["answer"].as_str().unwrap().starts_with("not fetched: robots (robots.txt line ")
    );
    let line = answer["robots"]["line"].as_u64().unwrap();
    assert!(denied["detail"].as_str().unwrap().ends_with(&format!(" {line}")), "{answer}");
}

#[test]
fn the_rule_that_decides_is_named_with_its_place() {
    let place = Place::new();
    place.write("crawler.toml", "scope = \"domain\"\nexclude = [\"qq\",\n  \"[.]zip$\"]\n");
    place.write("rules.txt", "# own\n\n-com,example)/tmp/\n+org,example,\n");
    let rules = ["--scope-rule", "@rules.txt", "-s", "urls=http://www.example.com/"];
    for (url, accepted, rule, at) in [
        ("http://x.example.com/b.zip", false, "exclude = \"[.]zip$\"", "crawler.toml:3"),
        ("http://example.com/tmp/b", false, "scope_rule = \"-com,example)/tmp/\"", "rules.txt:3"),
        ("https://b.example.org/", true, "scope_rule = \"+org,example,\"", "rules.txt:4"),
        ("https://b.example.com/", true, "scope = \"domain\"", "crawler.toml:1"),
        ("https://b.test/", false, "scope = \"domain\"", "crawler.toml:1"),
        ("http://www.example.com/", true, "its place among the seeds", "seeds"),
    ] {
        let answer = explained(&place, &[&rules[..], &[url]].concat());
        assert_eq!(answer["scope"]["accepted"], accepted, "{answer}");
        assert_eq!(answer["scope"]["rule"], rule, "{url}");
        assert_eq!(answer["scope"]["place"], at, "{url}");
        assert!(answer["notes"][0].as_str().unwrap().starts_with("there is no crawl in crawl"));
    }
    let shown = place.crawler(["explain", "http://www.example.com/?gclid=1"]).ends(0).text();
    assert!(shown.contains("canonical: http://www.example.com/\n"), "{shown}");
    assert!(shown.contains("surt: com,example)/?gclid=1\n"), "{shown}");
    place.crawler(["explain", "mailto:a@b"]).ends(1).says(&["`mailto:a@b`"]);
}

#[test]
fn a_running_crawl_is_answered_from_its_output() {
    let (server, place) = (serve(small()), Place::new());
    let running = place.crawl(&server, &["--delay", "3s", "--ip-delay", "0"]).start();
    let path = place.data().join("pages/pages.jsonl");
    crate::harness::until("a page", || {
        path.is_file().then(|| pages(&place.data())).filter(|p| !p.is_empty())
    });
    let url = pages(&place.data())[0]["url"].as_str().unwrap().to_owned();
    let answer = explained(&place, &[&url]);
    assert!(answer["answer"].as_str().unwrap().starts_with("fetched at "), "{answer}");
    assert!(answer["notes"][0].as_str().unwrap().contains("is using crawl"), "{answer}");
    running.kill();
}
