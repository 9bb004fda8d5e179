//! Pages as plain files.

use std::fs;
use std::path::Path;

use crawler_store::Revisit;

use super::crawled::{capture, store, url};
use crate::{Mirror, MirrorTotals, PageRows};

const PLAIN: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
const CODED: &str = "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n";
const UNKNOWN: &str = "HTTP/1.1 200 OK\r\nContent-Encoding: pied-piper\r\n\r\n";

/// All rows, as if all were committed.
fn mirror(data_dir: &Path, dir: &Path) -> MirrorTotals {
    let mut mirror = Mirror::begin(data_dir, dir).unwrap();
    let end = fs::metadata(data_dir.join("pages/pages.jsonl")).unwrap().len();
    let mut rows = PageRows::open(data_dir, 0).unwrap();
    while let Some(row) = rows.next_before(end).unwrap() {
        mirror.take(&row).unwrap();
    }
    mirror.totals()
}

#[test]
fn links_lead_from_file_to_file() {
    let dir = tempfile::tempdir().unwrap();
    let urls =
        ["http://a.test/", "http://a.test/b", "http://a.test/b/c?q=1", "https://d.test:8443/x/"];
    let urls = urls.map(url);
    let [root, b, c, d] = &urls;
    let pages = [
        capture(root, PLAIN, b"<a href=/b>old"),
        capture(b, PLAIN, b"<a href='b/c?q=1#z'><a href=/none>"),
        capture(c, PLAIN, b"<base href=/><a href=b><img src='https://d.test:8443/x/'>"),
        capture(d, UNKNOWN, b"<a href='http://a.test/'>"),
        capture(root, PLAIN, b"<a href=/b>new"),
    ];
    store(dir.path(), &pages);
    let out = dir.path().join("out");
    let mut mirror = Mirror::begin(dir.path(), &out).unwrap();
    let end = fs::metadata(dir.path().join("pages/pages.jsonl")).unwrap().len();
    for convert in [false, true] {
        let mut rows = PageRows::open(dir.path(), 0).unwrap();
        while let Some(row) = rows.next_before(end).unwrap() {
            if convert { mirror.convert_links(&row).unwrap() } else { mirror.take(&row).unwrap() }
        }
    }
    for (path, content) in [
        ("a.test/index.html", "<a href=\"b\">new"),
        ("a.test/b", "<a href='b%20%5Bfolder%5D/c%20(q=1)#z'><a href=\"http://a.test/none\">"),
        (
            "a.test/b [folder]/c (q=1)",
            "<base href=\"\"><a href=\"../b\"><img src='../../d.test+8443/x/index.html'>",
        ),
        ("d.test+8443/x/index.html", "<a href='http://a.test/'>"),
    ] {
        assert_eq!(fs::read_to_string(out.join(path)).unwrap(), content, "{path}");
    }
    assert_eq!((mirror.totals().written, mirror.totals().converted), (5, 4));
}

#[test]
fn the_newest_page_of_each_url_is_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let coded = zstd::encode_all(&b"decoded"[..], 0).unwrap();
    let urls = ["/", "/a", "/a/b", "/c/d", "/c", "/gone", "/x"];
    let urls = urls.map(|path| url(&format!("http://a.test{path}")));
    let [root, a, a_b, c_d, c, gone, x] = &urls;
    let mut pages = vec![
        capture(root, PLAIN, b"old"),
        capture(a, PLAIN, b"file first"),
        capture(a_b, PLAIN, b"below a file"),
        capture(c_d, CODED, &coded),
        capture(c, PLAIN, b"folder first"),
        capture(gone, PLAIN, b"an error page"),
        capture(x, UNKNOWN, b"as it is"),
        capture(root, PLAIN, b"new"),
        capture(root, PLAIN, b""),
        capture(a, PLAIN, b"again"),
    ];
    pages[5].status = 404;
    pages[8].revisit = Some(Revisit::IdenticalPayload { refers_to_date: "", digest: "sha1:A" });
    store(dir.path(), &pages);
    let out = dir.path().join("out");
    let totals = mirror(dir.path(), &out);
    for (path, content) in [
        ("index.html", "new"),
        ("a", "again"),
        ("a [folder]/b", "below a file"),
        ("c/d", "decoded"),
        ("c [file]", "folder first"),
        ("x", "as it is"),
    ] {
        assert_eq!(fs::read_to_string(out.join("a.test").join(path)).unwrap(), content, "{path}");
    }
    assert!(!out.join("a.test/gone").exists());
    assert_eq!((totals.written, totals.partial, totals.missing), (8, 1, 0));

    let refused = Mirror::begin(dir.path(), &out).unwrap_err().to_string();
    assert!(refused.contains("is not empty"), "{refused}");
    fs::remove_dir_all(dir.path().join("warc")).unwrap();
    let totals = mirror(dir.path(), &dir.path().join("other"));
    assert_eq!((totals.written, totals.missing), (0, 8));
}
