//! A page at which a reader fails costs its own row, and no other.

use std::fs;
use std::sync::Arc;

use crawler_content::{Field, Fields};
use serde_json::Value;

use super::follower::PageFollower;
use super::page::{Made, PageBody, PageMaker};
use super::said::Said;
use crate::tests::Script;
use crate::tests::crawled::{capture, store, url};
use crate::{Look, follow};

const PAGES: usize = 30;

/// Reads pages, but for some.
struct Fails(Said);

impl PageMaker for Fails {
    fn is_for(&self, url: &str) -> bool {
        self.0.is_for(url)
    }

    fn make(&self, page: &PageBody) -> Made {
        assert!(!page.url.ends_with("/7"), "it has a seven");
        let made = self.0.make(page);
        let is_deep = page.url.ends_with("/12");
        if is_deep { std::panic::panic_any(12) } else { made }
    }

    fn failed(&self, page: &PageBody, why: &str) -> Made {
        self.0.failed(page, why)
    }
}

#[test]
fn a_reader_that_panics_costs_the_row_of_its_page_only() {
    let dir = tempfile::tempdir().unwrap();
    let urls: Vec<_> = (0..PAGES).map(|n| url(&format!("http://a.test/{n}"))).collect();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let captures: Vec<_> =
        urls.iter().map(|url| capture(url, head, b"<title>a page</title>")).collect();
    store(dir.path(), &captures);
    let fields: Fields = [Field::Metadata].into_iter().collect();
    let paths = vec!["content/content.jsonl".to_owned()];
    let maker = Arc::new(Fails(Said(fields)));
    // Two threads, of which either meets a page at which it fails and more pages after.
    let mut follower = PageFollower::new("content", dir.path().to_owned(), 2, maker, paths);
    let end = fs::metadata(dir.path().join("pages/pages.jsonl")).unwrap().len();
    let sealed = follow(&mut follower, dir.path(), &Script::new(vec![Look::Finished(end)]));
    assert_eq!(sealed.unwrap(), end);

    let text = fs::read_to_string(dir.path().join("content/content.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), PAGES);
    for (n, row) in rows.iter().enumerate() {
        assert_eq!(row["url"], format!("http://a.test/{n}"));
        let problem = match n {
            7 => Value::from("the page could not be read: it has a seven"),
            12 => Value::from("the page could not be read: unknown"),
            _ => Value::Null,
        };
        assert_eq!(row["problem"], problem, "{row}");
        assert_eq!(row["title"].is_null(), !problem.is_null(), "{row}");
    }
    let noted = fs::read(dir.path().join("results/content.json")).unwrap();
    let state = &serde_json::from_slice::<Value>(&noted).unwrap()["state"];
    assert_eq!((&state["rows"], &state["failed"]), (&Value::from(PAGES), &Value::from(2)));
}
