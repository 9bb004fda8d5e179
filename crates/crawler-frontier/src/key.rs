//! Key of a queued URL.

use crate::class::Class;
use crawler_url::HostHash;

/// Where a URL stands: its host, its class there, its place in the class. Each key is written
/// once and removed once in the life of a store, because places are never dealt twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QueueKey {
    pub(crate) host: HostHash,
    pub(crate) class: Class,
    pub(crate) seq: u64,
}

impl QueueKey {
    /// Host hash 8 bytes, class 1, place 8, big endian: sorts by slot, host, class, place.
    pub(crate) const LEN: usize = 17;

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&self.host.0.to_be_bytes());
        bytes[8] = self.class.number();
        bytes[9..].copy_from_slice(&self.seq.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (host, rest) = bytes.split_first_chunk::<8>()?;
        let (&class, rest) = rest.split_first()?;
        let seq: [u8; 8] = rest.try_into().ok()?;
        Some(Self {
            host: HostHash(u64::from_be_bytes(*host)),
            class: Class::new(class)?,
            seq: u64::from_be_bytes(seq),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(host: u64, class: u8, seq: u64) -> QueueKey {
        QueueKey { host: HostHash(host), class: Class::new(class).unwrap(), seq }
    }

    #[test]
    fn bytes_sort_as_keys_do() {
        let keys =
            [key(1, 2, 300), key(1, 2, 301), key(1, 15, 0), key(2, 0, 5), key(u64::MAX, 0, 0)];
        for pair in keys.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].to_bytes() < pair[1].to_bytes());
        }
        for key in keys {
            assert_eq!(QueueKey::from_bytes(&key.to_bytes()), Some(key));
        }
    }

    #[test]
    fn foreign_bytes_are_refused() {
        let good = key(7, 3, 9).to_bytes();
        let mut class = good;
        class[8] = 16;
        assert_eq!(QueueKey::from_bytes(&class), None);
        assert_eq!(QueueKey::from_bytes(&good[..16]), None);
        assert_eq!(QueueKey::from_bytes(&[]), None);
        assert_eq!(QueueKey::from_bytes(&[&good[..], &[0]].concat()), None);
    }
}
