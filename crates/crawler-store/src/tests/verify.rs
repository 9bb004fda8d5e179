//! Verifying what is stored.

use std::fs;

use super::*;
use crate::{Fault, Revisit, StoreWriter, Verified, verify_store, verify_warc_files};

/// Five pages and a revisit, in an open or a closed file.
fn stored(codec: WarcCodec, is_closed: bool) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = encoder(codec);
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    for n in 0..5 {
        store.append(&encoded(&mut encoder, n)).unwrap();
    }
    let page = url("https://example.com/0");
    let base = capture(&page, b"HTTP/1.1 304 Not Modified\r\n\r\n", b"");
    let revisit = Revisit::ServerNotModified {
        refers_to_date: "2025-10-18T12:50:22.045Z",
        digest: "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
    };
    let again = Capture { status: 304, revisit: Some(revisit), ..base };
    store.append(&encoder.encode(&again)).unwrap();
    if is_closed {
        store.close().unwrap();
    } else {
        store.sync().unwrap();
    }
    dir
}

fn faults(dir: &Path) -> (Verified, Vec<Fault>) {
    let spill = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    let verified = verify_store(dir, spill.path(), &mut |fault| faults.push(fault)).unwrap();
    assert_eq!(verified.faults, faults.len() as u64);
    (verified, faults)
}

#[test]
fn what_the_store_writes_is_sound() {
    for codec in WarcCodec::ALL {
        for is_closed in [false, true] {
            let dir = stored(codec, is_closed);
            let (verified, faults) = faults(dir.path());
            assert_eq!(faults, []);
            assert_eq!((verified.files, verified.records, verified.rows), (1, 1 + 6 * 3, 12));
            // Each record has a block digest, the five responses one of their payload.
            assert_eq!((verified.digests, verified.digests_unknown), (1 + 6 * 3 + 5, 0));
        }
    }
}

#[test]
fn no_changed_byte_of_a_record_goes_unnoticed() {
    for codec in WarcCodec::ALL {
        let dir = stored(codec, true);
        let path = warc_path(dir.path(), 0);
        let sound = fs::read(&path).unwrap();
        let starts: Vec<u64> = records(&path).iter().map(WarcRecord::offset).collect();
        for at in (0..sound.len()).step_by(23) {
            // Time, flags and system in a gzip header mean nothing to the data (RFC 1952, 2.3.1).
            let start = *starts.iter().rfind(|start| **start <= at as u64).unwrap() as usize;
            if codec == WarcCodec::Gzip && (4..10).contains(&(at - start)) {
                continue;
            }
            let mut bytes = sound.clone();
            bytes[at] ^= 0xff;
            fs::write(&path, bytes).unwrap();
            let (_, faults) = faults(dir.path());
            assert!(faults[0].path == path && faults[0].offset == start as u64, "{at}: {faults:?}");
        }
    }
}

#[test]
fn a_record_that_lies_about_itself_is_told() {
    for codec in WarcCodec::ALL {
        let dir = stored(codec, true);
        let path = warc_path(dir.path(), 0);
        let place = tempfile::tempdir().unwrap();
        let copy = place.path().join("copy.warc.gz");
        let record = records(&path).into_iter().find(|record| record.kind() == "response").unwrap();
        let sound = [
            b"WARC/1.1\r\n".to_vec(),
            record
                .headers()
                .flat_map(|(name, value)| format!("{name}: {value}\r\n").into_bytes())
                .collect(),
            b"\r\n".to_vec(),
            record.block().to_vec(),
            b"\r\n\r\n".to_vec(),
        ]
        .concat();
        let sound = String::from_utf8(sound).unwrap();
        for (from, to, expected) in [
            ("", "", &[][..]),
            ("page 0", "page 1", &["WARC-Block-Digest", "WARC-Payload-Digest"]),
            ("text/html", "text/htm ", &["WARC-Block-Digest"]),
            ("WARC-Date:", "Some-Date:", &["no WARC-Date"]),
            ("WARC-Record-ID: <", "X: <", &["no WARC-Record-ID"]),
            ("Payload-Digest: sha1:", "Payload-Digest: sha1:2", &["WARC-Payload-Digest is sha1:2"]),
            ("Payload-Digest: sha1:", "Payload-Digest: sha9:", &[]),
        ] {
            fs::write(&copy, member(codec, sound.replacen(from, to, 1).as_bytes())).unwrap();
            let mut told = Vec::new();
            let verified = verify_warc_files(std::slice::from_ref(&copy), &mut |fault| {
                told.push(fault.reason);
            })
            .unwrap();
            assert_eq!(told.len(), expected.len(), "{told:?}");
            assert!(told.iter().zip(expected).all(|(told, it)| told.contains(it)), "{told:?}");
            assert_eq!(verified.digests_unknown, u64::from(to.ends_with("sha9:")));
        }
    }
}

#[test]
fn rows_are_held_against_their_records() {
    let (cdxj, pages) = ("cdxj/index.cdxj", "pages/pages.jsonl");
    for (file, from, to, expected) in [
        (cdxj, "/1\", \"mime", "/9\", \"mime", &["url is https://example.com/9 here, but"][..]),
        (cdxj, "\"status\": \"200\"", "\"status\": \"201\"", &["status is 201 here, but 200"]),
        (cdxj, "\"length\": \"", "\"length\": \"1", &["length is 1"]),
        (cdxj, " 2025", " 2024", &["time is 2024"]),
        (cdxj, "\"digest\": \"sha1:", "\"digest\": \"sha1:2", &["digest is sha1:2"]),
        (cdxj, "\"offset\": \"", "\"offset\": \"9", &["no row of", "no capture begins at byte 9"]),
        (cdxj, "-00001.", "-00009.", &["no row of", "-00009.warc.gz, which is not there: 1"]),
        (cdxj, "{\"url", "{\"URL", &["index row: missing field `url`", "no row of"]),
        (pages, "\"wire_bytes\":", "\"wire_bytes\":7", &["wire_bytes is 7"]),
        (pages, "\"ts\":\"2025", "\"ts\":\"2024", &["time is 2024"]),
        (pages, "\"digest\":\"", "\"digest\":\"x", &["digest is xsha1"]),
        (pages, "{\"url\"", "\"url\"", &["no row", "no row of"]),
    ] {
        let dir = stored(WarcCodec::Gzip, true);
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let (_, faults) = faults(dir.path());
        let all: Vec<_> = faults.iter().map(|fault| fault.reason.as_str()).collect();
        assert_eq!(all.len(), expected.len(), "{to}: {all:?}");
        assert!(expected.iter().all(|it| all.iter().any(|told| told.contains(it))), "{to} {all:?}");
    }
}

#[test]
fn missing_surplus_and_torn_rows_are_told() {
    for codec in WarcCodec::ALL {
        let dir = stored(codec, true);
        for file in ["cdxj/index.cdxj", "pages/pages.jsonl"] {
            let path = dir.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            let second = text.lines().nth(1).unwrap();
            let start = text.find(second).unwrap() as u64;
            fs::write(&path, text.replacen(&format!("{second}\n"), "", 1)).unwrap();
            let (_, told) = faults(dir.path());
            assert!(
                told.len() == 1 && told[0].reason.contains("https://example.com/1"),
                "{told:?}"
            );
            assert_eq!(told[0].path, warc_path(dir.path(), 0));
            fs::write(&path, format!("{text}{second}\n")).unwrap();
            let (_, told) = faults(dir.path());
            assert!(told.len() == 1 && told[0].reason.contains("second row"), "{told:?}");
            assert_eq!((&told[0].path, told[0].offset), (&path, text.len() as u64));
            fs::write(&path, format!("{text}{}", &second[..20])).unwrap();
            let (_, told) = faults(dir.path());
            assert!(told.len() == 1 && told[0].reason.contains("cut off"), "{told:?}");
            fs::write(&path, &text).unwrap();
            assert!(start > 0 && faults(dir.path()).1.is_empty());
        }
    }
}

#[test]
fn a_torn_file_and_a_copy_without_rows_are_read() {
    for codec in WarcCodec::ALL {
        let dir = stored(codec, false);
        let path = warc_path(dir.path(), 0);
        let len = fs::metadata(&path).unwrap().len();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len - 9).unwrap();
        let (_, told) = faults(dir.path());
        assert!(told.len() == 1 && told[0].reason.contains("was being written"), "{told:?}");
        for folder in ["cdxj", "pages"] {
            fs::remove_dir_all(dir.path().join(folder)).unwrap();
        }
        assert_eq!(faults(dir.path()).1.len(), 1);
        fs::create_dir(dir.path().join("store")).unwrap();
        let (_, told) = faults(dir.path());
        assert_eq!(told.iter().filter(|fault| fault.reason == "the file is missing").count(), 2);
    }
}
