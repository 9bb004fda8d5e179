//! What a crawl left in its data directory, read without the crawler's help where that is easy.

use std::fs;
use std::path::{Path, PathBuf};

use crawler_store::{WarcReader, WarcRecord};
use crawler_testweb::WebServer;
use serde_json::Value;

use crate::harness::Ended;

/// Rows of `pages/pages.jsonl`.
pub(crate) fn pages(data: &Path) -> Vec<Value> {
    rows(&data.join("pages/pages.jsonl"))
}

/// Rows of `reports/skipped.jsonl`.
pub(crate) fn skipped(data: &Path) -> Vec<Value> {
    rows(&data.join("reports/skipped.jsonl"))
}

/// Rows of `logs/crawl.jsonl`.
pub(crate) fn crawl_log(data: &Path) -> Vec<Value> {
    rows(&data.join("logs/crawl.jsonl"))
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{} ends within a row", path.display());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The value of a text field of each row, sorted.
pub(crate) fn texts(rows: &[Value], field: &str) -> Vec<String> {
    sorted(rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()))
}

/// URLs of the page list, sorted.
pub(crate) fn page_urls(data: &Path) -> Vec<String> {
    texts(&pages(data), "url")
}

/// URLs of the index, sorted.
pub(crate) fn cdxj_urls(data: &Path) -> Vec<String> {
    let text = fs::read_to_string(data.join("cdxj/index.cdxj")).unwrap();
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap())
        .collect();
    texts(&rows, "url")
}

/// The WARC files, in order.
pub(crate) fn warc_files(data: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(data.join("warc")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every record of every WARC file.
pub(crate) fn records(data: &Path) -> Vec<WarcRecord> {
    let all = warc_files(data);
    all.iter().flat_map(|path| WarcReader::open(path).unwrap().map(Result::unwrap)).collect()
}

/// URLs of the responses in the WARC files, sorted.
pub(crate) fn warc_urls(data: &Path) -> Vec<String> {
    let all = records(data);
    let responses = all.iter().filter(|record| matches!(record.kind(), "response" | "revisit"));
    sorted(responses.map(|record| record.header("WARC-Target-URI").unwrap().to_owned()))
}

pub(crate) fn sorted(urls: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut urls: Vec<String> = urls.into_iter().collect();
    urls.sort_unstable();
    urls
}

/// The URLs a crawl of the whole web fetches, sorted.
pub(crate) fn expected_urls(server: &WebServer) -> Vec<String> {
    sorted(server.web().expected().map(|expected| expected.url))
}

/// Fails unless the directory holds every expected page once, in all files alike.
pub(crate) fn assert_whole(data: &Path, server: &WebServer) {
    let found = sorted(pages(data).iter().map(|row| line(&row["url"], &row["status"])));
    let web = server.web();
    let expected = sorted(web.expected().map(|e| line(&e.url.into(), &e.status.into())));
    assert_same(&found, &expected);
    assert_same(&cdxj_urls(data), &expected_urls(server));
    assert_same(&warc_urls(data), &expected_urls(server));
}

fn line(url: &Value, status: &Value) -> String {
    format!("{} {status}", url.as_str().unwrap())
}

/// Compares sorted lists and shows only where they differ.
pub(crate) fn assert_same(found: &[String], expected: &[String]) {
    let missing: Vec<_> = expected.iter().filter(|url| !found.contains(url)).collect();
    let surplus: Vec<_> = found.iter().filter(|url| !expected.contains(url)).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:#?} surplus {surplus:#?}");
    let twice: Vec<_> = found.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(found.len() == expected.len(), "twice: {twice:#?}");
}

/// Fails unless the statistics block and the files say the same.
pub(crate) fn assert_consistent(ended: &Ended, data: &Path) {
    let n_pages = pages(data).len() as u64;
    assert_eq!(ended.number("pages"), n_pages);
    assert_eq!(cdxj_urls(data).len() as u64, n_pages);
    assert_eq!(warc_urls(data).len() as u64, n_pages);
    let ended_badly = ended.number("skipped") + ended.number("failed");
    assert_eq!(skipped(data).len() as u64, ended_badly);
    let discovered = n_pages + ended_badly + ended.number("urls_queued");
    assert_eq!(ended.number("urls_discovered"), discovered);
    assert_eq!(ended.stat("accounting_error"), "0");
    assert_eq!(ended.number("shard_restarts"), 0);
}

/// Fails if a polite crawler would not have made some request.
pub(crate) fn assert_polite(server: &WebServer) {
    let stats = server.stats();
    assert_eq!(stats.violations(), 0, "{stats}");
    assert_eq!(stats.host_concurrency_max, 1, "{stats}");
}

/// `stats.json`, if it is there.
pub(crate) fn stats(data: &Path) -> Option<Value> {
    let text = fs::read_to_string(data.join("stats.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Fails if a file below `dir` has `secret` in it, or a record of a WARC file.
pub(crate) fn assert_nowhere(dir: &Path, secret: &str) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_nowhere(&path, secret);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let has = String::from_utf8_lossy(&bytes).contains(secret);
        assert!(!has, "{secret} is in {}", path.display());
    }
    if dir.ends_with("crawl") {
        for record in records(dir) {
            let has = String::from_utf8_lossy(record.block()).contains(secret);
            assert!(!has, "{secret} is in a record");
        }
    }
}
