//! What takes the place of damaged bytes.

use std::io::Write;
use std::ops::Range;

use crate::codec::WarcCodec;

/// Of a gap in a gzip file one member has so many bytes or up to twice as many: readers refuse long
/// comments.
const PIECE_BYTES: u64 = 16 << 10;

/// Bytes of exactly the length of `span` that readers pass over or take for records which say what
/// was here. Nothing for a span too small for that: it is left as it is and stays a gap for readers.
pub(super) fn filler(codec: WarcCodec, span: &Range<u64>) -> Vec<u8> {
    let filler = match codec {
        WarcCodec::Gzip => {
            pieces(span).map(|piece| gzip(&record(&piece), length(&piece))).collect()
        }
        WarcCodec::Zstd => zstd(&record(span), length(span)).map(|it| vec![it]),
    };
    filler.unwrap_or_default().concat()
}

fn pieces(span: &Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let mut left = span.clone();
    std::iter::from_fn(move || {
        let bytes = left.end - left.start;
        let piece =
            left.start..left.start + if bytes < 2 * PIECE_BYTES { bytes } else { PIECE_BYTES };
        left.start = piece.end;
        (bytes > 0).then_some(piece)
    })
}

fn length(span: &Range<u64>) -> usize {
    usize::try_from(span.end - span.start).unwrap_or(usize::MAX)
}

fn record(span: &Range<u64>) -> Vec<u8> {
    let text = "damaged bytes were here";
    format!(
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:crawler:damaged:{}-{}>\r\n\
         WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n\r\n{text}\r\n\r\n",
        span.start,
        span.end,
        text.len()
    )
    .into_bytes()
}

/// A member whose rest is a comment in the gzip header (RFC 1952, FCOMMENT).
fn gzip(record: &[u8], length: usize) -> Option<Vec<u8>> {
    const HAS_COMMENT: u8 = 16;
    let mut deflated = Vec::new();
    let mut deflate =
        flate2::write::DeflateEncoder::new(&mut deflated, flate2::Compression::best());
    // Writing to a Vec cannot fail.
    let _ = deflate.write_all(record);
    drop(deflate);
    let mut crc = flate2::Crc::new();
    crc.update(record);
    let fixed = 10 + 1 + deflated.len() + 8;
    let comment = length.checked_sub(fixed)?;
    let mut member = vec![0x1f, 0x8b, 8, HAS_COMMENT, 0, 0, 0, 0, 0, 255];
    member.resize(member.len() + comment, b' ');
    member.push(0);
    member.extend_from_slice(&deflated);
    member.extend_from_slice(&crc.sum().to_le_bytes());
    member.extend_from_slice(&crc.amount().to_le_bytes());
    Some(member)
}

/// A frame and a skippable one behind it (RFC 8878, 3.1.2), or that alone.
fn zstd(record: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::default();
    // A parameter that zstd has.
    let _ = compressor.include_checksum(true);
    let frame = compressor.compress(record).unwrap_or_default();
    let rest = length.checked_sub(frame.len()).filter(|rest| *rest == 0 || *rest >= SKIPPABLE_MIN);
    match rest {
        Some(rest) => Some([frame, skippable(rest)].concat()),
        None => (length >= SKIPPABLE_MIN).then(|| skippable(length)),
    }
}

/// Magic number and length of a skippable frame.
const SKIPPABLE_MIN: usize = 8;

/// Skippable frames of this length together, of which one has at most 4 GiB.
fn skippable(length: usize) -> Vec<u8> {
    const CONTENT_BYTES_MAX: usize = 1 << 30;
    let mut frames = Vec::with_capacity(length);
    while frames.len() < length {
        let left = length - frames.len() - SKIPPABLE_MIN;
        // What is left behind this one must have room for a head.
        let content =
            if left > CONTENT_BYTES_MAX { left.div_ceil(2).min(CONTENT_BYTES_MAX) } else { left };
        frames.extend_from_slice(&[0x50, 0x2a, 0x4d, 0x18]);
        frames.extend_from_slice(&u32::try_from(content).unwrap_or(u32::MAX).to_le_bytes());
        frames.resize(frames.len() + content, 0);
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WarcReader;
    use std::path::Path;

    #[test]
    fn fillers_have_the_length_of_the_gap_and_are_read_over() {
        for codec in WarcCodec::ALL {
            let mut records = 0;
            for length in (0..600).chain([40_000, 70_000, 1_000_000]) {
                let filler = filler(codec, &(100..100 + length));
                if filler.is_empty() {
                    assert!(length < 250, "{codec:?} {length}");
                    continue;
                }
                assert_eq!(filler.len() as u64, length, "{codec:?}");
                for record in WarcReader::new(Path::new("a"), &*filler, 0) {
                    assert_eq!(record.unwrap().block(), b"damaged bytes were here");
                    records += 1;
                }
            }
            assert!(records > 300, "{codec:?}: {records}");
        }
    }
}
