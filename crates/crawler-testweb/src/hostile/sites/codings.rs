//! Content codings: bombs, damage and lies.

use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::hostile::site::{Outcome, Site, Step, answer, partial};

/// What the bombs decode to: more than any ratio between coded and decoded that a page has.
const BOMB_BYTES: usize = 32 << 20;

pub(super) fn sites() -> io::Result<Vec<Site>> {
    let zeros = vec![0; BOMB_BYTES];
    let gzip = gzip(&zeros)?;
    let text = gzip_of_text()?;
    let (limit, damaged) = (partial("limit"), partial("damaged"));
    let cut = text[..text.len() / 2].to_vec();
    let mut flipped = text.clone();
    flipped[20..40].fill(0xff);
    Ok(vec![
        coded("gzip-twice", "gzip, gzip", self::gzip(&gzip)?, limit),
        coded("gzip-bomb", "gzip", gzip, limit),
        coded("brotli-bomb", "br", brotli(&zeros)?, limit),
        coded("zstd-bomb", "zstd", zstd_of_zeros(), limit),
        coded("zstd-window", "zstd", zstd_with_window(), damaged),
        coded("gzip-cut", "gzip", cut, damaged),
        coded("gzip-damaged", "gzip", flipped, damaged),
        coded("no-gzip", "gzip", b"<p>plain text</p>".to_vec(), damaged),
        coded("unknown-coding", "x-unheard-of", text.clone(), partial("unknown")),
        coded("many-codings", "gzip, gzip, gzip, gzip", text, partial("unknown")),
    ])
}

/// `data` as a gzip file.
pub(super) fn gzip(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data)?;
    encoder.finish()
}

/// The bomb as a body with `Content-Encoding: gzip`.
pub(super) fn gzip_bomb(content_type: &str) -> io::Result<Vec<Step>> {
    let headers = format!("Content-Type: {content_type}\r\nContent-Encoding: gzip\r\n");
    Ok(answer("200 OK", &headers, gzip(&vec![b'\n'; BOMB_BYTES])?))
}

fn coded(label: &'static str, coding: &str, body: Vec<u8>, outcome: Outcome) -> Site {
    let headers = format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
    Site::new(label, answer("200 OK", &headers, body), outcome)
}

fn gzip_of_text() -> io::Result<Vec<u8>> {
    let lines: Vec<_> = (0..500).map(|n: u32| format!("<p>line {}</p>\n", n * n)).collect();
    gzip(lines.concat().as_bytes())
}

fn brotli(mut data: &[u8]) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 5, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut data, &mut packed, &params)?;
    Ok(packed)
}

/// Magic number of a zstd frame (RFC 8878 section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Blocks that each repeat one byte 128 Ki times (RFC 8878 section 3.1.1.2).
fn zstd_of_zeros() -> Vec<u8> {
    const BLOCK_BYTES: usize = 128 << 10;
    const RLE: usize = 1;
    let mut frame = ZSTD_MAGIC.to_vec();
    // No content size, no checksum; a window of 1 MiB.
    frame.extend([0, 10 << 3]);
    let blocks = BOMB_BYTES / BLOCK_BYTES;
    for block in 0..blocks {
        let is_last = usize::from(block + 1 == blocks);
        let header = (BLOCK_BYTES << 3) | (RLE << 1) | is_last;
        frame.extend_from_slice(&(header as u32).to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// A frame that wants a window of 2 GiB, far above what RFC 9659 allows.
fn zstd_with_window() -> Vec<u8> {
    let mut frame = ZSTD_MAGIC.to_vec();
    frame.extend([0, 21 << 3, 1, 0, 0]);
    frame
}
