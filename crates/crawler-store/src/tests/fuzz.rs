//! Any capture comes back as it was; any bytes are read without a panic.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::{StoreError, StoreWriter, content_digest, find_capture};

/// Bytes of a WARC file with two captures.
fn warc_bytes(codec: WarcCodec) -> &'static [u8] {
    static BYTES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| WarcCodec::ALL.map(written_bytes));
    &BYTES[codec as usize]
}

fn written_bytes(codec: WarcCodec) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    let mut encoder = encoder(codec);
    (0..2).for_each(|n| store.append(&encoded(&mut encoder, n)).unwrap());
    store.close().unwrap();
    std::fs::read(warc_path(dir.path(), 0)).unwrap()
}

/// Reads all there is; errors must name the file and be the last item.
fn read_all(bytes: &[u8]) -> usize {
    let name = Path::new("a.warc.gz");
    let mut good = 0;
    let mut reader = WarcReader::new(name, bytes, 0);
    for record in reader.by_ref() {
        match record {
            Ok(record) => {
                assert!(record.block().len() <= 1 << 20);
                good += 1;
            }
            Err(StoreError::Malformed { path, offset, .. }) => {
                assert_eq!(path, name);
                assert!(offset <= bytes.len() as u64);
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(reader.next().is_none());
    good
}

#[test]
fn every_prefix_of_a_file_reads_up_to_the_cut() {
    for codec in WarcCodec::ALL {
        let bytes = warc_bytes(codec);
        let whole = WarcReader::new(Path::new("a.warc.gz"), bytes, 0).map(Result::unwrap);
        let ends: Vec<_> =
            whole.map(|record| (record.offset() + record.length()) as usize).collect();
        assert_eq!(ends.last(), Some(&bytes.len()));
        for cut in 0..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(read_all(&bytes[..cut]), whole, "cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn captures_come_back(
        body in proptest::collection::vec(any::<u8>(), 0..3_000),
        header in "[ -~]{0,80}",
        title in proptest::option::of(any::<String>()),
        chunked in any::<bool>(),
        compressed in any::<bool>(),
        codec in prop::sample::select(WarcCodec::ALL.to_vec()),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let url = url("http://example.com/x");
        let encoding = if compressed { "Content-Encoding: gzip\r\n" } else { "" };
        let head = format!("HTTP/1.1 200 OK\r\nX-Any: {header}\r\n{encoding}\r\n");
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        let base = capture(&url, head.as_bytes(), &body);
        let encoded = encoder(codec)
            .encode(&Capture { chunked, title: title.as_deref(), ..base });
        let len = encoded.len();
        prop_assert_eq!(encoded.payload_digest(), content_digest(&body));
        store.append(&encoded).unwrap();
        store.close().unwrap();
        assert_consistent(dir.path());
        let found = find_capture(dir.path(), &url).unwrap().unwrap();
        prop_assert_eq!(&found.body, &body);
        prop_assert_eq!(&found.head, head.as_bytes());
        let path = warc_path(dir.path(), 0);
        let file_bytes = std::fs::metadata(&path).unwrap().len();
        prop_assert_eq!(found.offset + len as u64, file_bytes);
    }

    #[test]
    fn mutated_files_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        codec in prop::sample::select(WarcCodec::ALL.to_vec()),
    ) {
        let mut bytes = warc_bytes(codec).to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        read_all(&bytes);
    }

    #[test]
    fn records_of_any_bytes_never_panic(
        start in prop::sample::select(vec!["", "WARC/1.1\r\n", "WARC/1.1\r\nContent-Length: 3\r\n\r\n"]),
        rest in proptest::collection::vec(any::<u8>(), 0..200),
        codec in prop::sample::select(WarcCodec::ALL.to_vec()),
    ) {
        read_all(&member(codec, &[start.as_bytes(), &rest].concat()));
    }

    #[test]
    fn index_bytes_never_panic(garbage in "[ -~\n]{0,300}", torn in any::<prop::sample::Index>()) {
        let dir = tempfile::tempdir().unwrap();
        let url = url("http://example.com/x");
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        store.append(&CaptureEncoder::default().encode(&capture(&url, HEAD, b"x"))).unwrap();
        store.close().unwrap();
        for file in ["cdxj/index.cdxj", "pages/pages.jsonl"] {
            let path = dir.path().join(file);
            let row = std::fs::read(&path).unwrap();
            let at = torn.index(row.len());
            let bytes = [&row[..], &row[..at], b"#", garbage.as_bytes()].concat();
            std::fs::write(&path, bytes).unwrap();
        }
        let _ = find_capture(dir.path(), &url);
        let store = StoreWriter::open(dir.path(), config(), None).unwrap();
        drop(store);
        assert_consistent(dir.path());
    }
}
