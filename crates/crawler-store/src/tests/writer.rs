//! Files, rows, rollover and refusal after a failure.

use super::*;
use crate::{SkippedRow, StoreError, StoreWriter, WarcState, encode_skipped};

#[test]
fn rows_are_what_the_tools_expect() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    let url = url("https://www.example.com:8443/a?b=\"c");
    let encoded = CaptureEncoder::default().encode(&capture(&url, HEAD, b"abc"));
    assert_eq!(encoded.date(), "2025-10-18T12:50:22.045Z");
    store.append(&encoded).unwrap();
    let skipped = SkippedRow {
        url: "http://x/",
        reason: "robots",
        detail: Some("line 3"),
        via: None,
        depth: 1,
        attempts: 0,
    };
    store.append_skipped(&encode_skipped(&skipped, SystemTime::UNIX_EPOCH)).unwrap();
    store.close().unwrap();

    let response = records(&warc_path(dir.path(), 0)).swap_remove(1);
    let (offset, length) = (response.offset(), response.length());
    let digest = "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5";
    let file = "crawl-20251018125022045-00001.warc.gz";
    assert_eq!(
        lines(&dir.path().join("cdxj/index.cdxj")),
        [format!(
            "{} 20251018125022 {{\"url\": \"{url}\", \"mime\": \"text/html\", \
             \"status\": \"200\", \"digest\": \"{digest}\", \"length\": \"{length}\", \
             \"offset\": \"{offset}\", \"filename\": \"{file}\"}}",
            crawler_url::surt(&url)
        )]
    );
    assert_eq!(
        lines(&dir.path().join("pages/pages.jsonl")),
        [format!(
            "{{\"url\":\"{url}\",\"ts\":\"2025-10-18T12:50:22.045Z\",\"status\":200,\
             \"title\":\"A \\\"title\\\"\\r\\nInjected: yes é\",\"depth\":2,\
             \"via\":\"https://example.com/\",\"hops\":\"LR\",\
             \"mime\":\"text/html; charset=utf-8\",\"charset\":\"UTF-8\",\"language\":\"en\",\
             \"digest\":\"{digest}\",\"wire_bytes\":3,\"content_bytes\":3,\"outlinks\":12,\
             \"protocol\":\"http/1.1\",\"timings_ms\":{{\"dns\":0.0,\"connect\":0.0,\"tls\":0.0,\
             \"first_byte\":0.0,\"total\":12.35}},\"generation\":1,\
             \"warc\":{{\"file\":\"{file}\",\"offset\":{offset},\"length\":{length}}}}}"
        )]
    );
    assert_eq!(
        lines(&dir.path().join("reports/skipped.jsonl")),
        ["{\"url\":\"http://x/\",\"ts\":\"1970-01-01T00:00:00.000Z\",\"reason\":\"robots\",\
           \"detail\":\"line 3\",\"depth\":1,\"attempts\":0}"]
    );
}

#[test]
fn files_roll_over_after_a_capture() {
    let dir = tempfile::tempdir().unwrap();
    let small = StoreConfig { warc_bytes_max: 2_500, ..config() };
    let mut store = StoreWriter::open(dir.path(), small, None).unwrap();
    let mut encoder = CaptureEncoder::default();
    for n in 0..9 {
        store.append(&encoded(&mut encoder, n)).unwrap();
    }
    let positions = store.sync().unwrap();
    assert_eq!(positions.warc().unwrap().state(), WarcState::Open);
    assert_consistent(dir.path());
    let files = names(&dir.path().join("warc"));
    assert!(files.len() > 2, "{files:?}");
    let (open, closed) = files.split_last().unwrap();
    assert!(open.ends_with(".warc.gz.open"), "{open}");
    assert!(closed.iter().all(|name| name.ends_with(".warc.gz")));
    for (idx, _) in files.iter().enumerate() {
        let path = warc_path(dir.path(), idx);
        let kinds: Vec<_> = records(&path).iter().map(|record| record.kind().to_owned()).collect();
        assert_eq!(kinds[0], "warcinfo");
        assert_eq!((kinds.len() - 1) % 3, 0, "a capture was split: {kinds:?}");
    }
    store.close().unwrap();
    assert!(names(&dir.path().join("warc")).iter().all(|name| name.ends_with(".warc.gz")));
}

#[test]
fn nothing_is_written_by_a_drop() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    store.append(&encoded(&mut CaptureEncoder::default(), 1)).unwrap();
    drop(store);
    assert_eq!(std::fs::metadata(warc_path(dir.path(), 0)).unwrap().len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_poisons() {
    let dir = tempfile::tempdir().unwrap();
    let first = StoreWriter::open(dir.path(), config(), None).unwrap().close().unwrap();
    let index = dir.path().join("cdxj/index.cdxj");
    std::fs::remove_file(&index).unwrap();
    std::os::unix::fs::symlink("/dev/full", &index).unwrap();

    let mut store = StoreWriter::open(dir.path(), config(), Some(&first)).unwrap();
    let encoded = encoded(&mut CaptureEncoder::default(), 1);
    store.append(&encoded).unwrap();
    let error = store.sync().unwrap_err();
    assert!(error.is_disk_full(), "{error}");
    assert!(error.to_string().contains("index.cdxj"), "{error}");
    for error in [
        store.append(&encoded).unwrap_err(),
        store.append_skipped(b"{}\n").unwrap_err(),
        store.sync().unwrap_err(),
        store.close().unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Poisoned { .. }), "{error}");
        assert!(!error.is_disk_full());
    }

    std::fs::remove_file(&index).unwrap();
    StoreWriter::open(dir.path(), config(), Some(&first)).unwrap().close().unwrap();
    assert_consistent(dir.path());
}

#[test]
fn a_failed_creation_poisons_and_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    std::fs::remove_dir(dir.path().join("warc")).unwrap();
    let encoded = encoded(&mut CaptureEncoder::default(), 1);
    let error = store.append(&encoded).unwrap_err();
    assert!(error.to_string().contains("00001.warc.gz.open"), "{error}");
    assert!(matches!(store.append(&encoded), Err(StoreError::Poisoned { .. })));
}

#[test]
fn prefixes_that_lead_elsewhere_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for prefix in ["", "../x", "a/b", ".hidden", "a b", "é", &"a".repeat(129)] {
        let config = StoreConfig { prefix: prefix.to_owned(), ..config() };
        let error = StoreWriter::open(dir.path(), config, None).unwrap_err();
        assert!(matches!(error, StoreError::Config { .. }), "{prefix:?}: {error}");
    }
    assert_eq!(names(dir.path()), [""; 0]);
}
