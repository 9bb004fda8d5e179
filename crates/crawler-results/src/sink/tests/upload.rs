//! What is uploaded, and what is remembered of it.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::sink::upload::ledger::Ledger;
use crate::sink::upload::object::{Lines, Object, Rows, index_end, made, sealed_lines, warcs};
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
fn lines_become_objects_as_far_as_they_are_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(sealed_lines(dir).unwrap().is_empty());
    write(
        dir,
        "results/content.json",
        r#"{"rows_to":9,"state":{"files":{"content/content.jsonl":3},"rows":1}}"#,
    );
    write(
        dir,
        "results/extracted.json",
        r#"{"rows_to":9,"state":{"files":{"extracted/a.jsonl":6}}}"#,
    );
    let sealed = sealed_lines(dir).unwrap();
    assert_eq!(
        sealed.into_iter().map(|(file, to)| format!("{file} {to}")).collect::<Vec<_>>(),
        ["content/content.jsonl 3", "extracted/a.jsonl 6"]
    );
    write(dir, "results/content.json", "{");
    assert!(sealed_lines(dir).unwrap_err().to_string().contains("results/content.json"));

    let mut ledger = Ledger::open(dir, &target("s3://b/p")).unwrap();
    let lines = |bytes| Lines { file: "extracted/a.jsonl".to_owned(), bytes };
    for bytes in [(0, 3), (3, 6)] {
        assert_eq!(ledger.lines_to("extracted/a.jsonl"), bytes.0);
        ledger.begin_lines(lines(bytes)).unwrap();
    }
    ledger.add(&lines((3, 6)).object(dir), None).unwrap();
    let mut ledger = Ledger::open(dir, &target("s3://b/p")).unwrap();
    assert_eq!(
        (ledger.lines_to("extracted/a.jsonl"), ledger.lines_to("extracted/b.jsonl")),
        (6, 0)
    );
    let undone = ledger.undone_lines(dir);
    assert_eq!(keys(&undone), ["extracted/a-000000000000000-000000000000003.jsonl"]);
    ledger.add(&undone[0], None).unwrap();
    assert!(ledger.undone_lines(dir).is_empty());
}

#[test]
fn what_others_make_is_taken_when_it_is_settled() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(made(dir, None).unwrap().is_empty());
    write(dir, "parquet/pages/date=2026-11-21/0.parquet", "PAR1");
    write(dir, "parquet/links/date=2026-11-20/7.parquet", "PAR1PAR1");
    write(dir, "parquet/links/date=2026-11-20/9.parquet.tmp", "PA");
    write(dir, "content/content.jsonl", "{}\n");
    write(dir, "extracted/news.jsonl", "{}\n{}\n");
    let parquet =
        ["parquet/links/date=2026-11-20/7.parquet", "parquet/pages/date=2026-11-21/0.parquet"];
    let found = made(dir, None).unwrap();
    assert_eq!(keys(&found), parquet);
    assert_eq!(found.iter().map(|object| object.to).collect::<Vec<_>>(), [8, 4]);
    assert!(found[0].written.is_some());
    let hour = Duration::from_secs(3600);
    let now = SystemTime::now();
    assert_eq!(keys(&made(dir, Some(now + hour)).unwrap()), parquet);
    assert!(made(dir, Some(now - hour)).unwrap().is_empty());
}
