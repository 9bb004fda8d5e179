//! What is so of one codec only, and of both in one directory.

use super::*;
use crate::{StoreError, StoreWriter, find_capture, verify_store};

#[test]
fn a_crawl_goes_on_with_the_other_codec_in_a_new_file() {
    for [first, second] in [WarcCodec::ALL, [WarcCodec::Zstd, WarcCodec::Gzip]] {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        (0..3).for_each(|n| store.append(&encoded(&mut encoder(first), n)).unwrap());
        let committed = store.sync().unwrap();
        drop(store);
        let mut store = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap();
        (3..6).for_each(|n| store.append(&encoded(&mut encoder(second), n)).unwrap());
        let committed = store.sync().unwrap();
        drop(store);
        // What was appended after the commit is gone, the file closed before it is not.
        let mut store = StoreWriter::open(dir.path(), config(), Some(&committed)).unwrap();
        store.append(&encoded(&mut encoder(second), 6)).unwrap();
        store.close().unwrap();

        assert_consistent(dir.path());
        let ends =
            [format!("-00001{}", first.extension()), format!("-00002{}", second.extension())];
        let files = names(&dir.path().join("warc"));
        assert!(files.len() == 2 && files.iter().zip(&ends).all(|(file, end)| file.ends_with(end)));
        let spill = tempfile::tempdir().unwrap();
        let told =
            verify_store(dir.path(), spill.path(), &mut |fault| panic!("{fault:?}")).unwrap();
        assert_eq!((told.files, told.records, told.rows), (2, 2 + 7 * 3, 14));
        for n in 0..7 {
            let page = url(&format!("https://example.com/{n}"));
            let found = find_capture(dir.path(), &page).unwrap().unwrap();
            assert_eq!(found.body, format!("<p>page {n}</p>").into_bytes());
        }
    }
}

/// As the IIPC's text demands (sections 3 and 4.1), by the bits of RFC 8878, 3.1.1.1.1.
#[test]
fn frames_tell_size_and_checksum_and_need_no_dictionary() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    let url = url("http://example.com/");
    let body = vec![b'x'; 300_000];
    for mime in ["text/plain", "image/png"] {
        let mime = Some(mime);
        let capture = Capture { mime, ..capture(&url, HEAD, &body) };
        store.append(&encoder(WarcCodec::Zstd).encode(&capture)).unwrap();
    }
    store.close().unwrap();
    let path = warc_path(dir.path(), 0);
    let bytes = std::fs::read(&path).unwrap();
    let records = records(&path);
    assert_eq!(records.len(), 1 + 2 * 3);
    for record in records {
        let frame = &bytes[record.offset() as usize..][..record.length() as usize];
        assert_eq!(frame[..4], [0x28, 0xb5, 0x2f, 0xfd]);
        let descriptor = frame[4];
        let (has_size, has_checksum) = (descriptor & 0b1110_0000 != 0, descriptor & 0b100 != 0);
        let needs_dictionary = descriptor & 0b11 != 0;
        assert!(has_size && has_checksum && !needs_dictionary, "{descriptor:b}");
    }
    assert!(zstd::decode_all(&*bytes).unwrap().starts_with(b"WARC/1.1\r\n"));
}

/// The frames may stand between any two records (section 4.3), but for a dictionary at the start.
#[test]
fn skippable_frames_are_passed_over_and_dictionaries_refused() {
    let record = |n: u8| {
        let text = format!("WARC/1.1\r\nContent-Length: 1\r\n\r\n{n}\r\n\r\n");
        member(WarcCodec::Zstd, text.as_bytes())
    };
    let skippable = |kind: u8| [&[kind, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let read = |bytes: &[u8]| -> Vec<Result<(u64, Vec<u8>), String>> {
        let told = |error: StoreError| error.to_string();
        let records = WarcReader::new(Path::new("a.warc.zst"), bytes, 0);
        let seen = |record: WarcRecord| (record.offset(), record.block().to_vec());
        records.map(|record| record.map(seen).map_err(told)).collect()
    };
    let one = record(1);
    let file =
        [&one[..], &skippable(0x50), &skippable(0x5f), &record(2), &skippable(0x5a)].concat();
    let second = one.len() as u64 + 22;
    assert_eq!(read(&file), [Ok((0, b"1".to_vec())), Ok((second, b"2".to_vec()))]);
    for (start, expected) in [
        (skippable(0x5d), "need a dictionary"),
        (vec![0x50, 0x2a, 0x4d, 0x19, 0, 0, 0, 0], "no member begins here"),
        (vec![0x50, 0x2a, 0x4d], "at byte 0"),
        (vec![0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255], "at byte 0"),
    ] {
        let told = read(&[&start[..], &one].concat()).remove(0).unwrap_err();
        assert!(told.contains(expected), "{told}");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("other.warc.zst");
    std::fs::write(&path, file).unwrap();
    let mut faults = Vec::new();
    let verified = crate::verify_warc_files(&[path], &mut |it| faults.push(it.reason)).unwrap();
    assert_eq!(verified.records, 2);
    // The records of this test lack mandatory fields; the frames between them are no fault.
    assert!(faults.iter().all(|it| it.starts_with("the record has no ")), "{faults:?}");
}

/// A frame that wants a window of 2^31 bytes, with a block of one byte repeated.
#[test]
fn a_frame_that_wants_too_much_memory_is_refused() {
    let window = (31 - 10) << 3;
    let bomb = [0x28, 0xb5, 0x2f, 0xfd, 0, window, 0b11, 0, 0x10, b'x'];
    let mut records = WarcReader::new(Path::new("a.warc.zst"), &bomb[..], 0);
    let told = records.next().unwrap().unwrap_err().to_string();
    assert!(told.contains("zstd frame: ") && told.contains("memory"), "{told}");
}

/// A gap in the middle of a file, of a few bytes and of more than a gzip header has room for.
#[test]
fn damage_is_mended_in_files_of_either_codec() {
    for (codec, damaged) in WarcCodec::ALL.into_iter().flat_map(|it| [(it, 1), (it, 200_000)]) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for n in 0..3 {
            let url = url(&format!("https://example.com/{n}"));
            let body: Vec<u8> = (0..250_000).map(|_| noise()).collect();
            store.append(&encoder(codec).encode(&capture(&url, HEAD, &body))).unwrap();
        }
        let committed = store.close().unwrap();
        let path = warc_path(dir.path(), 0);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = records(&path)[4].offset() as usize + 300;
        bytes[middle..middle + damaged].fill(0xa5);
        std::fs::write(&path, &bytes).unwrap();

        let mended = crate::mend_store(dir.path(), &committed, &dir.path().join("aside")).unwrap();
        assert_eq!(mended.lost_urls, ["https://example.com/1"]);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes.len() as u64);
        assert_consistent(dir.path());
        let findings = crate::check_store(dir.path(), &mended.positions).unwrap();
        assert!(findings.iter().all(|it| it.problems.is_empty()), "{findings:?}");
        let spill = tempfile::tempdir().unwrap();
        verify_store(dir.path(), spill.path(), &mut |fault| panic!("{fault:?}")).unwrap();
        StoreWriter::open(dir.path(), config(), Some(&mended.positions)).unwrap();
    }
}

#[test]
fn records_that_are_not_compressed_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    (0..3).for_each(|n| store.append(&encoded(&mut encoder(WarcCodec::Gzip), n)).unwrap());
    store.close().unwrap();
    let stored = records(&warc_path(dir.path(), 0));
    // A skippable frame whose kind is the first letter of a record, before the last.
    let frame: &[u8] = b"W\x2a\x4d\x18\x05\0\0\0WARC/";
    let (last, others) = stored.split_last().unwrap();
    let all: Vec<&[u8]> = others.iter().map(WarcRecord::as_bytes).collect();
    let plain = [&all.concat()[..], frame, last.as_bytes()].concat();
    let path = dir.path().join("plain.warc");
    std::fs::write(&path, &plain).unwrap();
    let found = records(&path);
    assert_eq!(found.len(), stored.len());
    for (found, stored) in found.iter().zip(&stored) {
        assert_eq!(found.as_bytes(), stored.as_bytes());
        assert_eq!(found.block(), stored.block());
        let range = found.offset() as usize..(found.offset() + found.length()) as usize;
        assert_eq!(&plain[range], stored.as_bytes());
    }
    let first = all[0].len();
    for (text, reason) in [
        (&plain[..first - 1], "bytes with the record end follow"),
        (&plain[..20], "record header has no end"),
        (&plain[..2], "failed to fill"),
        (b"WARC/0.9\r\nContent-Length: 0\r\n\r\n\r\n\r\n", "no WARC/1.x record"),
        (b"WARC/1.0\r\nContent-Length: x\r\n\r\n\r\n\r\n", "no Content-Length"),
        (b"WORD", "no member begins here"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = WarcReader::open(&path).unwrap().next().unwrap().unwrap_err().to_string();
        assert!(error.contains("plain.warc at byte 0") && error.contains(reason), "{error}");
    }
}
