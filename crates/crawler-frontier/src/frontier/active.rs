//! The hosts in memory.

use crate::hash::KeyMap;
use crate::host_queue::HostQueue;
use crawler_url::HostHash;

/// Hosts by index and by hash. An index is given to another host once its host has left.
#[derive(Debug, Default)]
pub(super) struct ActiveHosts {
    places: Vec<Option<Box<HostQueue>>>,
    free: Vec<u32>,
    index: KeyMap<HostHash, u32>,
}

impl ActiveHosts {
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn idx(&self, hash: HostHash) -> Option<u32> {
        self.index.get(&hash).copied()
    }

    pub(super) fn get(&self, idx: u32) -> Option<&HostQueue> {
        self.places.get(idx as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, idx: u32) -> Option<&mut HostQueue> {
        self.places.get_mut(idx as usize)?.as_deref_mut()
    }

    /// Takes a host in that is not there yet.
    pub(super) fn add(&mut self, host: HostQueue) -> u32 {
        let hash = host.hash();
        let idx = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() as u32 - 1
        });
        self.index.insert(hash, idx);
        self.places[idx as usize] = Some(Box::new(host));
        idx
    }

    pub(super) fn remove(&mut self, idx: u32) -> Option<Box<HostQueue>> {
        let host = self.places.get_mut(idx as usize)?.take()?;
        self.index.remove(&host.hash());
        self.free.push(idx);
        Some(host)
    }

    /// URLs not settled of each host.
    pub(super) fn lengths(&self) -> impl Iterator<Item = u64> {
        self.places.iter().flatten().map(|host| host.queued())
    }

    /// Indexes of all hosts there may be; some are free.
    pub(super) fn idxs(&self) -> std::ops::Range<u32> {
        0..self.places.len() as u32
    }
}
