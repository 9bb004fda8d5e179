//! `crawler pages`: what was stored, chosen by expressions.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;

use serde_json::Value;

use crate::data::{pages, skipped, sorted, texts};
use crate::harness::{Ended, Place};
use crate::webs::{erring, serve};

fn listed(place: &Place, args: &[&str]) -> Ended {
    place.crawler([&["pages", "-o", "crawl"], args].concat()).ends(0)
}

fn json(ended: &Ended) -> Vec<Value> {
    ended.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn pages_are_chosen_as_by_hand() {
    let server = serve(erring());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let all = pages(&place.data());
    let status = |row: &&Value| row["status"].as_u64().unwrap();
    let host = server.web().origin(1);
    let host = host.strip_prefix("http://").unwrap();
    let on_host = |row: &&Value| row["url"].as_str().unwrap().contains(&format!("//{host}/"));
    let is_html = |row: &&Value| row["mime"].as_str().is_some_and(|it| it.starts_with("text/html"));
    let by_hand = |choose: &dyn Fn(&&Value) -> bool| -> Vec<Value> {
        all.iter().filter(choose).cloned().collect()
    };
    for (condition, expected) in [
        ("status=404", by_hand(&|row| status(row) == 404)),
        ("status >= 300 and status < 400", by_hand(&|row| (300..400).contains(&status(row)))),
        (&*format!("host = {host}"), by_hand(&on_host)),
        (
            &*format!("not (host = '{host}' or mime ~ ^text/html)"),
            by_hand(&|row| !on_host(row) && !is_html(row)),
        ),
        ("ts >= 2020 and depth in (0, 1)", by_hand(&|row| row["depth"].as_u64().unwrap() < 2)),
    ] {
        assert!(!expected.is_empty() && expected.len() < all.len(), "{condition}");
        let ended = listed(&place, &["--where", condition, "--format", "jsonl"]);
        assert_eq!(json(&ended), expected, "{condition}");
    }
    let urls = listed(&place, &["--fields", "url,status", "--format", "csv"]).text();
    assert!(urls.starts_with("url,status\r\n"), "{urls}");
    assert_eq!(urls.lines().count(), all.len() + 1);
    assert_eq!(listed(&place, &["--limit", "3"]).text().lines().count(), 4);
    let refused = listed(&place, &["--skipped", "--format", "jsonl", "--fields", "url"]);
    assert_eq!(texts(&json(&refused), "url"), texts(&skipped(&place.data()), "url"));
    let reasons = listed(&place, &["--skipped", "--where", "reason ~ .", "--fields", "reason"]);
    let reasons = reasons.text().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(sorted(reasons), texts(&skipped(&place.data()), "reason"));
}

/// Names of all values in the rows, as `--fields` takes them.
fn names(rows: &[Value]) -> String {
    let mut names = BTreeSet::new();
    for (key, value) in rows.iter().filter_map(Value::as_object).flatten() {
        match value {
            Value::Object(inner) => names.extend(inner.keys().map(|name| format!("{key}.{name}"))),
            _ => drop(names.insert(key.clone())),
        }
    }
    names.into_iter().collect::<Vec<_>>().join(",")
}

#[test]
fn every_field_of_the_rows_can_be_asked_for() {
    let server = serve(erring());
    let place = Place::new();
    place.crawl(&server, &["--simhash"]).ends(0);
    for (args, rows) in [
        (&["--fields"][..], pages(&place.data())),
        (&["--skipped", "--fields"], skipped(&place.data())),
    ] {
        let names = names(&rows);
        assert!(names.split(',').count() > 4, "{names}");
        let all = listed(&place, &[args, &[&*names, "--format", "csv"]].concat()).text();
        assert_eq!(all.lines().next(), Some(&*names));
        assert_eq!(all.matches("\r\n").count(), rows.len() + 1);
    }
}

#[test]
fn mistakes_are_told_and_damage_is_passed_over() {
    let server = serve(crate::webs::small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "5"]).ends(0);
    place.crawler(["pages", "-o", "crawl", "--where", "statsu=404"]).ends(2).says(&[
        "--where cannot be understood",
        "no field `statsu`",
        "  ^^^^^^",
        "did you mean `status`",
    ]);
    place.crawler(["pages", "--fields", "url,zzz"]).ends(2).says(&["no field `zzz`", "fields:"]);
    place.crawler(["pages", "-o", "nowhere"]).ends(1).says(&["nowhere/pages", "--output DIR"]);
    let path = place.data().join("pages/pages.jsonl");
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    let row = "{\"url\":\"http://e.com/\u{9b}2J\",\"status\":1}";
    file.write_all(format!("no row\n{row}\n{{\"torn").as_bytes()).unwrap();
    let ended = listed(&place, &["--where", "status=1", "--fields", "url"]);
    ended.says(&["pages.jsonl: 1 damaged line passed over: 6"]);
    assert_eq!(ended.text(), "url\nhttp://e.com/\\u{9b}2J\n");
}
