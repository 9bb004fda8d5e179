//! Templates of URLs that never end and bring nothing new.

use serde_json::Value;

use crate::data::{page_urls, skipped};
use crate::harness::Place;
use crate::site::serve_site;

/// `/day/N` leads to the days after it, for ever, and says the same each time; `/text/N` ends after
/// 40 and is new each time.
fn page(target: &str) -> Option<(String, String)> {
    let body = if target == "/" {
        "<a href=/day/0>days</a> <a href=/text/0>texts</a>".to_owned()
    } else if let Some(day) = target.strip_prefix("/day/") {
        let day: u64 = day.parse().ok()?;
        format!("<a href=/day/{}></a><a href=/day/{}></a>nothing on this day", day + 1, day + 2)
    } else {
        let text: u64 = target.strip_prefix("/text/")?.parse().ok().filter(|text| *text < 40)?;
        let words = (0..60).map(|n| format!("word{} ", text * 100 + n)).collect::<Vec<_>>();
        format!("<a href=/text/{}>next</a> {}", text + 1, words.concat())
    };
    Some((String::new(), body))
}

#[test]
fn an_endless_template_is_left_listed_and_let_go() {
    let (addr, place) = (serve_site(page), Place::new());
    let seed = format!("http://{addr}/");
    let crawl = |more: &[&str]| {
        let fixed = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--progress", "off"];
        let rule = ["--simhash", "--trap-pages", "20", "--trap-yield", "10"];
        place.crawler([&fixed[..], &rule, &[seed.as_str()], more].concat())
    };
    // Without the rule it would never end by itself.
    let ended = crawl(&[]).ends(0);
    ended.says(&["of the links to more of them one a minute"]);
    let days = || page_urls(&place.data()).iter().filter(|url| url.contains("/day/")).count();
    let texts = || page_urls(&place.data()).iter().filter(|url| url.contains("/text/")).count();
    assert!((20..30).contains(&days()), "{}", days());
    assert_eq!(texts(), 41, "with the one that is not there");
    assert!(ended.number("links_out_of_scope/trap") > 0);
    assert_eq!(ended.stat("accounting_error"), "0");

    let template = format!("{addr}/day/{{num}}");
    let listed = place.crawler(["traps", "--json"]).ends(0).text();
    let listed: Vec<Value> = listed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["template"], template.as_str());
    let refused: Vec<Value> =
        skipped(&place.data()).into_iter().filter(|row| row["reason"] == "trap").collect();
    assert!(!refused.is_empty() && refused.iter().all(|row| row["detail"] == template.as_str()));
    let url = refused[0]["url"].as_str().unwrap();
    let explained = place.crawler(["explain", url]).ends(0).text();
    assert!(explained.contains("answer: not fetched: trap"), "{explained}");

    // It is still a trap for the next run.
    let before = days();
    crawl(&[]).ends(0);
    assert_eq!(days(), before);

    place.crawler(["traps", "release", "nothing.like/it"]).ends(1).says(&["is not in quarantine"]);
    let released = place.crawler(["traps", "release", &template]).ends(0);
    assert!(!released.stderr.contains(": 0 URLs"), "{}", released.stderr);
    assert!(place.crawler(["traps"]).ends(0).text().contains("released"));
    let limit = (page_urls(&place.data()).len() + 50).to_string();
    let ended = crawl(&["--max-pages", &limit]).ends(0);
    assert_eq!(days(), before + 50);
    assert_eq!(ended.stat("accounting_error"), "0");
    place.crawler(["traps", "release", &template]).ends(1).says(&["is not in quarantine"]);
}
