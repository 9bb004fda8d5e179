//! `crawler diff`: two crawls of one web, of which the second is told apart by hand.

use std::fs;

use serde_json::Value;

use crate::data::{page_urls, pages, texts};
use crate::harness::Place;
use crate::webs::{serve, small};

#[test]
fn changes_between_two_crawls_are_told() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let rows = pages(&place.data());
    // The second crawl: one page less, one more, one with other content, one with another status.
    let mut second = rows.clone();
    let gone = second.remove(2);
    second[0]["digest"] = "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5".into();
    second[1]["status"] = 503.into();
    let mut new = gone.clone();
    new["url"] = "http://new.example/".into();
    second.push(new);
    fs::create_dir_all(place.path("second/pages")).unwrap();
    let text: String = second.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect();
    place.write("second/pages/pages.jsonl", &text);

    let table = place.crawler(["diff", "crawl", "second"]).ends(0).text();
    let unchanged = rows.len() - 3;
    let counts: Vec<Vec<&str>> =
        table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let unchanged = unchanged.to_string();
    let expected =
        [["new", "1"], ["gone", "1"], ["changed", "1"], ["status", "1"], ["unchanged", &unchanged]];
    assert_eq!(counts, expected);
    for (change, url) in [
        ("new", &second[second.len() - 1]["url"]),
        ("gone", &gone["url"]),
        ("changed", &rows[0]["url"]),
        ("status", &rows[1]["url"]),
    ] {
        let args = ["diff", "crawl", "second", "--list", change, "--format", "jsonl"];
        let listed: Value = serde_json::from_str(&place.crawler(args).ends(0).text()).unwrap();
        assert_eq!((&listed["url"], &listed["change"]), (url, &Value::from(change)));
    }
    let all = ["diff", "crawl", "crawl", "--list", "unchanged,new", "--format", "jsonl"];
    let text = place.crawler(all).ends(0).text();
    let listed: Vec<Value> = text.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(texts(&listed, "url"), page_urls(&place.data()));
}

#[test]
fn a_web_that_stays_is_unchanged_in_the_next_generation() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let n_pages = pages(&place.data()).len();
    place.crawl(&server, &["--recrawl"]).ends(0);
    assert_eq!(pages(&place.data()).len(), 2 * n_pages);
    let args = ["diff", "--generations", "1,2", "-o", "crawl", "--format", "csv"];
    let text = place.crawler(args).ends(0).text();
    let expected = format!(
        "change,pages\r\nnew,0\r\ngone,0\r\nchanged,0\r\nstatus,0\r\nunchanged,{n_pages}\r\n"
    );
    assert_eq!(text, expected);
    for args in [&["diff"][..], &["diff", "--generations", "1,2", "crawl", "crawl"], &["diff", "a"]]
    {
        let code = if args.len() == 1 { 1 } else { 2 };
        place.crawler(args).ends(code);
    }
    place.crawler(["diff", "crawl", "nowhere"]).ends(1).says(&["nowhere/pages/pages.jsonl"]);
}
