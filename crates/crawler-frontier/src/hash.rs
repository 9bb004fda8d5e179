//! A hasher for keys that are made of hashes and counters already.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type KeyMap<K, V> = HashMap<K, V, BuildHasherDefault<KeyHasher>>;
pub(crate) type KeySet<K> = HashSet<K, BuildHasherDefault<KeyHasher>>;

/// Folds each written integer in with one multiplication: host hashes and fingerprints are well
/// mixed as they are, sequence numbers are spread by the odd factor.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

/// Odd, from the golden ratio.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        // The high bits are the well mixed ones; the table wants them low.
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64((value >> 64) as u64);
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(FACTOR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hash;

    /// Neighboring sequence numbers must not pile up in few buckets.
    #[test]
    fn counters_are_spread() {
        let buckets: KeySet<u64> = (0..4096u64)
            .map(|seq| {
                let mut hasher = KeyHasher::default();
                (7u64, 3u8, seq).hash(&mut hasher);
                hasher.finish() & 4095
            })
            .collect();
        assert!(buckets.len() > 2000, "{} of 4096 buckets used", buckets.len());
    }
}
