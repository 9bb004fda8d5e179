//! Finding captures by the sorted copy of the index.

use std::fs;

use super::*;
use crate::read::sort_beyond;
use crate::{
    StoreWriter, captures_of, captures_under, find_capture, find_capture_until, sorted_index,
};

const PAGES: usize = 200;

/// Pages 0 to 199, and the first fifty again a day later.
fn stored() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = CaptureEncoder::default();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    for n in (0..PAGES).rev() {
        store.append(&encoded(&mut encoder, n)).unwrap();
    }
    for n in 0..50 {
        let url = url(&format!("https://example.com/{n}"));
        let body = format!("second {n}");
        let capture = capture(&url, HEAD, body.as_bytes());
        let later = Capture { at: capture.at + Duration::from_secs(86_400), ..capture };
        store.append(&encoder.encode(&later)).unwrap();
    }
    store.close().unwrap();
    dir
}

fn body(dir: &Path, n: usize) -> Option<String> {
    let found = find_capture(dir, &url(&format!("https://example.com/{n}"))).unwrap();
    found.map(|capture| String::from_utf8(capture.body).unwrap())
}

fn assert_all_found(dir: &Path) {
    for n in 0..PAGES {
        let expected = if n < 50 { format!("second {n}") } else { format!("<p>page {n}</p>") };
        assert_eq!(body(dir, n), Some(expected));
    }
    assert_eq!(body(dir, PAGES), None);
}

/// Sorts and gives how many bytes were sorted.
fn sort(dir: &Path, unsorted_bytes_max: u64) -> u64 {
    let mut sorted = 0;
    sort_beyond(dir, unsorted_bytes_max, &mut |bytes| sorted += bytes).unwrap();
    sorted
}

fn segments(dir: &Path) -> Vec<String> {
    names(&dir.join("cdxj/sorted"))
}

#[test]
fn what_is_sorted_and_what_is_not_is_found() {
    let dir = stored();
    assert_all_found(dir.path());
    let index = dir.path().join("cdxj/index.cdxj");
    let all = fs::read(&index).unwrap();
    // The index grows by some rows and half a row at a time.
    for step in 1..=20 {
        let end = all.len() * step / 20;
        fs::write(&index, &all[..end]).unwrap();
        sort(dir.path(), 1000);
        assert!(segments(dir.path()).len() <= 6, "{:?}", segments(dir.path()));
    }
    assert_all_found(dir.path());
    sort(dir.path(), 0);
    assert_all_found(dir.path());
    assert_eq!(sort(dir.path(), 0), 0);
}

#[test]
fn rows_come_from_the_sorted_copy() {
    let dir = stored();
    sort(dir.path(), 0);
    let index = dir.path().join("cdxj/index.cdxj");
    let text = fs::read_to_string(&index).unwrap();
    // A row that is damaged far from the end is not looked at.
    fs::write(&index, text.replacen("com,example)/199 ", "com,example)/xxx ", 1)).unwrap();
    assert!(body(dir.path(), 199).is_some());
    let segment = dir.path().join("cdxj/sorted").join(&segments(dir.path())[0]);
    let sorted = fs::read_to_string(&segment).unwrap();
    let rows: Vec<&str> = sorted.lines().skip(1).collect();
    assert!(rows.is_sorted() && rows.len() == PAGES + 50);
}

#[test]
fn a_copy_that_does_not_agree_is_not_used() {
    let dir = stored();
    let index = dir.path().join("cdxj/index.cdxj");
    let all = fs::read_to_string(&index).unwrap();
    let cut: String = all.split_inclusive('\n').take(100).collect();
    let others: String = all.split_inclusive('\n').skip(120).collect();
    for (text, missing) in [(cut.clone(), 0), (format!("{cut}{others}"), 90)] {
        fs::write(&index, &all).unwrap();
        sort(dir.path(), 0);
        fs::write(&index, &text).unwrap();
        // Rows 100 to 119 were pages 99 to 80.
        assert_eq!(body(dir.path(), missing), None);
        assert!(sort(dir.path(), 0) > 0);
        assert_eq!(segments(dir.path()).len(), 1);
        assert_eq!(body(dir.path(), missing), None);
        assert!(body(dir.path(), 150).is_some());
    }
    // Nor is one that was cut off, changed in its first line, or is no segment.
    fs::write(&index, &all).unwrap();
    sort(dir.path(), 0);
    let segment = dir.path().join("cdxj/sorted").join(&segments(dir.path())[0]);
    let sound = fs::read(&segment).unwrap();
    for bytes in [&sound[..sound.len() - 1], &[&b"?"[..], &sound[1..]].concat(), b""] {
        fs::write(&segment, bytes).unwrap();
        assert_all_found(dir.path());
    }
    fs::write(dir.path().join("cdxj/sorted/notes.txt"), "x").unwrap();
    fs::write(segment.with_extension("new-1"), "x").unwrap();
    assert_eq!(sort(dir.path(), 0), all.len() as u64);
    assert_all_found(dir.path());
    assert_eq!(segments(dir.path()).len(), 2);
}

#[test]
fn rows_of_any_length_are_found_in_a_large_segment() {
    const ROWS: usize = 6000;
    let dir = tempfile::tempdir().unwrap();
    // Some rows are longer than what is read in a step, and than what is read at the end.
    let padding = |n: usize| match n {
        _ if n % 1000 == 7 => 100_000,
        _ if n % 50 == 3 => 9_000,
        _ => n % 97,
    };
    let row = |n: usize| {
        format!(
            "com,example)/{:05} 20251018125022 {{\"url\": \"https://example.com/{0:05}\", \"length\": \"1\", \
             \"offset\": \"1\", \"filename\": \"a.warc.gz\", \"digest\": \"{}\"}}\n",
            n * 2,
            "x".repeat(padding(n))
        )
    };
    fs::create_dir_all(dir.path().join("cdxj")).unwrap();
    let text: String = (0..ROWS).rev().map(row).collect();
    fs::write(dir.path().join("cdxj/index.cdxj"), &text).unwrap();
    assert_eq!(sort(dir.path(), 0), text.len() as u64);
    for n in 0..ROWS * 2 {
        let found = captures_of(dir.path(), &url(&format!("https://example.com/{n:05}"))).unwrap();
        assert_eq!(found.len(), 1 - n % 2, "{n}");
    }
    for n in (0..ROWS * 2 - 3).step_by(101) {
        let from = format!("com,example)/{n:05}");
        let rows = captures_under(dir.path(), "com,example)", &from, 2).unwrap();
        let keys: Vec<String> = rows.into_iter().map(|row| row.key).collect();
        let first = n.next_multiple_of(2);
        assert_eq!(keys, [first, first + 2].map(|n| format!("com,example)/{n:05}")));
    }
    let segment = dir.path().join("cdxj/sorted").join(&segments(dir.path())[0]);
    let mut bytes = fs::read(&segment).unwrap();
    *bytes.last_mut().unwrap() = b'x';
    fs::write(&segment, bytes).unwrap();
    let last = url(&format!("https://example.com/{}", ROWS * 2));
    let error = captures_of(dir.path(), &last).unwrap_err().to_string();
    assert!(error.contains("the row has no end"), "{error}");
}

#[test]
fn captures_up_to_a_time_are_found() {
    let dir = stored();
    let page = url("https://example.com/7");
    let found = |until| find_capture_until(dir.path(), &page, until).unwrap().map(|it| it.body);
    for is_sorted in [false, true] {
        if is_sorted {
            sort(dir.path(), 0);
        }
        for (until, expected) in [
            ("", Some("second 7")),
            ("2025", Some("second 7")),
            ("20251019", Some("second 7")),
            ("20251018", Some("<p>page 7</p>")),
            ("20251018125022", Some("<p>page 7</p>")),
            ("20251018125022045", Some("<p>page 7</p>")),
            ("20251018125021", None),
            ("202509", None),
        ] {
            assert_eq!(found(until), expected.map(|it| it.as_bytes().to_vec()), "{until}");
        }
    }
}

#[test]
fn all_rows_come_in_order_whatever_of_them_is_sorted_already() {
    let dir = stored();
    let index = dir.path().join("cdxj/index.cdxj");
    let all = fs::read(&index).unwrap();
    let mut expected = lines(&index);
    expected.sort_unstable();
    let spill = tempfile::tempdir().unwrap();
    let merged = || {
        let mut rows = sorted_index(dir.path(), spill.path()).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next_line().unwrap() {
            found.push(String::from_utf8(row.to_vec()).unwrap());
        }
        found
    };
    // Nothing sorted, a part, several parts, all; the last with a row that is being written.
    for sorted_bytes in [0, all.len() / 2, all.len() * 3 / 4, all.len()] {
        fs::write(&index, &all[..sorted_bytes]).unwrap();
        sort(dir.path(), 0);
        fs::write(&index, [&all[..], &b"com,exa"[..]].concat()).unwrap();
        assert!(merged() == expected, "{sorted_bytes} sorted");
    }
    fs::remove_file(&index).unwrap();
    assert!(sorted_index(dir.path(), spill.path()).is_err());
}
