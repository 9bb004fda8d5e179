//! What open makes of files that a crash left behind.

use super::*;
use crate::{RecordChoice, StoreError, StorePositions, StoreWriter};

fn append(codec: WarcCodec, store: &mut StoreWriter, pages: std::ops::Range<usize>) {
    let mut encoder = encoder(codec);
    pages.for_each(|n| store.append(&encoded(&mut encoder, n)).unwrap());
}

/// Opens, checks, goes on, closes and checks again; returns the indexed URLs.
fn recover(
    codec: WarcCodec,
    dir: &Path,
    config: &StoreConfig,
    committed: Option<&StorePositions>,
) -> Vec<String> {
    let mut store = StoreWriter::open(dir, config.clone(), committed).unwrap();
    assert_consistent(dir);
    append(codec, &mut store, 100..101);
    store.close().unwrap();
    assert_consistent(dir);
    let rows = lines(&dir.join("cdxj/index.cdxj"));
    rows.iter()
        .map(|row| row.split('"').nth(3).unwrap().rsplit('/').next().unwrap().into())
        .collect()
}

fn cut(path: &Path, bytes: u64) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

/// Captures without `request` and `metadata`: fewer bytes to cut at.
fn append_small(codec: WarcCodec, store: &mut StoreWriter, pages: std::ops::Range<usize>) {
    let (requests, metadata) = (RecordChoice::Omit, RecordChoice::Omit);
    let mut encoder = CaptureEncoder::new(EncoderConfig { requests, metadata, codec });
    pages.for_each(|n| store.append(&encoded(&mut encoder, n)).unwrap());
}

#[test]
fn torn_ends_are_cut_at_every_byte() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        append_small(codec, &mut store, 0..1);
        let committed = store.sync().unwrap();
        append_small(codec, &mut store, 1..2);
        store.sync().unwrap();
        let tails = [
            (dir.path().join("cdxj/index.cdxj"), committed.cdxj_bytes()),
            (dir.path().join("pages/pages.jsonl"), committed.pages_bytes()),
            (warc_path(dir.path(), 0), committed.warc().unwrap().bytes()),
        ]
        .map(|(path, start)| {
            let bytes = std::fs::read(&path).unwrap();
            (path, bytes[start as usize..].to_vec())
        });
        let reopen = || StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap();
        drop(reopen());
        for (path, tail) in &tails {
            assert!(!tail.is_empty());
            for torn in 0..=tail.len() {
                let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
                std::io::Write::write_all(&mut file, &tail[..torn]).unwrap();
                drop(file);
                drop(reopen());
                assert_consistent(dir.path());
            }
        }
        assert_eq!(recover(codec, dir.path(), &config(), Some(&committed)), ["0", "100"]);
    }
}

#[test]
fn one_byte_less_than_committed_is_damage_and_changes_nothing() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        append(codec, &mut store, 0..2);
        store.append_skipped(b"{}\n").unwrap();
        let committed = store.sync().unwrap();
        append(codec, &mut store, 2..3);
        store.append_skipped(b"{}\n").unwrap();
        store.sync().unwrap();
        let files = [
            (dir.path().join("cdxj/index.cdxj"), committed.cdxj_bytes()),
            (dir.path().join("pages/pages.jsonl"), committed.pages_bytes()),
            (dir.path().join("reports/skipped.jsonl"), 3),
            (warc_path(dir.path(), 0), committed.warc().unwrap().bytes()),
        ];
        for (path, bytes) in &files {
            let whole = std::fs::read(path).unwrap();
            cut(path, bytes - 1);
            let before: Vec<_> =
                files.iter().map(|(path, _)| std::fs::read(path).unwrap()).collect();
            let error = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap_err();
            let after: Vec<_> =
                files.iter().map(|(path, _)| std::fs::read(path).unwrap()).collect();
            assert_eq!(before, after);
            let StoreError::Damaged { path: named, expected, found } = &error else {
                panic!("{error}");
            };
            assert_eq!((expected, *found), (bytes, bytes - 1));
            assert!(path.starts_with(named.parent().unwrap()), "{error}");
            std::fs::write(path, whole).unwrap();
        }
        std::fs::remove_file(&files[3].0).unwrap();
        let error = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { found: 0, .. }), "{error}");
    }
}

#[test]
fn a_rename_after_the_commit_is_undone() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        append(codec, &mut store, 0..2);
        let committed = store.sync().unwrap();
        append(codec, &mut store, 2..3);
        store.close().unwrap();
        assert_eq!(recover(codec, dir.path(), &config(), Some(&committed)), ["0", "1", "100"]);
        assert_eq!(names(&dir.path().join("warc")).len(), 1);
    }
}

#[test]
fn files_begun_after_the_commit_are_removed() {
    for codec in WarcCodec::ALL {
        let small = StoreConfig { warc_bytes_max: 2_500, ..config() };
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), small.clone(), None).unwrap();
        append(codec, &mut store, 0..1);
        let committed = store.sync().unwrap();
        append(codec, &mut store, 1..8);
        store.sync().unwrap();
        drop(store);
        assert!(names(&dir.path().join("warc")).len() > 2);
        let foreign = &format!("other-20200101000000000-00009{}", codec.extension());
        std::fs::copy(warc_path(dir.path(), 0), dir.path().join("warc").join(foreign)).unwrap();
        let store = StoreWriter::open(dir.path(), small.clone(), Some(&committed)).unwrap();
        drop(store);
        let left = names(&dir.path().join("warc"));
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(&left[1], foreign);
        std::fs::remove_file(dir.path().join("warc").join(foreign)).unwrap();
        assert_eq!(recover(codec, dir.path(), &small, Some(&committed)), ["0", "100"]);
    }
}

#[test]
fn a_closed_crawl_goes_on_in_a_new_file_even_when_the_old_was_moved() {
    for codec in WarcCodec::ALL {
        for moved in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
            append(codec, &mut store, 0..1);
            let committed = store.close().unwrap();
            if moved {
                std::fs::remove_file(warc_path(dir.path(), 0)).unwrap();
            }
            let mut store = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap();
            assert_eq!(store.sync().unwrap(), committed);
            append(codec, &mut store, 1..2);
            store.close().unwrap();
            let files = names(&dir.path().join("warc"));
            assert!(files.last().unwrap().contains("-00002.warc."), "{files:?}");
        }
    }
}

#[test]
fn without_a_commit_only_closed_files_and_their_rows_stay() {
    for codec in WarcCodec::ALL {
        let small = StoreConfig { warc_bytes_max: 2_500, ..config() };
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        append(codec, &mut store, 0..2);
        store.close().unwrap();
        let mut store = StoreWriter::open(dir.path(), small.clone(), None).unwrap();
        append(codec, &mut store, 2..3);
        store.append_skipped(b"{\"url\":1}\n{\"torn").unwrap();
        store.sync().unwrap();
        drop(store);
        let second = format!("-00002{}.open", codec.extension());
        assert!(names(&dir.path().join("warc"))[1].ends_with(&second));
        assert_eq!(recover(codec, dir.path(), &small, None), ["0", "1", "100"]);
        assert_eq!(lines(&dir.path().join("reports/skipped.jsonl")), ["{\"url\":1}"]);
        assert_eq!(names(&dir.path().join("cdxj")), ["index.cdxj"]);
    }
}

#[test]
fn the_crawl_log_is_cut_to_the_commit_and_may_come_and_go() {
    let logging = StoreConfig { crawl_log: true, ..config() };
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("logs/crawl.jsonl");
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    store.append_log(b"{\"n\":0}\n").unwrap();
    let committed = store.sync().unwrap();
    assert!(!log.exists(), "nobody wanted it");
    drop(store);
    let mut store = StoreWriter::open(dir.path(), logging.clone(), Some(&committed)).unwrap();
    store.append_log(b"{\"n\":1}\n").unwrap();
    let committed = store.sync().unwrap();
    store.append_log(b"{\"n\":2}\n{\"torn").unwrap();
    store.sync().unwrap();
    drop(store);
    // It is not wanted for a while: what was committed stays.
    let mut store = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap();
    let committed = store.sync().unwrap();
    drop(store);
    assert_eq!(lines(&log), ["{\"n\":1}"]);
    std::fs::write(&log, "{}\n").unwrap();
    let error = StoreWriter::open(dir.path(), logging.clone(), Some(&committed)).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == log), "{error}");
    let mended = crate::mend_store(dir.path(), &committed, &dir.path().join("aside")).unwrap();
    StoreWriter::open(dir.path(), logging, Some(&mended.positions)).unwrap();
}

#[test]
fn positions_survive_serialization() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        append(codec, &mut store, 0..1);
        let positions = store.sync().unwrap();
        let json = serde_json::to_string(&positions).unwrap();
        assert_eq!(serde_json::from_str::<StorePositions>(&json).unwrap(), positions);
    }
}

#[test]
fn a_complete_warc_file_that_was_changed_is_refused_until_it_is_mended() {
    for codec in WarcCodec::ALL {
        let dir = tempfile::tempdir().unwrap();
        let config = StoreConfig { warc_bytes_max: 1, ..config() };
        let mut store = StoreWriter::open(dir.path(), config.clone(), None).unwrap();
        append(codec, &mut store, 0..3);
        let committed = store.close().unwrap();
        let oldest = warc_path(dir.path(), 0);
        let whole = std::fs::read(&oldest).unwrap();
        let reopen = |positions: &StorePositions| {
            StoreWriter::open(dir.path(), config.clone(), Some(positions)).map(drop)
        };
        reopen(&committed).unwrap();

        cut(&oldest, whole.len() as u64 - 1);
        let error = reopen(&committed).unwrap_err();
        assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == oldest), "{error}");
        let mended = crate::mend_store(dir.path(), &committed, &dir.path().join("aside")).unwrap();
        reopen(&mended.positions).unwrap();
        assert!(mended.done.iter().any(|done| done.contains("warcs.jsonl")), "{:?}", mended.done);

        // Moved away is no damage: nothing will be appended to it.
        std::fs::remove_file(&oldest).unwrap();
        reopen(&mended.positions).unwrap();
    }
}
