//! Pages that name another URL as their own, and pages that say nearly the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::data::pages;
use crate::harness::{Ended, Place};
use crate::site::serve_site;

/// The start page leads to `/view?v=1` and `/view?v=2`, which name `/view`; `/other` names itself,
/// `/away` another host, and `/view` one of its variants.
fn page(target: &str) -> Option<(String, String)> {
    let words = (0..300).map(|n| format!("word{n} ")).collect::<Vec<_>>().concat();
    let canonical = |href: &str| format!("<link rel=canonical href='{href}'>");
    let none = String::new();
    Some(match target {
        "/" => {
            let links = ["/view?v=1", "/view?v=2", "/other", "/away"];
            (none, links.map(|href| format!("<a href='{href}'>x</a>")).concat())
        }
        "/view?v=1" => (none, canonical("/view") + "<a href='/from-v1'>x</a>" + &words),
        "/view?v=2" => (
            "Link: </view>; rel=canonical\r\n".to_owned(),
            format!("<a href=/from-v2>x</a>{words}y"),
        ),
        "/view" => (none, canonical("/view?v=1") + "<a href=/from-view>x</a>" + &words),
        "/other" => (none, canonical("/other") + "<a href=/from-other>unlike all the others</a>"),
        "/away" => (none, canonical("http://elsewhere.test/") + "<a href=/from-away>x</a>"),
        _ => return None,
    })
}

fn crawled(args: &[&str]) -> (Ended, Vec<Value>) {
    let (addr, place) = (serve_site(page), Place::new());
    let seed = format!("http://{addr}/");
    let fixed = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--progress", "off", &seed];
    let ended = place.crawler([&fixed, args].concat()).ends(0);
    (ended, pages(&place.data()))
}

fn paths(rows: &[Value]) -> BTreeSet<&str> {
    let path =
        |row: &'_ Value| -> usize { row["url"].as_str().unwrap()[7..].find('/').unwrap() + 7 };
    rows.iter().map(|row| &row["url"].as_str().unwrap()[path(row)..]).collect()
}

fn row<'r>(rows: &'r [Value], end: &str) -> &'r Value {
    rows.iter().find(|row| row["url"].as_str().unwrap().ends_with(end)).unwrap()
}

#[test]
fn canonical_urls_are_recorded_and_all_links_followed() {
    let (ended, rows) = crawled(&["--simhash"]);
    let all = ["/", "/away", "/from-away", "/from-other", "/from-v1", "/from-v2", "/from-view"];
    let all = [&all[..], &["/other", "/view", "/view?v=1", "/view?v=2"]].concat();
    assert_eq!(paths(&rows), all.into_iter().collect());
    for (path, named) in [("/view?v=1", "/view"), ("/view?v=2", "/view"), ("/view", "/view?v=1")] {
        assert!(row(&rows, path)["canonical"].as_str().unwrap().ends_with(named), "{path}");
    }
    assert_eq!(row(&rows, "/away")["canonical"], "http://elsewhere.test/");
    assert_eq!(row(&rows, "/other")["canonical"], Value::Null);
    assert!(!ended.text().contains("links_out_of_scope/alias"));

    let simhash = |path| u64::from_str_radix(row(&rows, path)["simhash"].as_str().unwrap(), 16);
    let [one, two, other] = ["/view?v=1", "/view?v=2", "/other"].map(|path| simhash(path).unwrap());
    assert!((one ^ two).count_ones() <= 3 && (one ^ other).count_ones() > 12);
    assert_eq!(row(&rows, "/from-v1")["simhash"], Value::Null, "it has no words");
}

#[test]
fn of_an_alias_only_the_canonical_url_is_followed() {
    let (ended, rows) = crawled(&["--canonical-links", "alias"]);
    let expected = ["/", "/away", "/from-away", "/from-other", "/from-view", "/other", "/view"];
    let expected = [&expected[..], &["/view?v=1", "/view?v=2"]].concat();
    assert_eq!(paths(&rows), expected.into_iter().collect());
    assert_eq!(row(&rows, "/view")["hops"], "LR");
    assert_eq!(row(&rows, "/view?v=1")["simhash"], Value::Null);
    // Of each variant the link and the canonical URL itself.
    assert_eq!(ended.number("links_out_of_scope/alias"), 4);
}
