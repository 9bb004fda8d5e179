//! A row of the queue: URLs of one host and class that were queued together.
//!
//! The links of a page mostly come in together and leave one after the other. A row for all of
//! them costs the database a fraction of what a row for each does, at every merge of its tables.
//!
//! A chunk is written once and removed once, when its last URL is settled. Which of its URLs are
//! settled before that is told by the row of its host.

use crate::record::RecordBytes;
use crate::varint::{self, Input};

/// URLs in one chunk at most: bounds what a host holds in memory at a time, and how many settled
/// places its row must list.
pub(crate) const CHUNK_URLS_MAX: u32 = 32;

/// A queued URL as it stands in its chunk: its place in its class, and its record.
pub(crate) type Placed = (u64, RecordBytes);

/// Adds a URL to the end of a chunk. Layout of each: its distance from the chunk's first place and
/// the length of its record as varints, and the record.
pub(crate) fn push(chunk: &mut Vec<u8>, distance: u64, record: &[u8]) {
    varint::push(chunk, distance);
    varint::push(chunk, record.len() as u64);
    chunk.extend_from_slice(record);
}

/// The URLs of the chunk that begins at place `first`; the error says what is wrong.
pub(crate) fn read(first: u64, chunk: &[u8]) -> Result<Vec<Placed>, &'static str> {
    let mut input = Input(chunk);
    let mut urls: Vec<Placed> = Vec::new();
    while !input.0.is_empty() {
        let place = first.checked_add(input.varint()?).ok_or("a place is too far")?;
        if urls.last().is_some_and(|(last, _)| *last >= place) {
            return Err("its places are not in order");
        }
        let len = input.len()?;
        urls.push((place, RecordBytes::from(input.take(len)?)));
    }
    if urls.is_empty() { Err("it is empty") } else { Ok(urls) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chunks_come_back_whole_or_not_at_all() {
        let mut bytes = Vec::new();
        push(&mut bytes, 0, b"one");
        push(&mut bytes, 1, b"");
        push(&mut bytes, 300, &[7; 200]);
        let urls = read(1000, &bytes).unwrap();
        let places: Vec<u64> = urls.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [1000, 1001, 1300]);
        assert_eq!((&*urls[0].1, &*urls[1].1, urls[2].1.len()), (&b"one"[..], &b""[..], 200));
        assert_eq!(read(1000, &bytes[..bytes.len() - 1]).unwrap_err(), varint::CUT);
        assert_eq!(read(1000, &[]).unwrap_err(), "it is empty");
        assert_eq!(read(u64::MAX, &bytes).unwrap_err(), "a place is too far");
        push(&mut bytes, 5, b"back");
        assert_eq!(read(0, &bytes).unwrap_err(), "its places are not in order");
    }

    proptest! {
        #[test]
        fn any_bytes_read_as_something_or_an_error(first: u64, bytes: Vec<u8>) {
            let _ = read(first, &bytes);
        }
    }
}
