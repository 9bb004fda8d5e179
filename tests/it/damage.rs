//! A damaged data directory is told apart from an empty one, and never brings the program down.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use crawler_testweb::WebServer;

use crate::data::{assert_whole, pages, warc_files};
use crate::harness::Place;
use crate::webs::{serve, small};

/// A crawl of some pages that could go on.
pub(crate) fn begun() -> (WebServer, Place) {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "40"]).ends(0);
    (server, place)
}

pub(crate) fn truncate(path: &Path, to: impl FnOnce(u64) -> u64) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    let len = file.metadata().unwrap().len();
    file.set_len(to(len)).unwrap();
}

/// Flips bytes in the middle of a file.
fn flip(path: &Path) {
    flip_at(path, fs::metadata(path).unwrap().len() as usize / 2);
}

pub(crate) fn flip_at(path: &Path, start: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[start..].iter_mut().take(16).for_each(|byte| *byte ^= 0xff);
    fs::write(path, bytes).unwrap();
}

pub(crate) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn results_without_their_frontier_are_refused() {
    let (server, place) = begun();
    let before = fs::read(place.data().join("pages/pages.jsonl")).unwrap();
    for damage in ["flipped", "removed"] {
        match damage {
            "flipped" => {
                let journals = files_below(&place.data().join("store"));
                let is_journal = |path: &&PathBuf| path.extension().is_some_and(|it| it == "jnl");
                journals.iter().filter(is_journal).for_each(|journal| flip_at(journal, 100));
            }
            _ => fs::remove_dir_all(place.data().join("store")).unwrap(),
        }
        place.crawl(&server, &[]).ends(17).says(&["error: ", "store", "--fresh"]);
        assert_eq!(fs::read(place.data().join("pages/pages.jsonl")).unwrap(), before, "{damage}");
    }
    place.crawl(&server, &["--fresh"]).ends(0);
    assert_whole(&place.data(), &server);
}

#[test]
fn output_that_lost_committed_bytes_is_refused() {
    for name in ["warc", "cdxj/index.cdxj", "pages/pages.jsonl"] {
        let (server, place) = begun();
        let path = match name {
            "warc" => warc_files(&place.data()).pop().unwrap(),
            _ => place.data().join(name),
        };
        truncate(&path, |len| len - 1);
        let before = server.stats().requests;
        let ended = place.crawl(&server, &[]).ends(17);
        let file = path.file_name().unwrap().to_str().unwrap();
        ended.says(&[
            "error: ",
            file.trim_end_matches(".open"),
            "were committed",
            "crawler repair",
        ]);
        assert_eq!(server.stats().requests, before);
        // The way out that the hint names.
        place.crawl(&server, &["--fresh"]).ends(0);
        assert_whole(&place.data(), &server);
    }
}

#[test]
fn torn_ends_are_cut_off() {
    let (server, place) = begun();
    for name in ["cdxj/index.cdxj", "pages/pages.jsonl", "reports/skipped.jsonl"] {
        let path = place.data().join(name);
        let text = fs::read_to_string(&path).unwrap() + "{\"torn\":";
        fs::write(path, text).unwrap();
    }
    place.crawl(&server, &[]).ends(0);
    assert_whole(&place.data(), &server);
}

/// The database checks its own files; which of them it needs is its affair. A crawl either goes on
/// to the whole set or is refused.
#[test]
fn a_damaged_database_is_noticed_or_mended() {
    let (server, place) = begun();
    let store = place.data().join("store/db");
    let mut outcomes = Vec::new();
    for file in files_below(&store) {
        if fs::metadata(&file).unwrap().len() == 0 {
            continue;
        }
        let copy = Place::new();
        copy_dir(&place.data(), &copy.data());
        flip(&copy.data().join(file.strip_prefix(place.data()).unwrap()));
        let running = copy.crawl(&server, &[]).start();
        let ended = running.ends_any();
        match ended.code {
            0 => assert_whole(&copy.data(), &server),
            17 => drop(ended.says(&["error: ", "damaged", "hint: "])),
            code => panic!("{} damaged: exit code {code}\n{}", file.display(), ended.stderr),
        }
        outcomes.push(ended.code);
    }
    assert!(outcomes.contains(&17), "{outcomes:?}");
}

fn copy_dir(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

#[test]
fn statistics_that_are_garbage_are_told_and_written_anew() {
    let (server, place) = begun();
    place.write("crawl/stats.json", "garbage");
    let ended = place.crawler(["stats", "-o", "crawl"]).ends(1);
    ended.says(&["stats.json is damaged"]);
    place.crawl(&server, &[]).ends(0);
    assert_whole(&place.data(), &server);
    assert_eq!(place.crawler(["stats", "-o", "crawl"]).ends(0).stat("state"), "stopped");
}

#[test]
fn a_damaged_capture_is_told() {
    let (_, place) = begun();
    let rows = pages(&place.data());
    let warc = &rows[0]["warc"];
    let file = warc_files(&place.data()).pop().unwrap();
    let middle = warc["offset"].as_u64().unwrap() + warc["length"].as_u64().unwrap() / 2;
    flip_at(&file, middle as usize);
    let get = |row: &serde_json::Value| {
        place.crawler(["get", "-o", "crawl", row["url"].as_str().unwrap()])
    };
    get(&rows[0]).ends(1).says(&["error: ", file.file_name().unwrap().to_str().unwrap()]);
    get(&rows[1]).ends(0);
}

#[test]
fn a_lock_file_left_behind_locks_nothing() {
    let (server, place) = begun();
    let mut text = String::new();
    fs::File::open(place.path("crawl/LOCK")).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.trim().parse::<u32>().is_ok(), "{text:?}");
    place.crawl(&server, &[]).ends(0);
}
