//! WACZ files by the text of WACZ 1.1.1.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use crawler_store::Capture;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipArchive};

use super::crawled::{self, capture, url};
use crate::{ResultError, WaczAbout, WaczTotals, write_wacz};

const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";

/// Stores captures as a crawl that has ended.
fn store(dir: &Path, captures: &[Capture<'_>]) {
    crawled::store(dir, captures);
    for entry in fs::read_dir(dir.join("warc")).unwrap() {
        let open = entry.unwrap().path();
        fs::rename(&open, open.with_extension("")).unwrap();
    }
}

fn about() -> WaczAbout {
    let (title, software) = (Some("A title".to_owned()), "crawler/0".to_owned());
    WaczAbout { title, created: "2026-11-21T00:00:00Z".to_owned(), software }
}

/// Pages 0 to 4 of a site in reverse order; the list of pages as far as the first four.
fn crawled() -> (tempfile::TempDir, u64) {
    let dir = tempfile::tempdir().unwrap();
    let urls: Vec<_> = (0..5).rev().map(|n| url(&format!("http://a.test/{n}"))).collect();
    let pages = urls.iter().enumerate().map(|(nth, url)| {
        let mut page = capture(url, HTML, b"<title>x</title>");
        page.mime = Some(if nth == 1 { "image/png" } else { "Text/HTML; charset=utf-8" });
        page.depth = u16::from(nth != 2);
        page
    });
    store(dir.path(), &pages.collect::<Vec<_>>());
    let list = fs::read_to_string(dir.path().join("pages/pages.jsonl")).unwrap();
    let four: usize = list.split_inclusive('\n').take(4).map(str::len).sum();
    (dir, four as u64)
}

fn write(dir: &Path, pages_to: u64) -> Result<(WaczTotals, Vec<u8>), ResultError> {
    let mut out = Cursor::new(Vec::new());
    let totals = write_wacz(dir, pages_to, dir, &about(), (Path::new("a.wacz"), &mut out))?;
    Ok((totals, out.into_inner()))
}

#[test]
fn all_parts_are_there_with_their_digests() {
    let (dir, pages_to) = crawled();
    let (totals, bytes) = write(dir.path(), pages_to).unwrap();
    assert_eq!(totals, WaczTotals { files: 1, captures: 5, pages: 3 });
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut entry = zip.by_name(name).unwrap();
        let is_seekable = entry.compression() == CompressionMethod::Stored;
        assert_eq!(is_seekable, name.contains(".gz"), "{name}");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let hash = |bytes: &[u8]| {
        let hex =
            Sha256::digest(bytes).iter().fold(String::new(), |hex, it| format!("{hex}{it:02x}"));
        format!("sha256:{hex}")
    };
    let manifest = part("datapackage.json");
    let digest: Value = serde_json::from_slice(&part("datapackage-digest.json")).unwrap();
    assert_eq!(digest["path"], "datapackage.json");
    assert_eq!(digest["hash"], hash(&manifest));

    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for (name, value) in [
        ("profile", "data-package"),
        ("wacz_version", "1.1.1"),
        ("title", "A title"),
        ("created", "2026-11-21T00:00:00Z"),
        ("mainPageUrl", "http://a.test/2"),
    ] {
        assert_eq!(manifest[name], value, "{name}");
    }
    let mut paths = Vec::new();
    for resource in manifest["resources"].as_array().unwrap() {
        let path = resource["path"].as_str().unwrap();
        let bytes = part(path);
        assert_eq!(resource["bytes"], bytes.len());
        assert_eq!(resource["hash"], hash(&bytes));
        assert!(path.ends_with(resource["name"].as_str().unwrap()));
        paths.push(path.to_owned());
    }
    assert_eq!(paths[1..], ["indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl"]);
    let warc = dir.path().join("warc").join(paths[0].strip_prefix("archive/").unwrap());
    assert_eq!(part(&paths[0]), fs::read(warc).unwrap());

    let pages = String::from_utf8(part("pages/pages.jsonl")).unwrap();
    let pages: Vec<Value> = pages.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(pages[0]["format"], "json-pages-1.0");
    let urls: Vec<_> = pages[1..].iter().map(|page| page["url"].as_str().unwrap()).collect();
    assert_eq!(urls, ["http://a.test/4", "http://a.test/2", "http://a.test/1"]);
    assert!(pages[1..].iter().all(|page| page["ts"].is_string() && page["id"].is_string()));
}

/// Each block of the index is found and read alone by what the index of blocks says.
#[test]
fn the_index_is_sorted_and_its_blocks_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let urls: Vec<_> =
        (0..7000).map(|n| url(&format!("http://a.test/{}", n * 37 % 7000))).collect();
    store(dir.path(), &urls.iter().map(|url| capture(url, HTML, b"x")).collect::<Vec<_>>());
    let (totals, bytes) = write(dir.path(), 0).unwrap();
    assert_eq!((totals.captures, totals.pages), (7000, 0));
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let blocks = part("indexes/index.cdx.gz");
    let index = String::from_utf8(part("indexes/index.idx")).unwrap();
    let mut index = index.lines();
    let meta = "!meta 0 {\"filename\":\"index.cdx.gz\",\"format\":\"cdxj-gzip-1.0\"}";
    assert_eq!(index.next(), Some(meta));
    let (mut rows, mut end) = (String::new(), 0);
    for line in index.by_ref() {
        let (first, place) = line.split_at(line.find('{').unwrap());
        let place: Value = serde_json::from_str(place).unwrap();
        let offset = place["offset"].as_u64().unwrap() as usize;
        assert_eq!(offset, end);
        end += place["length"].as_u64().unwrap() as usize;
        let mut block = String::new();
        flate2::read::GzDecoder::new(&blocks[offset..end]).read_to_string(&mut block).unwrap();
        assert!(block.starts_with(first), "{first}");
        rows.push_str(&block);
    }
    assert_eq!(end, blocks.len());
    let mut expected: Vec<_> = fs::read_to_string(dir.path().join("cdxj/index.cdxj"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    expected.sort_unstable();
    assert!(rows.lines().eq(expected));
}

#[test]
fn what_cannot_be_exported_is_told() {
    for (file, expected) in [
        ("notes.txt", "no page is stored"),
        ("crawl-1.warc.gz.open", "run it again"),
        ("crawl-1.warc.zst", "--format warc "),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("warc")).unwrap();
        fs::write(dir.path().join("warc").join(file), "").unwrap();
        let told = write(dir.path(), 0).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}
