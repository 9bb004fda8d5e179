//! Any bytes in any content coding: never more than the limits allow. The first byte chooses.
#![no_main]

use bytes::Bytes;
use crawler_fetch::{DecodeEnd, DecodeLimits, decode};
use libfuzzer_sys::fuzz_target;

const CODINGS: [&str; 8] =
    ["gzip", "deflate", "br", "zstd", "gzip, br", "zstd, deflate", "x-gzip, gzip", "identity, x"];
const LIMITS: DecodeLimits = DecodeLimits { bytes_max: 1 << 16, ratio_max: 50 };

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let coding = CODINGS[usize::from(*choice) % CODINGS.len()];
    let body = Bytes::copy_from_slice(body);
    let decoded = decode(&body, Some(coding), LIMITS);
    if !matches!(decoded.end, DecodeEnd::Unsupported(_)) {
        assert!(decoded.bytes.len() <= LIMITS.bytes_max.max(body.len()));
    }
    let again = decode(&body, Some(coding), LIMITS);
    // How zstd words some damage depends on the room that earlier bodies had it reserve.
    let kinds = [&again.end, &decoded.end].map(std::mem::discriminant);
    assert!(again.bytes == decoded.bytes && kinds[0] == kinds[1], "{again:?} is not {decoded:?}");
});
