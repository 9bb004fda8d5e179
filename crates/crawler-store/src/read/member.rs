//! One member or frame of a WARC file, inflated; or a record that is not compressed.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use crate::codec::WarcCodec;

/// Frames whose window is larger than 2^27 bytes are refused: the limit that zstd's own tools have,
/// 16 times what every reader must take (IIPC, Zstandard Compression for WARC Files, section 5).
const WINDOW_LOG_MAX: u32 = 27;
/// First byte of the magic number of a dictionary for all frames of a file (section 4.2).
const DICTIONARY: u8 = 0x5d;

/// A record that is not compressed begins so.
pub(super) const PLAIN: [u8; 4] = *b"WARC";
/// A record header longer than this is refused.
pub(super) const HEADER_BYTES_MAX: usize = 256 * 1024;

/// What comes next in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Member(WarcCodec),
    /// The rest of a record of which [`PLAIN`] has been read.
    Plain,
    End,
}

/// Passes over zstd's skippable frames, which may stand between records (section 4.3).
pub(super) fn next_member(source: &mut impl BufRead) -> io::Result<Next> {
    loop {
        let first = source.fill_buf()?.first().copied();
        match first {
            None => return Ok(Next::End),
            Some(0x50..=0x5f) => {
                if is_plain(source)? {
                    return Ok(Next::Plain);
                }
            }
            Some(first) if WarcCodec::Zstd.magic().first() == Some(&first) => {
                return Ok(Next::Member(WarcCodec::Zstd));
            }
            // What is no member at all is refused as a damaged one.
            Some(_) => return Ok(Next::Member(WarcCodec::Gzip)),
        }
    }
}

/// Tells whether a record begins, or passes over a skippable frame: magic number, length, and so many
/// bytes (RFC 8878, 3.1.2).
fn is_plain(source: &mut impl BufRead) -> io::Result<bool> {
    let mut head = [0; 4];
    source.read_exact(&mut head)?;
    if head == PLAIN {
        return Ok(true);
    }
    let [kind, magic @ ..] = head;
    if magic != [0x2a, 0x4d, 0x18] {
        return Err(io::Error::new(ErrorKind::InvalidData, "no member begins here"));
    }
    if kind == DICTIONARY {
        let reason = "its frames need a dictionary, which this program does not use: \
                      recompress the file without one";
        return Err(io::Error::new(ErrorKind::InvalidData, reason));
    }
    let mut length = [0; 4];
    source.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    if io::copy(&mut source.take(length), &mut io::sink())? < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(false)
}

/// The record of which [`PLAIN`] was read, as far as its header says; whether that is right is for
/// whoever takes it apart. `None` when the header has no end or does not tell the length.
pub(super) fn plain_record(
    source: &mut impl BufRead,
    bytes_max: u64,
) -> io::Result<Option<Vec<u8>>> {
    let mut data = PLAIN.to_vec();
    let mut length = None;
    loop {
        let begun = data.len();
        let room = HEADER_BYTES_MAX.saturating_sub(begun) as u64;
        source.by_ref().take(room).read_until(b'\n', &mut data)?;
        let line = data.get(begun..).unwrap_or_default();
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        if line == b"\r\n" {
            break;
        }
        let line = String::from_utf8_lossy(line);
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| is_length(name)) {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else { return Ok(None) };
    // Two line ends follow the block.
    let rest = length.saturating_add(4).min(bytes_max);
    source.take(rest).read_to_end(&mut data)?;
    Ok(Some(data))
}

fn is_length(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("Content-Length")
}

/// The content of the member at which `source` stands, of which more than `bytes_max` is not read;
/// `source` stands behind it then. Checksums are compared.
pub(super) fn inflate(
    codec: WarcCodec,
    source: &mut impl BufRead,
    bytes_max: u64,
) -> Result<Vec<u8>, String> {
    let mut data = Vec::new();
    let read = match codec {
        WarcCodec::Gzip => GzDecoder::new(source).take(bytes_max).read_to_end(&mut data),
        WarcCodec::Zstd => zstd_frame(source, bytes_max, &mut data),
    };
    let what = match codec {
        WarcCodec::Gzip => "gzip member",
        WarcCodec::Zstd => "zstd frame",
    };
    read.map(|_| data).map_err(|error| format!("{what}: {error}"))
}

fn zstd_frame(source: &mut impl BufRead, bytes_max: u64, data: &mut Vec<u8>) -> io::Result<usize> {
    let mut decoder = zstd::Decoder::with_buffer(source)?.single_frame();
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    decoder.take(bytes_max).read_to_end(data)
}
