//! Brotli (RFC 7932): in one go when the body is whole, else as far as it goes.

use super::DecodeEnd;
use super::stream::{Stretch, read_all, reserved};
use mbrotli::{
    DecodeConfigError, DecodeLimits, DecodeStreamConfig, DecoderConfig, Decompressor,
    RetentionPolicy, WindowLimit,
};
use std::io::{self, Read};

/// Larger windows are no part of RFC 7932, and so not of this coding.
const WINDOW: WindowLimit = match WindowLimit::standard(24) {
    Ok(window) => window,
    Err(_) => panic!("RFC 7932 9.1 has windows of 10 to 24 bits"),
};
const CONFIG: DecoderConfig = DecoderConfig::new().with_window_limit(WINDOW);
/// Tables are kept from body to body; the window that a damaged body needed is not.
const KEPT_BYTES_MAX: usize = 512 * 1024;

pub(super) fn decompressor() -> Result<Decompressor, DecodeConfigError> {
    let retention = RetentionPolicy::Bounded { max_bytes: KEPT_BYTES_MAX };
    Decompressor::builder(CONFIG).with_retention(retention).build()
}

pub(super) fn decode(decompressor: &mut Decompressor, body: &[u8], bytes_max: usize) -> Stretch {
    one_go(decompressor, body, bytes_max).map_or_else(
        || piece_by_piece(decompressor, body, bytes_max),
        |bytes| Stretch { bytes, end: DecodeEnd::Complete },
    )
}

/// The output is the window, too. `None` for a body that is damaged, larger than allowed or followed
/// by something else.
fn one_go(decompressor: &mut Decompressor, body: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let limits = DecodeLimits::default().with_max_output_bytes(Some(bytes_max as u64));
    decompressor.reconfigure(CONFIG.with_limits(limits)).ok()?;
    let mut bytes = reserved(body.len(), bytes_max);
    decompressor.decompress_into(body, &mut bytes).ok()?;
    Some(bytes)
}

fn piece_by_piece(decompressor: &mut Decompressor, body: &[u8], bytes_max: usize) -> Stretch {
    match reader(decompressor, body) {
        Ok(reader) => read_all(reader, body.len(), bytes_max),
        Err(error) => Stretch::failed(&error),
    }
}

fn reader(decompressor: &mut Decompressor, body: &[u8]) -> io::Result<impl Read> {
    decompressor.reconfigure(CONFIG).map_err(io::Error::other)?;
    Ok(decompressor.reader(body, DecodeStreamConfig::default())?)
}
