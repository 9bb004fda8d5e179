//! Any bytes as a WARC file, as they are, inside a gzip member and inside a zstd frame: errors end
//! it, nothing panics.
#![no_main]

use std::path::Path;

use crawler_store::{StoreError, WarcReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    if let Ok(len) = u16::try_from(bytes.len()) {
        read(&member(bytes, len));
        read(&frame(bytes, len));
    }
});

fn read(bytes: &[u8]) {
    let mut reader = WarcReader::new(Path::new("a.warc.gz"), bytes, 0);
    let mut end = 0;
    for record in reader.by_ref() {
        match record {
            Ok(record) => {
                assert!(record.offset() >= end, "one after the other");
                end = record.offset() + record.length();
                let _ = (record.kind(), record.header("warc-type"), record.block().len());
            }
            Err(StoreError::Malformed { offset, .. }) => assert!(offset <= bytes.len() as u64),
            Err(other) => panic!("{other}"),
        }
    }
    assert!(end <= bytes.len() as u64 && reader.next().is_none());
}

/// A gzip member of one stored block (RFC 1951 section 3.2.4).
fn member(data: &[u8], len: u16) -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    member.extend_from_slice(&len.to_le_bytes());
    member.extend_from_slice(&(!len).to_le_bytes());
    member.extend_from_slice(data);
    member.extend_from_slice(&crc32(data).to_le_bytes());
    member.extend_from_slice(&u32::from(len).to_le_bytes());
    member
}

/// A zstd frame of one raw block with a window of 64 KiB, without a checksum (RFC 8878 section 3.1.1).
fn frame(data: &[u8], len: u16) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 6 << 3];
    let block = (u32::from(len) << 3) | 1;
    frame.extend(block.to_le_bytes().into_iter().take(3));
    frame.extend_from_slice(data);
    frame
}

/// RFC 1952 section 8, a bit at a time.
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc: u32, _| {
            if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ 0xedb8_8320 }
        })
    })
}
