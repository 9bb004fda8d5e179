//! Edges of the link graph are the links of the stored pages.

use std::fs::{self, File};
use std::path::Path;

use crawler_extract::Assets;
use crawler_store::Revisit;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{Script, crawled};
use crate::{Look, follow, parquet_links};

const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\
                    Link: <http://l.test/>; rel=\"license\", </next>; rel=next\r\n\r\n";

fn edges(dir: &Path, assets: Assets) -> Vec<String> {
    let upto = fs::metadata(dir.join("pages/pages.jsonl")).unwrap().len();
    let end = Script::new(vec![Look::Finished(upto)]);
    follow(&mut *parquet_links(dir, assets), dir, &end).unwrap();
    let path = dir.join("parquet/links/date=2026-11-21/000000000000.parquet");
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let row = |row: parquet::record::Row| {
        let cell = |wanted: &str| {
            let (_, field) = row.get_column_iter().find(|(name, _)| *name == wanted).unwrap();
            field.to_string().trim_matches('"').to_owned()
        };
        ["from_url", "to_url", "to_host", "kind", "rel", "anchor"].map(cell).join(" ")
    };
    reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect()
}

#[test]
fn edges_are_joined_and_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let page = b"<base href=/dir/><a href='x?a&amp;b' rel='nofollow ugc'>the <b>X</b></a>\
                 <a href=mailto:m@a.test>mail</a><a href='#here'>here</a><img src=i.png>";
    let moved = "HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n";
    let (b, a) = (crawled::url("http://b.test/page"), crawled::url("http://a.test/old"));
    let mut redirect = crawled::capture(&a, moved, b"<a href=/seen>moved</a>");
    redirect.redirect = Some("http://a.test:81/");
    let mut again = crawled::capture(&b, HTML, page);
    again.revisit = Some(Revisit::IdenticalPayload { refers_to_date: "", digest: "sha1:A" });
    let mut image = crawled::capture(&a, "HTTP/1.1 200 OK\r\n\r\n", b"<a href=/no>");
    image.mime = Some("image/png");
    crawled::store(dir.path(), &[crawled::capture(&b, HTML, page), redirect, again, image]);

    let expected = [
        "http://a.test/old http://a.test:81/ a.test:81 redirect null null",
        "http://b.test/page http://l.test/ l.test header null null",
        "http://b.test/page http://b.test/next b.test next null null",
        "http://b.test/page http://b.test/dir/x?a&b b.test anchor nofollow ugc the X",
    ];
    assert_eq!(edges(dir.path(), Assets::Skip), expected);
    fs::remove_dir_all(dir.path().join("results")).unwrap();
    let embedded = "http://b.test/page http://b.test/dir/i.png b.test image null null";
    assert_eq!(edges(dir.path(), Assets::Include), [&expected[..], &[embedded]].concat());
}
