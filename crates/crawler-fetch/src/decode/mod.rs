//! Content decoding (RFC 9110 8.4) within limits.

mod brotli;
mod gzip;
mod spare;
mod stream;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use std::cell::RefCell;
use std::io;
use stream::Stretch;

/// Codings of one body; more are only seen in attacks.
const CODINGS_MAX: usize = 2;
/// The decoded size below which [`DecodeLimits::ratio_max`] does not count: markup that is small in
/// total may well shrink a thousandfold.
const RATIO_FREE_BYTES: usize = 1024 * 1024;

/// Bounds of what a body may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Decoded bytes.
    pub bytes_max: usize,
    /// Decoded bytes per received byte; does not count up to 1 MiB decoded.
    pub ratio_max: u32,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { bytes_max: 64 * 1024 * 1024, ratio_max: 200 }
    }
}

/// A decoded body, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What could be decoded; the body itself when its coding is unsupported.
    pub bytes: Bytes,
    /// Whether that is all.
    pub end: DecodeEnd,
}

/// How decoding ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeEnd {
    /// All of the body is decoded.
    Complete,
    /// A limit was reached; the bytes so far are there.
    Limit,
    /// The body is damaged or cut off; the bytes up to there are there.
    Corrupt(String),
    /// This content coding is not known, or there are too many of them.
    Unsupported(String),
}

/// Undoes the codings named by a `Content-Encoding` header: `gzip`, `x-gzip`, `deflate` (zlib or
/// raw), `br`, `zstd`, `identity`, at most two of them. An uncoded body is returned without a copy.
#[must_use]
pub fn decode(body: &Bytes, content_encoding: Option<&str>, limits: DecodeLimits) -> Decoded {
    thread_local! {
        static DECODER: RefCell<Decoder> = RefCell::new(Decoder::new());
    }
    let codings = match content_encoding.map_or(Ok(Codings::default()), Codings::parse) {
        Ok(codings) => codings,
        Err(name) => {
            return Decoded { bytes: body.clone(), end: DecodeEnd::Unsupported(name) };
        }
    };
    if codings.count == 0 || body.is_empty() {
        return Decoded { bytes: body.clone(), end: DecodeEnd::Complete };
    }
    DECODER.with_borrow_mut(|decoder| decoder.undo(body, &codings, limits))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// In the order they were applied.
#[derive(Default)]
struct Codings {
    list: [Option<Coding>; CODINGS_MAX],
    count: usize,
}

impl Codings {
    /// The error names what is unsupported.
    fn parse(header: &str) -> Result<Self, String> {
        let mut codings = Self::default();
        for name in header.split(',').map(str::trim) {
            let Some(coding) = coding_named(name)? else { continue };
            let Some(place) = codings.list.get_mut(codings.count) else {
                return Err(format!("more than {CODINGS_MAX} codings"));
            };
            *place = Some(coding);
            codings.count += 1;
        }
        Ok(codings)
    }
}

/// `None` for the identity; names are case-insensitive (RFC 9110 8.4.1).
fn coding_named(name: &str) -> Result<Option<Coding>, String> {
    const NAMES: [(&str, Option<Coding>); 8] = [
        ("gzip", Some(Coding::Gzip)),
        ("br", Some(Coding::Brotli)),
        ("zstd", Some(Coding::Zstd)),
        ("deflate", Some(Coding::Deflate)),
        ("x-gzip", Some(Coding::Gzip)),
        ("identity", None),
        ("none", None),
        ("", None),
    ];
    NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, coding)| *coding)
        .ok_or_else(|| name.to_owned())
}

/// Decompressors that are costly to make, reused from body to body.
struct Decoder {
    gzip: libdeflater::Decompressor,
    brotli: Result<mbrotli::Decompressor, mbrotli::DecodeConfigError>,
    zstd: Option<zstd::zstd_safe::DCtx<'static>>,
}

impl Decoder {
    fn new() -> Self {
        Self { gzip: libdeflater::Decompressor::new(), brotli: brotli::decompressor(), zstd: None }
    }

    fn undo(&mut self, body: &Bytes, codings: &Codings, limits: DecodeLimits) -> Decoded {
        let by_ratio = body.len().saturating_mul(limits.ratio_max as usize);
        let bytes_max = limits.bytes_max.min(by_ratio.max(RATIO_FREE_BYTES));
        let mut bytes = body.clone();
        let mut end = DecodeEnd::Complete;
        for coding in codings.list.iter().rev().flatten() {
            let stretch = self.undo_one(*coding, &bytes, bytes_max);
            bytes = spare::lend(stretch.bytes);
            // The first thing that went wrong explains what follows from it.
            if end == DecodeEnd::Complete {
                end = stretch.end;
            }
        }
        Decoded { bytes, end }
    }

    fn undo_one(&mut self, coding: Coding, body: &[u8], bytes_max: usize) -> Stretch {
        match coding {
            Coding::Gzip => gzip::decode(&mut self.gzip, body, bytes_max),
            Coding::Deflate => stream::deflate(body, bytes_max),
            Coding::Brotli => match &mut self.brotli {
                Ok(decompressor) => brotli::decode(decompressor, body, bytes_max),
                Err(error) => Stretch::failed(&io::Error::other(*error)),
            },
            Coding::Zstd => match self.zstd_context() {
                Ok(context) => stream::zstd(context, body, bytes_max),
                Err(error) => Stretch::failed(&error),
            },
        }
    }

    fn zstd_context(&mut self) -> io::Result<&mut zstd::zstd_safe::DCtx<'static>> {
        if self.zstd.is_none() {
            self.zstd = Some(stream::zstd_context()?);
        }
        self.zstd.as_mut().ok_or_else(|| io::Error::other("no zstd context"))
    }
}
