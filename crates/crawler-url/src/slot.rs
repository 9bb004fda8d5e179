//! Which shard owns a host.

use std::fmt;
use std::iter::FusedIterator;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::host::HostHash;

/// Bits of a host hash that name its slot.
const SLOT_BITS: u32 = 10;

/// One of 1024 equal parts of all hosts: the top ten bits of the host hash.
///
/// Slots are what is dealt to shards, so the durable order (by hash) does not depend on how many
/// shards a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u16);

impl Slot {
    /// Number of slots.
    pub const COUNT: u16 = 1 << SLOT_BITS;

    /// The slot with this number; `None` from [`Slot::COUNT`] on.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Slot of a host hash.
    #[must_use]
    pub const fn of(host: HostHash) -> Self {
        Self((host.0 >> (u64::BITS - SLOT_BITS)) as u16)
    }

    /// Number of the slot, `0..1024`.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// All slots in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The shard that owns the slot.
    ///
    /// Every shard owns a contiguous range of slots (`slot * shards / 1024`), and ranges differ
    /// by at most one slot. With more than 1024 shards some own none.
    #[must_use]
    pub fn shard(self, shards: ShardCount) -> ShardId {
        let product = u32::from(self.0) * u32::from(shards.get());
        ShardId((product >> SLOT_BITS) as u16)
    }
}

/// One shard: a thread and the hosts it owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShardId(
    /// Number of the shard, from 0.
    pub u16,
);

impl fmt::Display for ShardId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// How many shards the crawl has: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShardCount(NonZeroU16);

impl ShardCount {
    /// A single shard, which owns every host.
    pub const ONE: Self = Self(NonZeroU16::MIN);

    /// A count of shards; `None` for 0.
    #[must_use]
    pub const fn new(count: u16) -> Option<Self> {
        match NonZeroU16::new(count) {
            Some(count) => Some(Self(count)),
            None => None,
        }
    }

    /// Number of shards.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// All shards in order.
    #[must_use]
    pub fn iter(self) -> ShardIds {
        ShardIds(0..self.get())
    }
}

impl IntoIterator for ShardCount {
    type Item = ShardId;
    type IntoIter = ShardIds;

    fn into_iter(self) -> ShardIds {
        self.iter()
    }
}

impl fmt::Display for ShardCount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// All shards of a [`ShardCount`], in order.
#[derive(Clone, Debug)]
pub struct ShardIds(std::ops::Range<u16>);

impl Iterator for ShardIds {
    type Item = ShardId;

    fn next(&mut self) -> Option<ShardId> {
        self.0.next().map(ShardId)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for ShardIds {}
impl FusedIterator for ShardIds {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_dealt_completely_and_evenly() {
        for count in 1..=64 {
            let shards = ShardCount::new(count).unwrap();
            let mut owned = vec![0_u16; usize::from(count)];
            let mut last = ShardId(0);
            for slot in Slot::all() {
                let shard = slot.shard(shards);
                assert!(shard >= last, "ranges of {count} shards are contiguous");
                last = shard;
                owned[usize::from(shard.0)] += 1;
            }
            let (fewest, most) = (owned.iter().min().unwrap(), owned.iter().max().unwrap());
            assert!(most - fewest <= 1, "{count} shards: {fewest} to {most} slots");
            assert_eq!(owned.iter().sum::<u16>(), Slot::COUNT);
        }
    }

    #[test]
    fn slot_is_the_top_of_the_hash() {
        assert_eq!(Slot::of(HostHash(0)).get(), 0);
        assert_eq!(Slot::of(HostHash(u64::MAX)).get(), 1023);
        assert_eq!(Slot::of(HostHash(1 << 54)).get(), 1);
        assert_eq!(Slot::new(1024), None);
        assert_eq!(Slot::new(1023).map(Slot::get), Some(1023));
    }

    #[test]
    fn shard_counts_iterate() {
        assert_eq!(ShardCount::new(0), None);
        let ids: Vec<u16> = ShardCount::new(3).unwrap().iter().map(|shard| shard.0).collect();
        assert_eq!(ids, [0, 1, 2]);
        assert_eq!(ShardCount::new(u16::MAX).unwrap().iter().len(), 65_535);
    }

    #[test]
    fn more_shards_than_slots_stay_in_range() {
        let shards = ShardCount::new(u16::MAX).unwrap();
        assert!(Slot::all().all(|slot| slot.shard(shards).0 < shards.get()));
    }
}
