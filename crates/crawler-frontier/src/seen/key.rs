//! What the seen set holds of a URL.

use crawler_url::{Fingerprint, HostHash, Slot};
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::xxh3_128_with_seed;

const SLOT_BITS: u32 = 10;
const HASH_BITS: u32 = SeenKey::BITS - SLOT_BITS;

/// A member of the seen set, 80 bits: ten of the slot, then 70 of a hash of the fingerprint.
///
/// Byte order is slot order. The hash is keyed by a secret of the store, so that nobody can choose
/// URLs that are taken for one another. Among a billion URLs spread over the slots the chance that
/// any two share a key is about one in two million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenKey([u8; Self::LEN]);

impl SeenKey {
    /// Bytes of a key.
    pub const LEN: usize = 10;
    const BITS: u32 = 80;

    /// The key of a fingerprint in the store with this seed.
    #[must_use]
    pub fn new(fingerprint: Fingerprint, seed: u64) -> Self {
        let hash = xxh3_128_with_seed(&fingerprint.to_bytes(), seed);
        let slot = u128::from(fingerprint.slot().get());
        Self::from_bits((slot << HASH_BITS) | (hash & ((1 << HASH_BITS) - 1)))
    }

    /// The key as stored, big endian.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        self.0
    }

    /// Inverse of [`SeenKey::to_bytes`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The key as the low 80 bits of an integer, in the same order.
    #[inline]
    pub(super) fn bits(self) -> u128 {
        (u128::from(self.high()) << 64) | u128::from(self.low())
    }

    /// Inverse of [`SeenKey::bits`]; higher bits are ignored.
    #[inline]
    pub(super) fn from_bits(bits: u128) -> Self {
        let mut bytes = [0; Self::LEN];
        bytes[..2].copy_from_slice(&((bits >> 64) as u16).to_be_bytes());
        bytes[2..].copy_from_slice(&(bits as u64).to_be_bytes());
        Self(bytes)
    }

    /// The slot of the URL's host.
    #[must_use]
    pub fn slot(self) -> Slot {
        Slot::of(HostHash(u64::from(self.high()) << 48))
    }

    /// The slot and the first six bits of the hash.
    #[inline]
    pub(super) fn high(self) -> u16 {
        u16::from_be_bytes([self.0[0], self.0[1]])
    }

    /// The last 64 bits of the hash.
    #[inline]
    pub(super) fn low(self) -> u64 {
        let mut low = [0; 8];
        low.copy_from_slice(&self.0[2..]);
        u64::from_be_bytes(low)
    }
}

impl Hash for SeenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.low());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_by_slot_and_keep_their_bits(a: (u64, u64), b: (u64, u64), seed: u64) {
            let [a, b] = [a, b].map(|(host, url)| Fingerprint { host: HostHash(host), url });
            let [key_a, key_b] = [a, b].map(|fingerprint| SeenKey::new(fingerprint, seed));
            prop_assert_eq!(key_a.slot(), a.slot());
            prop_assert_eq!(SeenKey::from_bits(key_a.bits()), key_a);
            prop_assert_eq!(SeenKey::from_bytes(key_a.to_bytes()), key_a);
            prop_assert_eq!(key_a.cmp(&key_b), key_a.bits().cmp(&key_b.bits()));
            prop_assert_eq!(key_a == key_b, a == b);
            if a.slot() < b.slot() {
                prop_assert!(key_a < key_b);
            }
        }

        #[test]
        fn the_seed_decides(host: u64, url: u64, seed: u64) {
            let fingerprint = Fingerprint { host: HostHash(host), url };
            let [one, other] = [seed, seed ^ 1].map(|seed| SeenKey::new(fingerprint, seed));
            prop_assert_ne!(one, other);
        }
    }
}
