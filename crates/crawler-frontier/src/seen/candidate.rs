//! Keys that wait for judgement, as integers that sort by key, then by discovery.

use super::key::SeenKey;

const ORDINAL_BITS: u32 = 32;

/// A key with its place in its batch: 80 bits above 32.
#[inline]
pub(super) fn candidate(key: SeenKey, ordinal: usize) -> u128 {
    (key.bits() << ORDINAL_BITS) | u128::from(ordinal as u32)
}

#[inline]
pub(super) fn key_bits(candidate: u128) -> u128 {
    candidate >> ORDINAL_BITS
}

#[inline]
pub(super) fn ordinal(candidate: u128) -> u32 {
    candidate as u32
}
