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
    assert_eq!(decode(&body, Some(coding), LIMITS), decoded, "what went before leaves no trace");
});
