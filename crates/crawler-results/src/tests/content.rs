//! Rows of pages: each once and in order, whatever stops the follower in between.

use std::fs;
use std::path::Path;

use crawler_content::{Field, FieldRule, FieldValue, Rule, Rules, Take, ValueType};
use crawler_store::Revisit;
use serde_json::Value;

use super::Script;
use super::crawled::{capture, store, url};
use crate::{Look, PageFollower, RowsAs, content, extracted, follow};

const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
const PAGES: usize = 60;

/// Pages of different length, so that threads finish them out of order.
fn crawled(data_dir: &Path) -> u64 {
    let urls: Vec<_> = (0..PAGES).map(|n| url(&format!("http://a.test/{n}"))).collect();
    let body = |n: usize| {
        let words = "word ".repeat(if n.is_multiple_of(7) { 4_000 } else { 1 });
        format!("<title>page {n}</title><p class=n>{n}</p><p>{words}")
    };
    let bodies: Vec<String> = (0..PAGES).map(body).collect();
    let mut captures: Vec<_> =
        urls.iter().zip(&bodies).map(|(url, body)| capture(url, HTML, body.as_bytes())).collect();
    let mut missing = capture(&urls[0], HTML, b"<p>not found");
    missing.status = 404;
    let mut picture = capture(&urls[1], HTML, b"GIF89a");
    picture.mime = Some("image/gif");
    let mut again = capture(&urls[2], HTML, bodies[2].as_bytes());
    again.revisit = Some(Revisit::IdenticalPayload { refers_to_date: "", digest: "sha1:A" });
    captures.extend([missing, picture, again]);
    store(data_dir, &captures);
    fs::metadata(data_dir.join("pages/pages.jsonl")).unwrap().len()
}

fn titles(data_dir: &Path) -> PageFollower {
    content(data_dir.to_owned(), [Field::Metadata].into_iter().collect(), 3)
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn noted(data_dir: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(data_dir.join("results").join(name)).unwrap()).unwrap()
}

fn are_all_pages(rows: &[Value]) {
    let titles: Vec<&str> = rows.iter().map(|row| row["title"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..PAGES).map(|n| format!("page {n}")).collect();
    assert_eq!(titles, expected);
    assert_eq!(rows[3]["url"], "http://a.test/3");
    assert_eq!(rows[3]["ts"], "2026-11-21T12:00:00.000Z");
    assert!(rows[3]["digest"].as_str().unwrap().starts_with("sha1:"));
}

#[test]
fn pages_make_a_row_each_and_other_captures_none() {
    let dir = tempfile::tempdir().unwrap();
    let end = crawled(dir.path());
    follow(&mut titles(dir.path()), dir.path(), &Script::new(vec![Look::Finished(end)])).unwrap();
    are_all_pages(&rows(&dir.path().join("content/content.jsonl")));
    assert_eq!(noted(dir.path(), "content.json")["state"]["rows"], PAGES);
}

#[test]
fn what_was_not_sealed_is_cut_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let end = crawled(dir.path());
    let list = fs::read(dir.path().join("pages/pages.jsonl")).unwrap();
    let third: usize = list.split_inclusive(|byte| *byte == b'\n').take(20).map(<[u8]>::len).sum();
    let script = Script::new(vec![Look::Finished(third as u64)]);
    follow(&mut titles(dir.path()), dir.path(), &script).unwrap();
    let path = dir.path().join("content/content.jsonl");
    let sealed = fs::read(&path).unwrap();
    fs::write(&path, [&sealed[..], b"{\"title\": \"half a r"].concat()).unwrap();
    follow(&mut titles(dir.path()), dir.path(), &Script::new(vec![Look::Finished(end)])).unwrap();
    are_all_pages(&rows(&path));
}

#[test]
fn a_file_shorter_than_noted_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let end = Script::new(vec![Look::Finished(crawled(dir.path()))]);
    follow(&mut titles(dir.path()), dir.path(), &end).unwrap();
    fs::write(dir.path().join("content/content.jsonl"), "").unwrap();
    let error = follow(&mut titles(dir.path()), dir.path(), &end).unwrap_err().to_string();
    assert!(error.contains("content/content.jsonl") && error.contains("Remove it"), "{error}");
}

#[test]
fn rules_make_rows_of_their_pages_and_problems_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let end = crawled(dir.path());
    let field = |name: &str, select: &str| FieldRule {
        name: name.to_owned(),
        select: Some(select.parse().unwrap()),
        list: false,
        required: false,
        default: None,
        value: FieldValue::One { take: Take::Text, pattern: None, is: ValueType::Integer },
    };
    let rule = |name: &str, pattern: &str| Rule {
        name: name.to_owned(),
        urls: vec![pattern.parse().unwrap()],
        each: None,
        fields: vec![field("n", ".n"), field("title", "title")],
    };
    let rules = Rules(vec![rule("ones", "/1"), rule("sevens", "/7$")]);
    let mut follower = extracted(dir.path().to_owned(), rules, 2, RowsAs::Json);
    follow(&mut follower, dir.path(), &Script::new(vec![Look::Finished(end)])).unwrap();
    let ones = rows(&dir.path().join("extracted/ones.jsonl"));
    assert_eq!(ones.len(), 11);
    assert_eq!(ones[1]["fields"]["n"], 10);
    assert_eq!(ones[1]["rule"], "ones");
    assert_eq!(ones[1]["problems"][0], "title: `page 10` is no integer");
    assert_eq!(rows(&dir.path().join("extracted/sevens.jsonl")).len(), 1);
    let state = &noted(dir.path(), "extracted.json")["state"];
    assert_eq!((&state["rows"], &state["problems"]), (&Value::from(12), &Value::from(12)));
}
