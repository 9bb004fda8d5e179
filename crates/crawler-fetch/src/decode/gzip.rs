//! gzip (RFC 1952): in one go when the body looks ordinary, else member by member.

use super::stream::{Stretch, read_more};
use super::{DecodeEnd, spare};
use flate2::bufread::GzDecoder;
use libdeflater::Decompressor;
use memchr::memmem;

/// What every member begins with: magic number and the deflate method.
const MEMBER_START: &[u8] = &[0x1f, 0x8b, 8];
/// Header and trailer of the smallest member.
const MEMBER_BYTES_MIN: usize = 18;
/// Size that is worth reserving on the word of the trailer alone, per coded byte. Deflate can do
/// 1032, but then the trailer is as likely cut off and the size a random number.
const TRUSTED_RATIO_MAX: usize = 64;
/// Members of one body. An empty one is 20 bytes and costs a decompressor, so their number is what
/// a hostile body would raise.
const MEMBERS_MAX: usize = 1024;

pub(super) fn decode(decompressor: &mut Decompressor, body: &[u8], bytes_max: usize) -> Stretch {
    one_go(decompressor, body, bytes_max).map_or_else(
        || members(body, bytes_max),
        |bytes| Stretch { bytes, end: DecodeEnd::Complete },
    )
}

/// A single member with nothing behind it, or `None` if it cannot be shown to be one.
fn one_go(decompressor: &mut Decompressor, body: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let size = declared_size(body)?;
    let trusted = body.len().saturating_mul(TRUSTED_RATIO_MAX).min(bytes_max);
    // The decompressor stops at the end of the first member without telling where that was. A
    // second one cannot hide: the bytes it would begin with are looked for in all of the body,
    // and a chance hit only costs the slower way.
    if size > trusted || memmem::find(&body[1..], MEMBER_START).is_some() {
        return None;
    }
    let mut bytes = spare::stale(size);
    let decoded = decompressor.gzip_decompress(body, &mut bytes).ok()?;
    (decoded == size).then_some(bytes)
}

/// The trailer's last field: the size modulo 2^32 (RFC 1952 2.3.1).
fn declared_size(body: &[u8]) -> Option<usize> {
    if body.len() < MEMBER_BYTES_MIN || !body.starts_with(MEMBER_START) {
        return None;
    }
    let field = body.last_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*field)).ok()
}

/// All members one after another; whatever follows that is no member is ignored, as browsers do.
fn members(body: &[u8], bytes_max: usize) -> Stretch {
    let mut bytes = Vec::new();
    let mut rest = body;
    for _ in 0..MEMBERS_MAX {
        let mut member = GzDecoder::new(rest);
        let end = read_more(&mut member, &mut bytes, bytes_max);
        if end != DecodeEnd::Complete {
            return Stretch { bytes, end };
        }
        rest = member.into_inner();
        if !rest.starts_with(MEMBER_START) {
            return Stretch { bytes, end };
        }
    }
    Stretch { bytes, end: DecodeEnd::Limit }
}
