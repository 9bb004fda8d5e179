//! Decoding piece by piece: every body that cannot be decoded in one go.

use super::{DecodeEnd, spare};
use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use std::io::{self, Read};
use zstd::zstd_safe::{self, DCtx, DParameter, ResetDirective};

/// Largest zstd window, 8 MiB: what RFC 9659 asks of content codings.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How much larger than coded a decoded body usually is: the first reservation.
const EXPECTED_RATIO: usize = 5;

/// What one coding came to.
pub(super) struct Stretch {
    pub(super) bytes: Vec<u8>,
    pub(super) end: DecodeEnd,
}

impl Stretch {
    pub(super) fn failed(error: &io::Error) -> Self {
        Self { bytes: Vec::new(), end: DecodeEnd::Corrupt(error.to_string()) }
    }
}

/// Zlib as RFC 9110 says, or the raw stream that some servers send instead.
pub(super) fn deflate(body: &[u8], bytes_max: usize) -> Stretch {
    if has_zlib_header(body) {
        let zlib = read_all(ZlibDecoder::new(body), body.len(), bytes_max);
        if !(zlib.bytes.is_empty() && matches!(zlib.end, DecodeEnd::Corrupt(_))) {
            return zlib;
        }
    }
    read_all(DeflateDecoder::new(body), body.len(), bytes_max)
}

/// RFC 1950 2.2.
fn has_zlib_header(body: &[u8]) -> bool {
    match body {
        [cmf, flg, ..] => {
            cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)).is_multiple_of(31)
        }
        _ => false,
    }
}

/// RFC 8878.
pub(super) fn zstd(context: &mut DCtx<'static>, body: &[u8], bytes_max: usize) -> Stretch {
    // An earlier body may have left it in the middle of a frame.
    if let Err(code) = context.reset(ResetDirective::SessionOnly) {
        return Stretch::failed(&io::Error::other(zstd_safe::get_error_name(code)));
    }
    let decoder = zstd::stream::read::Decoder::with_context(body, context);
    read_all(decoder, body.len(), bytes_max)
}

pub(super) fn zstd_context() -> io::Result<DCtx<'static>> {
    let mut context =
        DCtx::try_create().ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
    context
        .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))
        .map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))?;
    Ok(context)
}

/// Reads to the end, to `bytes_max` or to the first error, whichever is first.
pub(super) fn read_all(mut decoder: impl Read, coded_bytes: usize, bytes_max: usize) -> Stretch {
    let mut bytes = reserved(coded_bytes, bytes_max);
    let end = read_more(&mut decoder, &mut bytes, bytes_max);
    Stretch { bytes, end }
}

/// Room for what so many coded bytes probably become.
pub(super) fn reserved(coded_bytes: usize, bytes_max: usize) -> Vec<u8> {
    spare::empty(coded_bytes.saturating_mul(EXPECTED_RATIO).min(bytes_max))
}

/// As [`read_all`], after what is in `bytes` already.
pub(super) fn read_more(
    decoder: &mut impl Read,
    bytes: &mut Vec<u8>,
    bytes_max: usize,
) -> DecodeEnd {
    let room = bytes_max.saturating_sub(bytes.len());
    match decoder.take(room as u64).read_to_end(bytes) {
        Ok(read) if read < room => DecodeEnd::Complete,
        Ok(_) => probe_end(decoder),
        Err(error) => DecodeEnd::Corrupt(error.to_string()),
    }
}

/// Whether anything follows the bytes that just fit.
fn probe_end(decoder: &mut impl Read) -> DecodeEnd {
    let mut one_more = [0_u8; 1];
    match decoder.read(&mut one_more) {
        Ok(0) => DecodeEnd::Complete,
        Ok(_) => DecodeEnd::Limit,
        Err(error) => DecodeEnd::Corrupt(error.to_string()),
    }
}
