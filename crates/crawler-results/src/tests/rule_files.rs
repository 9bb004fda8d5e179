//! Rows of rules as Parquet: those of the JSON lines, whenever the files are made.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crawler_content::{FieldRule, FieldValue, Rule, Take, ValueType};
use parquet::file::reader::SerializedFileReader;
use parquet::record::{Field, Row};
use serde_json::{Value, json};

use crate::parquet::{Extent, RuleFiles};

/// A row of [`lines`] has so many bytes.
const ROW_BYTES: u64 = 100;

fn field(name: &str, is: Option<ValueType>, list: bool) -> FieldRule {
    let value = match is {
        Some(is) => FieldValue::One { take: Take::Text, pattern: None, is },
        None => FieldValue::Object(Vec::new()),
    };
    FieldRule { name: name.to_owned(), select: None, list, required: false, default: None, value }
}

fn rule(fields: Vec<FieldRule>) -> Rule {
    Rule { name: "lamp".to_owned(), urls: Vec::new(), each: None, fields }
}

fn integers() -> Rule {
    rule(vec![field("n", Some(ValueType::Integer), false)])
}

/// Writes the first `count` rows; the length of all.
fn lines(dir: &Path, count: u64) -> u64 {
    let line = |n: u64| {
        let row = json!({"url": format!("http://a/{n:04}"), "ts": "2026-11-21T00:00:00.000Z",
            "rule": "lamp", "fields": {"n": n}});
        format!("{:<1$}\n", row.to_string(), ROW_BYTES as usize - 1)
    };
    let text: String = (0..count).map(line).collect();
    assert_eq!(text.len() as u64, count * ROW_BYTES, "{text}");
    fs::create_dir_all(dir.join("extracted")).unwrap();
    fs::write(dir.join("extracted/lamp.jsonl"), text).unwrap();
    count * ROW_BYTES
}

fn rows(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    reader.into_iter().map(Result::unwrap).collect()
}

/// A row as JSON; times as the reader shows them.
fn told(row: &Row) -> Value {
    let value = |field: &Field| match field {
        Field::Null => Value::Null,
        Field::Bool(bool) => json!(bool),
        Field::Long(long) => json!(long),
        Field::Double(double) => json!(double),
        Field::Str(text) => json!(text),
        Field::Group(row) => told(row),
        other => json!(other.to_string()),
    };
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

/// Rows of each file, by its name.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<Row>> {
    let paths = fs::read_dir(dir.join("parquet/extracted/lamp")).into_iter().flatten();
    let paths = paths.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_name().unwrap().into(), rows(&path))).collect()
}

fn counts(dir: &Path) -> Vec<(u64, usize)> {
    let from = |name: &Path| name.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    files(dir).iter().map(|(name, rows)| (from(name) / ROW_BYTES, rows.len())).collect()
}

/// Files of ten rows.
fn small(dir: &Path) -> RuleFiles {
    RuleFiles::new(dir, &integers(), 10 * ROW_BYTES)
}

fn write(files: &mut RuleFiles, bytes: u64, extent: Extent) -> usize {
    std::iter::from_fn(|| files.write_next(bytes, extent).unwrap().then_some(())).count()
}

#[test]
fn fields_have_the_types_of_the_rule() {
    let dir = tempfile::tempdir().unwrap();
    let typed = |name, is| field(name, Some(is), false);
    let rule = rule(vec![
        typed("url", ValueType::Url),
        typed("n", ValueType::Integer),
        typed("price", ValueType::Number),
        typed("new", ValueType::Boolean),
        typed("day", ValueType::Date),
        field("traits", Some(ValueType::String), true),
        field("maker", None, false),
        typed("a.b", ValueType::String),
    ]);
    let all = json!({"url": "http://a/1", "ts": "2026-11-21T12:00:00.000Z", "rule": "lamp",
        "fields": {"url": "http://b/", "n": -7, "price": 10, "new": true, "day": "2026-11-20",
            "traits": ["x", "y"], "maker": {"by": "Ann"}, "a.b": "dot"}, "problems": ["n: odd"]});
    let none = json!({"url": "http://a/2", "ts": "2026-11-21T12:00:00.000Z", "rule": "lamp",
        "fields": {"url": null, "n": "of an earlier rule", "traits": [], "maker": null}});
    fs::create_dir_all(dir.path().join("extracted")).unwrap();
    let text = format!("{all}\n{none}\n");
    fs::write(dir.path().join("extracted/lamp.jsonl"), &text).unwrap();
    let mut files = RuleFiles::new(dir.path(), &rule, 1 << 20);
    files.open(text.len() as u64).unwrap();
    assert!(files.write_next(text.len() as u64, Extent::Whole).unwrap());

    let path = dir.path().join("parquet/extracted/lamp/000000000000.parquet");
    let told: Vec<Value> = rows(&path).iter().map(told).collect();
    let expected = json!([
        {"url": "http://a/1", "ts": "2026-11-21 12:00:00.000 +00:00", "rule": "lamp",
            "fields": {"url": "http://b/", "n": -7, "price": 10.0, "new": true,
                "day": "2026-11-20 00:00:00.000 +00:00", "traits": "[\"x\",\"y\"]",
                "maker": "{\"by\":\"Ann\"}", "a.b": "dot"},
            "problems": "[\"n: odd\"]"},
        {"url": "http://a/2", "ts": "2026-11-21 12:00:00.000 +00:00", "rule": "lamp",
            "fields": {"url": null, "n": null, "price": null, "new": null, "day": null,
                "traits": "[]", "maker": null, "a.b": null},
            "problems": null},
    ]);
    assert_eq!(Value::from(told), expected);
}

#[test]
fn files_are_full_at_the_same_rows_whenever_they_are_made() {
    let (at_once, slowly) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let end = lines(at_once.path(), 37);
    write(&mut small(at_once.path()), end, Extent::Whole);
    assert_eq!(counts(at_once.path()), [(0, 10), (10, 10), (20, 10), (30, 7)]);

    lines(slowly.path(), 37);
    let mut files = small(slowly.path());
    let mut n_written = 0;
    for rows in 1..=37 {
        n_written += write(&mut files, rows * ROW_BYTES, Extent::Worthwhile);
    }
    // Of each file 1, 2, 4, 8 and 10 rows.
    assert_eq!((n_written, counts(slowly.path()).last()), (3 * 5 + 3, Some(&(30, 4))));
    n_written = write(&mut files, end, Extent::Whole);
    assert_eq!((n_written, counts(slowly.path())), (1, counts(at_once.path())));
}

#[test]
fn what_is_behind_the_lines_is_removed_and_the_rest_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let end = lines(dir.path(), 37);
    write(&mut small(dir.path()), end, Extent::Whole);
    fs::write(dir.path().join("parquet/extracted/lamp/000000003000.tmp"), "half").unwrap();

    let mut files = small(dir.path());
    files.open(end).unwrap();
    assert_eq!(write(&mut files, end, Extent::Whole), 0, "all is there");
    files.open(25 * ROW_BYTES).unwrap();
    assert_eq!(counts(dir.path()), [(0, 10), (10, 10)], "the third has rows that are not sealed");
    write(&mut files, 25 * ROW_BYTES, Extent::Whole);
    assert_eq!(counts(dir.path()).last(), Some(&(20, 5)));

    files.open(end).unwrap();
    assert_eq!(counts(dir.path()).last(), Some(&(20, 5)), "what it has is right");
    fs::write(dir.path().join("parquet/extracted/lamp/000000002000.parquet"), "no Parquet")
        .unwrap();
    files.open(end).unwrap();
    write(&mut files, end, Extent::Whole);
    assert_eq!(counts(dir.path()), [(0, 10), (10, 10), (20, 10), (30, 7)]);
    files.open(0).unwrap();
    assert!(counts(dir.path()).is_empty());
}

#[test]
fn a_broken_line_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let end = lines(dir.path(), 2);
    let path = dir.path().join("extracted/lamp.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("http://a/0001\"", "http://a/0001 ")).unwrap();
    let error = small(dir.path()).write_next(end, Extent::Whole).unwrap_err().to_string();
    assert!(error.contains("lamp.jsonl at byte 100: ") && error.contains("remove it"), "{error}");
}
