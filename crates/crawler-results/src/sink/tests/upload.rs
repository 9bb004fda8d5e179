//! What is uploaded, and what is remembered of it.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::sink::upload::ledger::Ledger;
use crate::sink::upload::object::{Object, Rows, index_end, parquet, warcs};
use crate::sink::upload::target::S3Target;

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn keys(objects: &[Object]) -> Vec<&str> {
    objects.iter().map(|object| object.key.as_str()).collect()
}

fn target(text: &str) -> S3Target {
    text.parse().unwrap()
}

const FIRST: Rows = Rows { pages: (0, 100), cdxj: (0, 50) };
const SECOND: Rows = Rows { pages: (100, 300), cdxj: (50, 90) };

#[test]
fn what_was_begun_and_not_done_is_known_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut ledger = Ledger::open(dir, &target("s3://b/p")).unwrap();
    assert_eq!(ledger.rows(), Rows { pages: (0, 0), cdxj: (0, 0) });
    ledger.begin(FIRST).unwrap();
    let [pages, index] = FIRST.objects(dir);
    assert_eq!(pages.key, "pages/pages-000000000000000-000000000000100.jsonl");
    assert_eq!(index.key, "cdxj/index-000000000000000-000000000000050.cdxj");
    ledger.add(&pages, Some("\"tag\"".to_owned())).unwrap();
    ledger.begin(SECOND).unwrap();

    // Half a line, as a crash leaves it.
    let path = dir.join("results/uploads.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.clone() + "{\"object\":{\"ke").unwrap();
    let mut ledger = Ledger::open(dir, &target("s3://b/p")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(ledger.rows(), SECOND);
    assert!(ledger.has(&pages) && !ledger.has(&index));
    let undone = ledger.undone_rows(dir);
    let [pages, second_index] = SECOND.objects(dir);
    assert_eq!(undone, [index, pages, second_index]);
    for object in &undone {
        ledger.add(object, None).unwrap();
    }
    assert!(ledger.undone_rows(dir).is_empty());
    assert_eq!(ledger.rows(), SECOND);
}

#[test]
fn a_file_that_was_written_anew_is_not_there_yet() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(dir.path(), &target("s3://b/p")).unwrap();
    let key = "parquet/pages/date=2026-11-21/0.parquet".to_owned();
    let path = dir.path().join(&key);
    let object = Object { key, path, from: 0, to: 10, written: Some(7) };
    ledger.add(&object, None).unwrap();
    assert!(ledger.has(&object));
    assert!(!ledger.has(&Object { to: 11, ..object.clone() }));
    assert!(!ledger.has(&Object { written: Some(8), ..object }));
}

#[test]
fn the_list_of_another_target_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    Ledger::open(dir.path(), &target("s3://b/p")).unwrap();
    let error = Ledger::open(dir.path(), &target("s3://b/q")).unwrap_err().to_string();
    assert!(error.contains("s3://b/p") && error.contains("remove"), "{error}");
    write(dir.path(), "results/uploads.jsonl", "{\"target\":\"s3://b/p\"}\n{}\n");
    let error = Ledger::open(dir.path(), &target("s3://b/p")).unwrap_err().to_string();
    assert!(error.contains("uploads.jsonl") && error.contains("at byte 22"), "{error}");
}

#[test]
fn warcs_are_complete_once_a_later_one_has_rows() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(warcs(dir, Some("a")).unwrap().is_empty());
    let rows = "{\"file\":\"a\",\"bytes\":1}\n{\"file\":\"b\",\"bytes\":2}\n{\"file\":\"c\",";
    write(dir, "reports/warcs.jsonl", rows);
    for (current, expected) in [
        (Some("a"), &[][..]),
        (Some("b"), &["warc/a"]),
        (Some("c"), &["warc/a", "warc/b"]),
        (None, &["warc/a", "warc/b"]),
    ] {
        assert_eq!(keys(&warcs(dir, current).unwrap()), expected, "{current:?}");
    }
}

#[test]
fn the_index_has_a_line_for_each_row() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "cdxj/index.cdxj", "ab\nc\n\nde");
    for (from, rows, end) in [(0, 0, 0), (0, 2, 5), (3, 1, 5), (3, 2, 6)] {
        assert_eq!(index_end(dir.path(), from, rows).unwrap(), end);
    }
    let error = index_end(dir.path(), 3, 3).unwrap_err().to_string();
    assert!(error.contains("index.cdxj") && error.contains("repair"), "{error}");
}

#[test]
fn parquet_files_are_taken_when_they_are_settled() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(parquet(dir, None).unwrap().is_empty());
    write(dir, "parquet/pages/date=2026-11-21/0.parquet", "PAR1");
    write(dir, "parquet/links/date=2026-11-20/7.parquet", "PAR1PAR1");
    write(dir, "parquet/links/date=2026-11-20/9.parquet.tmp", "PA");
    let all =
        ["parquet/links/date=2026-11-20/7.parquet", "parquet/pages/date=2026-11-21/0.parquet"];
    let found = parquet(dir, None).unwrap();
    assert_eq!(keys(&found), all);
    assert_eq!((found[0].to, found[1].to), (8, 4));
    assert!(found[0].written.is_some());
    let hour = Duration::from_secs(3600);
    let now = SystemTime::now();
    assert_eq!(keys(&parquet(dir, Some(now + hour)).unwrap()), all);
    assert!(parquet(dir, Some(now - hour)).unwrap().is_empty());
}
