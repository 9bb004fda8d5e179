//! Parquet files have the rows of the page list, each once, whatever happens in between.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Script, crawled, page_list_of};
use crate::parquet::{FileSize, parquet_pages_of};
use crate::{Look, PageRows, PagesWriter, follow, page_columns, parquet_pages};

/// The files of a table with their rows: URLs in the order of the file.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<String>> {
    let mut files = BTreeMap::new();
    let root = dir.join("parquet/pages");
    for day in fs::read_dir(&root).into_iter().flatten() {
        for file in fs::read_dir(day.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            files.insert(path.strip_prefix(&root).unwrap().to_owned(), urls(&path));
        }
    }
    files
}

fn urls(path: &Path) -> Vec<String> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().get_string(0).unwrap().clone()).collect()
}

fn all(dir: &Path) -> Vec<String> {
    let mut urls: Vec<String> = files(dir).into_values().flatten().collect();
    urls.sort();
    urls
}

fn row(n: usize, day: u32) -> Value {
    json!({"url": format!("http://{}.test/{n:04}", if n.is_multiple_of(2) { "b" } else { "a" }),
        "ts": format!("2026-11-{day:02}T00:00:00.000Z"), "status": 200, "depth": 0, "hops": "",
        "digest": "sha1:A", "wire_bytes": 1, "outlinks": 0, "protocol": "http/1.1", "generation": 1,
        "warc": {"file": "a.warc.gz", "offset": 0, "length": 1}})
}

fn expected(rows: &[Value]) -> Vec<String> {
    let mut urls: Vec<String> =
        rows.iter().map(|row| row["url"].as_str().unwrap().to_owned()).collect();
    urls.sort();
    urls
}

fn run(dir: &Path, upto: u64) -> Result<u64, crate::ResultError> {
    follow(&mut *parquet_pages(dir), dir, &Script::new(vec![Look::Finished(upto)]))
}

#[test]
fn columns_hold_what_the_row_says() {
    let dir = tempfile::tempdir().unwrap();
    let url = crawled::url("http://www.example.com:8080/a?b=c");
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let mut full = crawled::capture(&url, head, b"body");
    full.title = Some("Grüße");
    full.via = Some("http://v.test/");
    full.depth = 2;
    full.hops = "LR";
    full.charset = Some("windows-1252");
    full.language = Some("de");
    full.simhash = Some(0xFEDC_BA98_7654_3210);
    full.outlinks = 7;
    full.usage.tdm_policy = Some("https://p.test/");
    full.timings_ms.first_byte = 1.25;
    crawled::store(dir.path(), &[full]);
    run(dir.path(), fs::metadata(dir.path().join("pages/pages.jsonl")).unwrap().len()).unwrap();

    let path = dir.path().join("parquet/pages/date=2026-11-21/000000000000.parquet");
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let row = reader.get_row_iter(None).unwrap().next().unwrap().unwrap();
    let cells: BTreeMap<&str, String> =
        row.get_column_iter().map(|(name, field)| (name.as_str(), field.to_string())).collect();
    assert!(page_columns().eq(row.get_column_iter().map(|(name, _)| name.as_str())));
    for (name, expected) in [
        ("url", "\"http://www.example.com:8080/a?b=c\""),
        ("surt", "\"com,example:8080)/a?b=c\""),
        ("host", "\"www.example.com:8080\""),
        ("ts", "2026-11-21 12:00:00.000 +00:00"),
        ("status", "200"),
        ("title", "\"Grüße\""),
        ("depth", "2"),
        ("via", "\"http://v.test/\""),
        ("hops", "\"LR\""),
        ("mime", "\"text/html\""),
        ("charset", "\"windows-1252\""),
        ("language", "\"de\""),
        ("wire_bytes", "4"),
        ("content_bytes", "4"),
        ("outlinks", "7"),
        ("redirect", "null"),
        ("simhash", "18364758544493064720"),
        ("usage_tdm_policy", "\"https://p.test/\""),
        ("usage_content_signal", "null"),
        ("timings_ms_first_byte", "1.25"),
        ("generation", "1"),
    ] {
        assert_eq!(cells[name], expected, "{name}");
    }
    assert!(cells["digest"].starts_with("\"sha1:") && cells["warc_file"].ends_with(".gz\""));
    let meta = reader.metadata().row_group(0);
    assert_eq!(meta.sorting_columns().unwrap()[0].column_idx, 1);
    assert!(meta.column(1).statistics().unwrap().min_bytes_opt().is_some());
    assert!(meta.column(0).bloom_filter_offset().is_some());
}

#[test]
fn days_have_folders_and_small_files_grow() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Value> = (0..30).map(|n| row(n, if n < 20 { 21 } else { 22 })).collect();
    let ends = page_list_of(dir.path(), &rows);
    for upto in [0, 9, 19, 24, 29] {
        assert_eq!(run(dir.path(), ends[upto]).unwrap(), ends[upto]);
        assert_eq!(all(dir.path()), expected(&rows[..=upto]));
    }
    let names: Vec<PathBuf> = files(dir.path()).into_keys().collect();
    let name = |day: u32| PathBuf::from(format!("date=2026-11-{day}/000000000000.parquet"));
    assert_eq!(names, [name(21), name(22)]);
    let first = &files(dir.path())[&name(21)];
    assert!(first.is_sorted() && first[0].starts_with("http://a."), "sorted by host: {first:?}");
}

#[test]
fn a_crash_between_the_files_and_the_position_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Value> = (0..30).map(|n| row(n, 20 + (n / 10) as u32)).collect();
    let ends = page_list_of(dir.path(), &rows);
    let position = dir.path().join("results/parquet.json");
    run(dir.path(), ends[14]).unwrap();
    let noted = fs::read(&position).unwrap();
    run(dir.path(), ends[29]).unwrap();
    let later = dir.path().join("parquet/pages/date=2026-11-22/000000009999.parquet");
    fs::copy(later.with_file_name("000000000000.parquet"), &later).unwrap();
    fs::write(later.with_extension("tmp"), "half").unwrap();
    fs::write(&position, noted).unwrap();
    // Nothing more is committed: what is there has to be cut all the same.
    assert_eq!(run(dir.path(), ends[14]).unwrap(), ends[14]);
    assert_eq!(all(dir.path()), expected(&rows[..15]));
    assert!(!later.parent().unwrap().exists());
    run(dir.path(), ends[29]).unwrap();
    assert_eq!(all(dir.path()), expected(&rows));
}

#[test]
fn what_cannot_go_on_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows: Vec<Value> = (0..4).map(|n| row(n, 21)).collect();
    rows[3]["ts"] = json!("today");
    let ends = page_list_of(dir.path(), &rows);
    run(dir.path(), ends[2]).unwrap();
    let error = run(dir.path(), ends[3]).unwrap_err().to_string();
    assert!(error.contains("http://a.test/0003") && error.contains("\"today\""), "{error}");
    assert_eq!(all(dir.path()), expected(&rows[..3]));
    let error = run(dir.path(), ends[1]).unwrap_err().to_string();
    assert!(error.contains("results/parquet.json tells of"), "{error}");

    let position = dir.path().join("results/parquet.json");
    let final_file = json!({"rows_to": ends[1], "state": {"from": ends[1]}});
    fs::write(position, final_file.to_string()).unwrap();
    fs::remove_dir_all(dir.path().join("parquet")).unwrap();
    let error = run(dir.path(), ends[2]).unwrap_err().to_string();
    assert!(error.contains("parquet/pages is gone"), "{error}");
}

#[test]
fn many_rows_make_files_that_are_final() {
    let dir = tempfile::tempdir().unwrap();
    let mut long = row(0, 21);
    long["title"] = json!("x".repeat(1 << 20));
    let rows = vec![long; 40];
    let ends = page_list_of(dir.path(), &rows);
    run(dir.path(), ends[39]).unwrap();
    let names: Vec<PathBuf> = files(dir.path()).into_keys().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let again = names.last().unwrap().to_str().unwrap().to_owned();
    run(dir.path(), ends[39]).unwrap();
    assert_eq!(files(dir.path()).into_keys().last().unwrap().to_str().unwrap(), again);
    assert_eq!(all(dir.path()).len(), 40);
}

#[test]
fn a_file_is_final_at_its_last_row_or_byte() {
    assert_eq!(FileSize::default().rows, 131_072);
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Value> = (0..25).map(|n| row(n, 21)).collect();
    let ends = page_list_of(dir.path(), &rows);
    for (size, expected) in [
        (FileSize { rows: 10, bytes: usize::MAX }, vec![10, 10, 5]),
        (FileSize { rows: usize::MAX, bytes: 1 }, vec![1; 25]),
    ] {
        // In two runs: what is held of a file that is not final is counted too.
        for upto in [ends[13], ends[24]] {
            let script = Script::new(vec![Look::Finished(upto)]);
            follow(&mut *parquet_pages_of(dir.path(), size), dir.path(), &script).unwrap();
        }
        let counts: Vec<usize> = files(dir.path()).values().map(Vec::len).collect();
        assert_eq!(counts, expected, "{size:?}");
        assert_eq!(all(dir.path()), self::expected(&rows));
        fs::remove_dir_all(dir.path().join("results")).unwrap();
    }
}

#[test]
fn chosen_columns_are_written_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list_of(dir.path(), &[row(1, 21), row(0, 21)]);
    let mut rows = PageRows::open(dir.path(), 0).unwrap();
    let mut writer = PagesWriter::begin(Vec::new(), ["status", "url", "path"]).unwrap();
    while let Some(row) = rows.next_before(ends[1]).unwrap() {
        writer.push(&row).unwrap();
    }
    let reader = SerializedFileReader::new(bytes::Bytes::from(writer.finish().unwrap())).unwrap();
    let rows: Vec<String> =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows[0], "{status: 200, url: \"http://a.test/0001\"}");
    assert_eq!(rows[1], "{status: 200, url: \"http://b.test/0000\"}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever ends a run, the next one has each row before the position once.
    #[test]
    fn rows_come_once(
        days in proptest::collection::vec(20_u32..23, 1..40),
        runs in proptest::collection::vec((0_usize..40, any::<bool>()), 1..6),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let rows: Vec<Value> = days.iter().enumerate().map(|(n, day)| row(n, *day)).collect();
        let ends = page_list_of(dir.path(), &rows);
        let position = dir.path().join("results/parquet.json");
        let mut reached = 0;
        for (upto, is_noted) in runs {
            let upto = upto.min(rows.len() - 1);
            if ends[upto] < reached {
                continue;
            }
            let noted = fs::read(&position).ok();
            run(dir.path(), ends[upto]).unwrap();
            prop_assert_eq!(all(dir.path()), expected(&rows[..=upto]));
            match noted {
                _ if is_noted => reached = ends[upto],
                Some(noted) => fs::write(&position, noted).unwrap(),
                None => fs::remove_file(&position).unwrap(),
            }
        }
        let mut again = parquet_pages(dir.path());
        let state = fs::read(&position).map_or(Value::Null, |bytes| {
            serde_json::from_slice::<Value>(&bytes).unwrap()["state"].clone()
        });
        again.open(reached, &state).unwrap();
        let upto = ends.iter().filter(|end| **end <= reached).count();
        prop_assert_eq!(all(dir.path()), expected(&rows[..upto]));
    }
}
