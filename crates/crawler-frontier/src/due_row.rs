//! The index of hosts by the time they are due.

use crawler_politeness::UnixMillis;
use crawler_url::{HostHash, Slot};

/// Where a host with queued URLs stands in the index. There is at least one row for each such
/// host, in memory or not; its time is that of the last time the host left memory, so a host in
/// memory may be due later than its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DueKey {
    pub(crate) slot: Slot,
    pub(crate) at: UnixMillis,
    pub(crate) host: HostHash,
}

impl DueKey {
    /// Slot 2 bytes, time 8, host hash 8, big endian: sorts by slot, then time.
    pub(crate) const LEN: usize = 18;

    pub(crate) fn new(host: HostHash, at: UnixMillis) -> Self {
        Self { slot: host.slot(), at, host }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..2].copy_from_slice(&self.slot.get().to_be_bytes());
        bytes[2..10].copy_from_slice(&self.at.0.to_be_bytes());
        bytes[10..].copy_from_slice(&self.host.0.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = <&[u8; Self::LEN]>::try_from(bytes).ok()?;
        let (slot, rest) = bytes.split_first_chunk::<2>()?;
        let (at, host) = rest.split_first_chunk::<8>()?;
        let host = HostHash(u64::from_be_bytes(host.try_into().ok()?));
        let slot = Slot::new(u16::from_be_bytes(*slot))?;
        let at = UnixMillis(u64::from_be_bytes(*at));
        (host.slot() == slot).then_some(Self { slot, at, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(host: u64, at: u64) -> DueKey {
        DueKey::new(HostHash(host), UnixMillis(at))
    }

    #[test]
    fn bytes_sort_by_slot_then_time() {
        let keys = [key(9, 1), key(2, 300), key(7, 300), key(1, 301), key(1 << 60, 0)];
        for pair in keys.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].to_bytes() < pair[1].to_bytes());
        }
        for key in keys {
            assert_eq!(DueKey::from_bytes(&key.to_bytes()), Some(key));
        }
    }

    #[test]
    fn foreign_bytes_are_refused() {
        let good = key(5 << 54, 7).to_bytes();
        let mut elsewhere = good;
        elsewhere[1] ^= 1;
        assert_eq!(DueKey::from_bytes(&elsewhere), None, "a host of another slot");
        assert_eq!(DueKey::from_bytes(&good[..17]), None);
    }
}
