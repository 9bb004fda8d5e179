//! Stored pages come back decoded, or it is told why not.

use std::fs;

use crawler_fetch::{DecodeEnd, DecodeLimits};
use crawler_store::Revisit;

use super::crawled::{capture, store, url};
use crate::{PageRow, PageRows, ResultError, StoredPage, stored_page};

const PLAIN: &str = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Type: text/html\r\nx-a:  2\r\n\r\n";
const CODED: &str = "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n";

fn each_row(
    data_dir: &std::path::Path,
    read: &mut dyn FnMut(&PageRow<'_>) -> Result<Option<StoredPage>, ResultError>,
) -> Vec<Result<Option<StoredPage>, ResultError>> {
    let mut rows = PageRows::open(data_dir, 0).unwrap();
    let end = fs::metadata(data_dir.join("pages/pages.jsonl")).unwrap().len();
    let mut pages = Vec::new();
    while let Some(row) = rows.next_before(end).unwrap() {
        pages.push(read(&row));
    }
    pages
}

#[test]
fn bodies_are_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (url("http://a.test/"), url("http://a.test/b"));
    let coded = zstd::encode_all(&b"<p>coded</p>"[..], 0).unwrap();
    let mut again = capture(&a, PLAIN, b"plain");
    again.revisit = Some(Revisit::IdenticalPayload { refers_to_date: "", digest: "sha1:A" });
    store(dir.path(), &[capture(&a, PLAIN, b"plain"), capture(&b, CODED, &coded), again]);

    let read = |row: &PageRow<'_>| stored_page(dir.path(), row, DecodeLimits::default());
    let mut pages = each_row(dir.path(), &mut { read }).into_iter().map(Result::unwrap);
    let plain = pages.next().unwrap().unwrap();
    assert_eq!((&plain.body[..], &plain.head[..]), (&b"plain"[..], PLAIN.as_bytes()));
    assert_eq!(plain.header("X-a").as_deref(), Some("1, 2"));
    assert_eq!(plain.header("etag"), None);
    let decoded = pages.next().unwrap().unwrap();
    assert_eq!((&decoded.body[..], decoded.end), (&b"<p>coded</p>"[..], DecodeEnd::Complete));
    assert!(pages.next().unwrap().is_none(), "a revisit has no body of its own");

    let few = DecodeLimits { bytes_max: 4, ..DecodeLimits::default() };
    let cut = each_row(dir.path(), &mut |row| stored_page(dir.path(), row, few)).swap_remove(1);
    assert_eq!(cut.unwrap().unwrap().end, DecodeEnd::Limit);
}

#[test]
fn another_record_is_refused_and_a_missing_file_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let a = url("http://a.test/");
    store(dir.path(), &[capture(&a, PLAIN, b"plain")]);
    let read = |change: &dyn Fn(&mut PageRow<'_>)| {
        let with = &mut |row: &PageRow<'_>| {
            let mut row = row.clone();
            change(&mut row);
            stored_page(dir.path(), &row, DecodeLimits::default())
        };
        each_row(dir.path(), with).swap_remove(0)
    };
    let other = read(&|row| row.url = "http://b.test/".into()).unwrap_err().to_string();
    assert!(other.contains("says http://b.test/") && other.contains("repair"), "{other}");
    let inside = read(&|row| row.warc.offset += 1).unwrap_err().to_string();
    assert!(inside.contains(".warc.gz") && inside.contains("repair"), "{inside}");
    let behind = read(&|row| row.warc.offset = 1 << 40).unwrap_err().to_string();
    assert!(behind.contains("ends before"), "{behind}");
    let outside = read(&|row| row.warc.file = "../pages/pages.jsonl".into()).unwrap_err();
    assert!(matches!(outside, ResultError::Record { .. }), "{outside}");
    assert!(read(&|row| row.warc.file = "moved.warc.gz".into()).unwrap().is_none());
}
