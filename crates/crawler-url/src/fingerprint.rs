//! Fixed-width name of a canonical URL.

use serde::{Deserialize, Serialize};

use crate::host::HostHash;
use crate::slot::Slot;

/// Fixed-width name of a canonical URL: 16 bytes that sort by slot, then host, then URL.
///
/// Within one host two URLs are told apart by 64 bits: among a million URLs of one host the chance
/// that any two are taken for one is about 3 in 10^8; two hosts would have to share a 64-bit hash
/// as well for their URLs to meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of the URL's host key.
    pub host: HostHash,
    /// `xxh3_64` of the canonical URL's text, with the seed of its [`crate::Canonicalizer`].
    pub url: u64,
}

impl Fingerprint {
    /// Bytes of a fingerprint.
    pub const LEN: usize = 16;

    /// Big endian, host first: byte order is the order of fingerprints.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let both = (u128::from(self.host.0) << 64) | u128::from(self.url);
        both.to_be_bytes()
    }

    /// Inverse of [`Fingerprint::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let both = u128::from_be_bytes(bytes);
        Self { host: HostHash((both >> 64) as u64), url: both as u64 }
    }

    /// Slot of the URL's host.
    #[must_use]
    pub fn slot(self) -> Slot {
        self.host.slot()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_keep_value_and_order(a: (u64, u64), b: (u64, u64)) {
            let [a, b] = [a, b].map(|(host, url)| Fingerprint { host: HostHash(host), url });
            prop_assert_eq!(Fingerprint::from_bytes(a.to_bytes()), a);
            prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
            if a.slot() < b.slot() {
                prop_assert!(a < b);
            }
        }
    }
}
