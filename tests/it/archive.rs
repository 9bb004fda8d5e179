//! The forms in which stored pages are kept.

use std::fs;

use crate::damage::begun;
use crate::data::{assert_whole, pages, warc_files};
use crate::harness::Place;
use crate::webs::{serve, small};

#[test]
fn a_crawl_goes_on_in_zstd_and_all_is_read_back() {
    let (server, place) = begun();
    place.crawl(&server, &["--format", "warc.zst"]).ends(0);
    assert_whole(&place.data(), &server);
    let names: Vec<String> =
        warc_files(&place.data()).iter().map(|path| path.display().to_string()).collect();
    assert!(names.len() == 2 && names[0].ends_with("1.warc.gz"), "{names:?}");
    assert!(names[1].ends_with("2.warc.zst"), "{names:?}");
    assert_eq!(fs::read(&names[1]).unwrap()[..4], [0x28, 0xb5, 0x2f, 0xfd]);
    place.crawler(["verify", "-o", "crawl"]).ends(0);
    place.crawler(["repair", "--check", "-o", "crawl"]).ends(0);
    for row in pages(&place.data()).iter().filter(|row| row["status"] == 200).step_by(7) {
        let url = row["url"].as_str().unwrap();
        let got = place.crawler(["get", "-o", "crawl", url]).ends(0);
        assert_eq!(Some(got.stdout.len() as u64), row["content_bytes"].as_u64(), "{url}");
    }
    place.crawl(&server, &["--format", "warc,warc.zst"]).ends(4).says(&["keep one of them"]);
}

#[test]
fn a_killed_crawl_in_zstd_is_cut_to_its_commit() {
    let server = serve(small());
    let place = Place::new();
    let running = place.crawl(&server, &["--format", "warc.zst", "--delay", "300ms"]).start();
    crate::harness::until("a committed page", || {
        let rows = fs::read_to_string(place.data().join("pages/pages.jsonl")).ok()?;
        (!rows.is_empty()).then_some(())
    });
    running.kill();
    let files = warc_files(&place.data());
    assert!(files[0].to_str().unwrap().ends_with(".warc.zst.open"), "{files:?}");
    place.crawl(&server, &["--format", "warc.zst"]).ends(0);
    assert_whole(&place.data(), &server);
    place.crawler(["verify", "-o", "crawl"]).ends(0);
}

#[test]
fn pages_and_index_are_exported_for_other_programs() {
    let (_server, place) = begun();
    let export = |what: &str, to: &str| {
        place.crawler(["export", what, "--to", to, "--output", "crawl"]).ends(0).stderr
    };
    let rows = pages(&place.data()).len();
    assert_eq!(export("cdxj", "index.cdxj"), format!("exported {rows} captures\n"));
    let mut expected: Vec<String> = fs::read_to_string(place.data().join("cdxj/index.cdxj"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    expected.sort_unstable();
    let exported = fs::read_to_string(place.path("index.cdxj")).unwrap();
    assert!(exported.lines().eq(&expected));
    let printed = place.crawler(["export", "cdxj", "-o", "crawl"]).ends(0).text();
    assert_eq!(printed, exported);

    let told = export("wacz", "site.wacz");
    assert!(told.starts_with(&format!("exported 1 WARC files, {rows} captures, ")), "{told}");
    assert!(fs::read(place.path("site.wacz")).unwrap().starts_with(b"PK\x03\x04"));
    assert!(!place.path("site.wacz.tmp").exists());
    for (args, expected) in [
        (["--to", "site.zip", "-o", "crawl"], "ends with .wacz"),
        (["--to", "b.wacz", "-o", "nowhere"], "there is no crawl in nowhere"),
    ] {
        place.crawler(["export", "wacz"].into_iter().chain(args)).ends(1).says(&[expected]);
    }
    place.crawler(["export", "--to", "x", "wacz", "--to", "y.wacz"]).ends(2);
}

#[test]
fn pages_are_exported_as_plain_files() {
    let (_server, place) = begun();
    place.crawler(["export", "files", "--to", "site", "-o", "crawl"]).ends(0);
    let mut seen = 0;
    for row in pages(&place.data()).iter().filter(|row| row["status"] == 200) {
        let url = row["url"].as_str().unwrap();
        let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "/.-".contains(it);
        if path.is_empty() || path.ends_with('/') || !path.chars().all(is_plain) {
            continue;
        }
        let file = place.path("site").join(authority.replace(':', "+")).join(path);
        let content = place.crawler(["get", "-o", "crawl", url]).ends(0).stdout;
        assert!(fs::read(&file).unwrap() == content, "{url} {}", file.display());
        seen += 1;
    }
    assert!(seen > 3, "{seen}");
    place.crawler(["export", "files", "--to", "site", "-o", "crawl"]).ends(1).says(&["not empty"]);
    let linked = ["export", "files", "--to", "linked", "--convert-links", "-o", "crawl"];
    place.crawler(linked).ends(0).says(&["with links to the files of others"]);
    let host = fs::read_dir(place.path("linked")).unwrap().next().unwrap().unwrap().file_name();
    let has = |dir: &str, text: &str| {
        fs::read_to_string(place.path(dir).join(&host).join("index.html")).unwrap().contains(text)
    };
    let to_file = "href=\"s00/index.html\"";
    assert!(has("linked", to_file) && !has("site", to_file));
    assert!(place.path("linked").join(&host).join("s00/index.html").is_file());
    let from_root = "<link rel=\"stylesheet\" href=\"/";
    assert!(has("site", from_root) && !has("linked", from_root));
    let only = ["export", "files", "--to", "none", "--where", "status = 404", "-o", "crawl"];
    place.crawler(only).ends(0).says(&["exported 0 pages"]);
}
