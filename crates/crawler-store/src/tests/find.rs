//! Looking captures up by URL.

use super::*;
use crate::{PayloadSource, Revisit, StoreError, StoreWriter, find_capture};

#[test]
fn the_newest_capture_of_exactly_the_url_is_found() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(find_capture(dir.path(), &url("http://example.com/")).unwrap(), None);
        let mut encoder = encoder(codec);
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        // The same key may stand for several URLs; times are out of order.
        for (text, secs, body) in [
            ("http://example.com/a", 10, "first"),
            ("https://example.com/a", 90, "other scheme"),
            ("http://www.example.com/a", 91, "other host"),
            ("http://example.com/a", 50, "newest"),
            ("http://example.com/a", 40, "late"),
            ("http://example.com/ab", 99, "other path"),
        ] {
            let url = url(text);
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
            let capture = Capture { at, ..capture(&url, HEAD, body.as_bytes()) };
            store.append(&encoder.encode(&capture)).unwrap();
        }
        store.sync().unwrap();
        for closed in [false, true] {
            let found = find_capture(dir.path(), &url("http://example.com/a")).unwrap().unwrap();
            assert_eq!(found.body, b"newest");
            assert_eq!(found.head, HEAD);
            assert_eq!((found.status, &*found.date), (200, "1970-01-01T00:00:50.000Z"));
            assert_eq!(found.mime.as_deref(), Some("text/html"));
            assert_eq!(found.payload, PayloadSource::Own);
            assert_eq!(found.warc_file.extension().unwrap() != "open", closed);
            assert_eq!(find_capture(dir.path(), &url("http://example.com/b")).unwrap(), None);
            let path = warc_path(dir.path(), 0);
            std::fs::rename(&path, path.with_extension("")).unwrap();
            let path = path.with_extension("");
            if closed {
                std::fs::remove_file(path).unwrap();
            }
        }
        let error = find_capture(dir.path(), &url("http://example.com/a")).unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
    }
}

#[test]
fn revisits_lead_to_their_original() {
    let codec = WarcCodec::Zstd;
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = encoder(codec);
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    let page = url("http://example.com/a");
    let day = Duration::from_secs(86_400);
    let first = encoder.encode(&capture(&page, HEAD, b"content"));
    store.append(&first).unwrap();
    let (refers_to_date, digest) = (first.date(), first.payload_digest());
    let changed = capture(&page, HEAD, b"changed");
    store.append(&encoder.encode(&Capture { at: changed.at + day, ..changed })).unwrap();

    let not_modified = b"HTTP/1.1 304 Not Modified\r\n\r\n";
    let again = b"HTTP/1.1 200 Fine\r\nAge: 3\r\n\r\n";
    let unknown = "1999-01-01T00:00:00.000Z";
    for (days, revisit, head, status, expected_head, body) in [
        (
            2,
            Revisit::ServerNotModified { refers_to_date, digest },
            &not_modified[..],
            304,
            HEAD,
            &b"content"[..],
        ),
        (3, Revisit::IdenticalPayload { refers_to_date, digest }, again, 200, again, b"content"),
        (
            4,
            Revisit::IdenticalPayload { refers_to_date: unknown, digest },
            again,
            200,
            again,
            b"content",
        ),
        (
            5,
            Revisit::ServerNotModified { refers_to_date, digest: "" },
            not_modified,
            304,
            HEAD,
            b"content",
        ),
        (6, Revisit::IdenticalPayload { refers_to_date, digest: "sha1:X" }, again, 200, again, b""),
        (
            7,
            Revisit::ServerNotModified { refers_to_date: "", digest: "" },
            not_modified,
            304,
            not_modified,
            b"",
        ),
    ] {
        let base = capture(&page, head, b"");
        let at = base.at + day * days;
        let capture = Capture { at, status, revisit: Some(revisit), ..base };
        store.append(&encoder.encode(&capture)).unwrap();
        store.sync().unwrap();
        let found = find_capture(dir.path(), &page).unwrap().unwrap();
        assert_eq!(found.head, expected_head, "day {days}");
        assert_eq!(found.body, body, "day {days}");
        match &found.payload {
            PayloadSource::Original { date, .. } => assert_eq!(date, refers_to_date),
            PayloadSource::Missing => assert!(days > 5),
            PayloadSource::Own => panic!("a revisit has no payload of its own"),
        }
    }
}

#[test]
fn rows_are_found_across_the_pieces_of_a_large_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    store.append(&encoded(&mut CaptureEncoder::default(), 7)).unwrap();
    store.close().unwrap();
    let index = dir.path().join("cdxj/index.cdxj");
    let row = std::fs::read(&index).unwrap();
    // Fillers of a length that shares no factor with the piece, so that rows straddle pieces.
    let filler = [vec![b'x'; 1_000_002], b"\n".to_vec()].concat();
    for fillers in 0..12 {
        let text = [filler.repeat(fillers), row.clone(), filler.clone(), b"torn".to_vec()].concat();
        std::fs::write(&index, text).unwrap();
        assert!(find_capture(dir.path(), &url("https://example.com/7")).unwrap().is_some());
    }
    std::fs::write(&index, vec![b'x'; 6_000_000]).unwrap();
    let error = find_capture(dir.path(), &url("https://example.com/7")).unwrap_err();
    assert!(matches!(error, StoreError::Malformed { .. }), "{error}");
}

#[test]
fn a_row_that_leads_elsewhere_is_refused() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        store.append(&encoded(&mut encoder(codec), 7)).unwrap();
        store.close().unwrap();
        let index = dir.path().join("cdxj/index.cdxj");
        let row = std::fs::read_to_string(&index).unwrap();
        let at = row.find("\"offset\": \"").unwrap() + 11;
        let end = at + row[at..].find('"').unwrap();
        for (from, to) in [
            ("\"crawl-", "\"../warc/crawl-"),
            (&row[at..end], "0"),
            (&row[at..end], "1"),
            (&row[at..end], "99999999"),
            (&row[at..end], "-1"),
            ("{\"url", "{\"URL"),
        ] {
            std::fs::write(&index, row.replacen(from, to, 1)).unwrap();
            let error = find_capture(dir.path(), &url("https://example.com/7")).unwrap_err();
            assert!(matches!(error, StoreError::Malformed { .. }), "{from} → {to}: {error}");
        }
    }
}
