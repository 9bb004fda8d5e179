//! Listing captures, whatever part of the index is sorted.

use super::*;
use crate::read::sort_beyond;
use crate::{StoreWriter, captures_of, captures_under, hosts_from, latest_captures};

const HOSTS: [&str; 4] =
    ["https://a.example", "http://b.example:8080", "http://www.b.example:8080", "http://127.0.0.1"];

/// Ten pages of each host, twice, the second time a day later and of the other scheme.
fn stored() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = CaptureEncoder::default();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    for day in 0..2 {
        for (host, n) in HOSTS.iter().flat_map(|host| (0..10).map(move |n| (host, n))) {
            let text = format!("{host}/{n}");
            let text = if day == 1 { text.replace("http:", "https:") } else { text };
            let url = url(&text);
            let capture = capture(&url, HEAD, b"body");
            let at = capture.at + Duration::from_secs(86_400 * day + n);
            store.append(&encoder.encode(&Capture { at, ..capture })).unwrap();
        }
    }
    store.close().unwrap();
    dir
}

/// Calls with nothing sorted, with two thirds of it in segments, and with all.
fn however_sorted(check: impl Fn(&Path)) {
    let dir = stored();
    check(dir.path());
    let index = dir.path().join("cdxj/index.cdxj");
    let all = std::fs::read(&index).unwrap();
    for part in [all.len() / 2, all.len() * 2 / 3] {
        std::fs::write(&index, &all[..part]).unwrap();
        sort_beyond(dir.path(), 0, &mut |_| {}).unwrap();
    }
    std::fs::write(&index, &all).unwrap();
    check(dir.path());
    sort_beyond(dir.path(), 0, &mut |_| {}).unwrap();
    check(dir.path());
}

#[test]
fn captures_of_a_url_are_those_of_its_key_oldest_first() {
    however_sorted(|dir| {
        let rows = captures_of(dir, &url("http://b.example:8080/3")).unwrap();
        let urls: Vec<&str> = rows.iter().map(|row| &*row.url).collect();
        assert_eq!(
            urls,
            [
                "http://b.example:8080/3",
                "http://www.b.example:8080/3",
                "https://b.example:8080/3",
                "https://www.b.example:8080/3",
            ]
        );
        assert!(rows.is_sorted_by_key(|row| row.timestamp.clone()));
        assert_eq!((rows[0].status, rows[0].timestamp.len()), (Some(200), 14));
        assert!(captures_of(dir, &url("http://b.example/3")).unwrap().is_empty());
    });
}

#[test]
fn captures_under_a_prefix_come_in_pages() {
    however_sorted(|dir| {
        let (mut all, mut from) = (Vec::new(), String::new());
        loop {
            let mut rows = captures_under(dir, "example,b:8080)/", &from, 8).unwrap();
            // The eighth begins the next page; one of the same key and second may come again.
            let next = (rows.len() == 8).then(|| rows.pop()).flatten();
            all.extend(rows.into_iter().map(|row| (row.key, row.timestamp, row.url)));
            match next {
                Some(next) => from = format!("{} {}", next.key, next.timestamp),
                None => break,
            }
        }
        assert!(all.is_sorted_by_key(|(key, timestamp, _)| (key.clone(), timestamp.clone())));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 40);
        assert_eq!(captures_under(dir, "", "", 1000).unwrap().len(), 80);
        assert!(captures_under(dir, "example,c)", "", 7).unwrap().is_empty());
    });
}

#[test]
fn hosts_are_listed_once() {
    however_sorted(|dir| {
        let all = ["1,0,0,127)", "example,a)", "example,b:8080)"];
        assert_eq!(hosts_from(dir, "", 9).unwrap(), all);
        assert_eq!(hosts_from(dir, "", 2).unwrap(), all[..2]);
        assert_eq!(hosts_from(dir, "example,a*", 9).unwrap(), all[2..]);
    });
}

#[test]
fn the_latest_captures_come_first() {
    however_sorted(|dir| {
        let rows = latest_captures(dir, 3).unwrap();
        let urls: Vec<&str> = rows.iter().map(|row| &*row.url).collect();
        assert_eq!(urls, ["https://127.0.0.1/9", "https://127.0.0.1/8", "https://127.0.0.1/7"]);
    });
    let empty = tempfile::tempdir().unwrap();
    assert!(latest_captures(empty.path(), 3).unwrap().is_empty());
    assert!(hosts_from(empty.path(), "", 3).unwrap().is_empty());
    assert!(captures_under(empty.path(), "", "", 3).unwrap().is_empty());
}
