//! `crawler repair`: real crawls are damaged, mended, and gone on with to the whole set.

use std::fs;
use std::path::Path;

use crawler_testweb::WebServer;

use crate::damage::{begun, files_below, flip_at, truncate};
use crate::data::{
    assert_consistent, assert_same, assert_whole, cdxj_urls, expected_urls, page_urls, pages,
    skipped, sorted, texts, warc_files, warc_urls,
};
use crate::harness::{Ended, Place, until};
use crate::webs::{serve, slow};

fn repair(place: &Place, args: &[&str], code: i32) -> Ended {
    place.crawler([&["repair", "-o", "crawl"], args].concat()).ends(code)
}

/// Found, mended, found sound.
fn mended(place: &Place, file: &str) -> String {
    let found = repair(place, &["--check"], 17).text();
    assert!(found.contains("damaged") && found.contains(file), "{found}");
    let done = repair(place, &["--yes"], 0).text();
    assert!(done.contains("mended") && done.contains(file), "{done}");
    let left = repair(place, &["--check"], 0).text();
    assert!(!left.contains("damaged"), "{left}");
    done
}

/// After a crawl to the end every page is stored or reported lost, and the counts add up.
fn assert_whole_but(place: &Place, server: &WebServer, lost: usize) {
    let ended = place.crawl(server, &[]).ends(0);
    let data = place.data();
    let rows = skipped(&data);
    let is_lost = |row: &&serde_json::Value| row["reason"] == "capture_lost";
    let lost_rows: Vec<_> = rows.iter().filter(is_lost).cloned().collect();
    assert_eq!(lost_rows.len(), lost);
    assert_consistent(&ended, &data);
    for stored in [page_urls(&data), cdxj_urls(&data), warc_urls(&data)] {
        let all = sorted(stored.into_iter().chain(texts(&lost_rows, "url")));
        assert_same(&all, &expected_urls(server));
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn nothing_is_changed_without_need_or_leave() {
    let (_, place) = begun();
    let before: Vec<_> = files_below(&place.data().join("warc"));
    let sound = repair(&place, &["--check"], 0).text();
    assert!(sound.contains("ok") && sound.contains("index.cdxj"), "{sound}");
    repair(&place, &[], 1).says(&["--yes"]);
    let text = repair(&place, &["--yes"], 0).text();
    assert!(text.contains("nothing is damaged"), "{text}");
    assert_eq!(files_below(&place.data().join("warc")), before);
    assert!(!place.path("crawl/damaged-1").exists());
    repair(&Place::new(), &["--check"], 1);
}

#[test]
fn damaged_records_are_cut_out_and_their_urls_reported() {
    let (server, place) = begun();
    let rows = pages(&place.data());
    let warc = warc_files(&place.data()).pop().unwrap();
    let before = fs::read(&warc).unwrap();
    for row in [&rows[3], &rows[9]] {
        let middle =
            row["warc"]["offset"].as_u64().unwrap() + row["warc"]["length"].as_u64().unwrap() / 2;
        flip_at(&warc, middle as usize);
    }
    let damaged = fs::read(&warc).unwrap();
    let done = mended(&place, &name(&warc));
    assert!(done.contains("lost     2 stored pages"), "{done}");
    let aside = place.data().join("damaged-1");
    assert!(fs::read(aside.join(warc.file_name().unwrap())).unwrap() == damaged);
    let list = fs::read_to_string(aside.join("lost-urls.txt")).unwrap();
    assert_eq!(list.lines().count(), 2);
    assert_eq!(fs::metadata(&warc).unwrap().len(), before.len() as u64);
    assert_whole_but(&place, &server, 2);
}

#[test]
fn a_warc_file_that_lost_its_end_keeps_what_is_left() {
    let (server, place) = begun();
    let rows = pages(&place.data());
    let warc = warc_files(&place.data()).pop().unwrap();
    let kept = rows.iter().map(|row| row["warc"]["offset"].as_u64().unwrap()).max().unwrap();
    truncate(&warc, |_| kept + 10);
    mended(&place, &name(&warc));
    assert_whole_but(&place, &server, 1);
}

#[test]
fn rows_are_made_anew_from_the_records() {
    for file in ["cdxj/index.cdxj", "pages/pages.jsonl"] {
        for damage in ["cut", "changed", "removed"] {
            let (server, place) = begun();
            let path = place.data().join(file);
            match damage {
                "cut" => truncate(&path, |len| len / 2),
                "changed" => flip_at(&path, 500),
                _ => fs::remove_file(&path).unwrap(),
            }
            mended(&place, &name(&path));
            place.crawl(&server, &[]).ends(0);
            assert_whole(&place.data(), &server);
        }
    }
}

#[test]
fn a_changed_journal_costs_only_what_came_after() {
    let (server, place) = begun();
    let journals = files_below(&place.data().join("store/db"));
    let journal = journals.iter().find(|it| it.extension().is_some_and(|it| it == "jnl")).unwrap();
    let bytes = fs::read(journal).unwrap();
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    flip_at(journal, written - 200);
    place.crawl(&server, &[]).ends(17).says(&[&name(journal), "commits", "crawler repair"]);
    mended(&place, &name(journal));
    place.crawl(&server, &[]).ends(0);
    assert_whole(&place.data(), &server);
}

#[test]
fn what_has_no_sound_mend_is_refused_with_the_way_on() {
    let (_, place) = begun();
    let list = place.data().join("store/db/keyspaces/1/current");
    fs::remove_file(&list).unwrap();
    let before = files_below(&place.data().join("store"));
    repair(&place, &["--yes"], 17).says(&["keyspaces/1/current", "missing", "--rebuild"]);
    assert_eq!(files_below(&place.data().join("store")), before);
}

/// The process is killed, so that the files end somewhere behind the last commit.
#[test]
fn a_frontier_beyond_repair_is_made_anew_from_what_is_stored() {
    let server = serve(slow());
    let place = Place::new();
    let running = place.crawl(&server, &[]).start();
    let list = place.data().join("pages/pages.jsonl");
    until("some pages", || (fs::metadata(&list).ok()?.len() > 20_000).then_some(()));
    running.kill();
    fs::remove_file(place.data().join("store/db/keyspaces/1/current")).unwrap();
    let stored = fs::read_to_string(&list).unwrap().matches('\n').count();
    let done = repair(&place, &["--rebuild", "--yes"], 0).text();
    assert!(done.contains("rebuilt") && done.contains("lost"), "{done}");
    assert!(place.path("crawl/damaged-1/store/db").is_dir());
    assert!(page_urls(&place.data()).len() >= stored, "what was whole was kept");
    let checked = repair(&place, &["--check"], 0).text();
    assert!(!checked.contains("damaged"), "{checked}");
    let ended = place.crawl(&server, &[]).ends(0);
    assert_consistent(&ended, &place.data());
    assert_whole(&place.data(), &server);
}

#[test]
fn without_stored_pages_there_is_nothing_to_make_a_frontier_of() {
    let place = Place::new();
    let text = repair(&place, &["--rebuild", "--yes"], 1).text();
    assert!(text.contains("no pages are stored"), "{text}");
    repair(&place, &["--rebuild", "--check"], 2);
}
