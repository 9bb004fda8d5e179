//! Every format holds what the page list holds, whatever ended the crawl in between.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::file::reader::SerializedFileReader;
use parquet::record::{Row, RowAccessor};
use serde_json::Value;

use crate::data::{assert_same, assert_whole, pages, sorted};
use crate::harness::{Place, until};
use crate::webs::{serve, slow, small};

/// The rows of all Parquet files of a table.
fn parquet(data: &Path, table: &str) -> Vec<Row> {
    parquet_files(data, table).iter().flat_map(|path| rows_of(path)).collect()
}

fn rows_of(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    reader.into_iter().map(Result::unwrap).collect()
}

fn parquet_files(data: &Path, table: &str) -> Vec<PathBuf> {
    let days = fs::read_dir(data.join("parquet").join(table)).unwrap();
    let files = days.flat_map(|day| fs::read_dir(day.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

/// A field of each row, as JSON text of the page list has it.
fn column(rows: &[Row], name: &str) -> Vec<String> {
    let value = |row: &Row| {
        let mut columns = row.get_column_iter();
        columns.find(|(column, _)| *column == name).unwrap().1.to_string()
    };
    rows.iter().map(value).collect()
}

fn field(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row.get(name).unwrap_or(&Value::Null).to_string()).collect()
}

/// Fails unless the Parquet files and the page list hold the same pages.
fn assert_parquet(data: &Path) {
    let (listed, stored) = (pages(data), parquet(data, "pages"));
    for name in ["url", "status", "digest", "wire_bytes", "content_bytes", "via", "depth", "mime"] {
        assert_same(&sorted(column(&stored, name)), &sorted(field(&listed, name)));
    }
    let offsets = |name: &str| listed.iter().map(|row| row["warc"][name].to_string()).collect();
    let places: Vec<String> = offsets("offset");
    assert_eq!(sorted(column(&stored, "warc_offset")), sorted(places));
}

#[test]
fn parquet_holds_what_the_page_list_holds() {
    let server = serve(slow());
    let place = Place::new();
    let formats = ["--format", "warc,parquet"];
    place.crawl(&server, &[&formats[..], &["--max-pages", "20"]].concat()).ends(0);
    assert_parquet(&place.data());
    let running = place.crawl(&server, &formats).start();
    until("requests", || (server.stats().requests >= 100).then_some(()));
    running.kill();
    place.crawl(&server, &formats).ends(0);
    assert_whole(&place.data(), &server);
    assert_parquet(&place.data());
    assert!(parquet_files(&place.data(), "pages").len() <= 2, "small files grow");
    place.crawl(&server, &[&formats[..], &["--fresh", "--max-pages", "5"]].concat()).ends(0);
    assert_parquet(&place.data());
}

#[test]
fn parquet_asked_for_later_comes_out_the_same() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    assert!(!place.data().join("parquet").exists());
    place.crawl(&server, &["--format", "parquet"]).ends(0);
    assert_parquet(&place.data());
}

#[test]
fn a_finished_crawl_is_exported_and_one_that_runs_is_not() {
    let server = serve(slow());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "20"]).ends(0);
    for (format, made) in [
        ("parquet", "parquet/pages"),
        ("links", "parquet/links"),
        ("jsonl.zst", "pages/pages.jsonl.zst"),
    ] {
        place.crawler(["export", format, "-o", "crawl"]).ends(0);
        assert!(place.data().join(made).exists(), "{made}");
        place.crawler(["export", format, "-o", "none"]).ends(1).says(&["no crawl in none"]);
    }
    assert_parquet(&place.data());
    let running = place.crawl(&server, &[]).start();
    until("requests", || (server.stats().requests >= 60).then_some(()));
    place.crawler(["export", "parquet", "-o", "crawl"]).ends(5);
    running.kill();
    place.crawler(["export", "parquet", "-o", "crawl"]).ends(0);
    place.crawl(&server, &["--format", "parquet"]).ends(0);
    assert_parquet(&place.data());
}

#[test]
fn edges_are_the_links_that_led_to_pages() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--format", "links"]).ends(0);
    let text = |row: &Row, idx: usize| row.get_string(idx).unwrap().clone();
    let edges = parquet(&place.data(), "links");
    let edge = |row: &Row| (text(row, 0), text(row, 3));
    let edges: std::collections::BTreeSet<_> = edges.iter().map(edge).collect();
    let mut n_found = 0;
    for row in pages(&place.data()) {
        let Some(via) = row.get("via").and_then(Value::as_str) else { continue };
        let url = row["url"].as_str().unwrap();
        assert!(edges.contains(&(via.to_owned(), url.to_owned())), "{via} -> {url}");
        n_found += 1;
    }
    assert!(n_found > 30);
}

#[test]
fn chosen_pages_are_written_as_parquet() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let list = |args: &[&str], code: i32| {
        place.crawler([&["pages", "-o", "crawl", "--format", "parquet"], args].concat()).ends(code)
    };
    let chosen = list(&["--where", "depth > 0", "--fields", "warc.offset,url"], 0);
    fs::write(place.path("chosen.parquet"), &chosen.stdout).unwrap();
    let rows = rows_of(&place.path("chosen.parquet"));
    assert_eq!(
        rows[0].get_column_iter().map(|(name, _)| &**name).collect::<Vec<_>>(),
        ["warc_offset", "url"]
    );
    let deep: Vec<Value> =
        pages(&place.data()).into_iter().filter(|row| row["depth"].as_u64() > Some(0)).collect();
    assert_eq!(column(&rows, "url"), field(&deep, "url"));
    list(&["--fields", "path"], 1).says(&["no column `path`", "warc_offset"]);
    list(&["--skipped"], 1).says(&["--format jsonl"]);
}

#[test]
fn a_repaired_page_list_is_made_anew() {
    let server = serve(small());
    let place = Place::new();
    let formats = ["--format", "parquet,jsonl.zst"];
    place.crawl(&server, &[&formats[..], &["--max-pages", "30"]].concat()).ends(0);
    let list = place.data().join("pages/pages.jsonl");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replacen("\"status\":200", "\"status\":2x0", 1)).unwrap();
    place.crawler(["repair", "-o", "crawl", "--yes"]).ends(0);
    assert!(!place.data().join("results").exists());
    place.crawl(&server, &formats).ends(0);
    assert_whole(&place.data(), &server);
    assert_parquet(&place.data());
}
