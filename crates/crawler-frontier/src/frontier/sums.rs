//! Sums kept, because adding them up would take a walk over all hosts.

use crate::ops::Ops;
use crate::slot_row::SlotRow;
use crawler_url::{HostHash, Slot};

/// Sums over the hosts of a shard, by slot as far as they are durable.
#[derive(Debug, Default)]
pub(super) struct Sums {
    slots: Vec<SlotRow>,
    first_slot: u16,
    /// Slots whose row is to be handed over.
    changed: Vec<bool>,
    all: SlotRow,
    /// Hosts in memory with URLs not settled.
    pub(super) hosts_queued: usize,
    /// Hosts with a fetch going on.
    pub(super) hosts_in_flight: usize,
}

impl Sums {
    /// For consecutive slots.
    pub(super) fn new(rows: Vec<(Slot, SlotRow)>) -> Self {
        let first_slot = rows.first().map_or(0, |(slot, _)| slot.get());
        let slots: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        let all = SlotRow {
            queued: slots.iter().map(|row| row.queued).sum(),
            seen: slots.iter().map(|row| row.seen).sum(),
            hosts: slots.iter().map(|row| row.hosts).sum(),
        };
        let changed = vec![false; slots.len()];
        Self { slots, first_slot, changed, all, ..Self::default() }
    }

    pub(super) fn queued(&self) -> u64 {
        self.all.queued
    }

    pub(super) fn seen(&self) -> u64 {
        self.all.seen
    }

    pub(super) fn hosts_known(&self) -> u64 {
        self.all.hosts
    }

    /// A URL was let through by the seen set.
    pub(super) fn add_seen(&mut self, host: HostHash) {
        self.all.seen += 1;
        self.change(host, |row| row.seen += 1);
    }

    /// A URL has joined a queue.
    pub(super) fn add_queued(&mut self, host: HostHash) {
        self.all.queued += 1;
        self.change(host, |row| row.queued += 1);
    }

    /// A URL has left its queue for good.
    pub(super) fn drop_queued(&mut self, host: HostHash) {
        self.all.queued = self.all.queued.saturating_sub(1);
        self.change(host, |row| row.queued = row.queued.saturating_sub(1));
    }

    /// A host got its first row.
    pub(super) fn add_host(&mut self, host: HostHash) {
        self.all.hosts += 1;
        self.change(host, |row| row.hosts += 1);
    }

    /// Puts the changed rows into `ops`.
    pub(super) fn hand_over(&mut self, ops: &mut Ops) {
        for (number, changed) in self.changed.iter_mut().enumerate() {
            if std::mem::take(changed)
                && let Some(slot) = Slot::new(self.first_slot + number as u16)
            {
                ops.slots.insert(slot, self.slots[number]);
            }
        }
    }

    fn change(&mut self, host: HostHash, by: impl FnOnce(&mut SlotRow)) {
        let number = usize::from(host.slot().get().wrapping_sub(self.first_slot));
        if let Some(row) = self.slots.get_mut(number) {
            by(row);
            self.changed[number] = true;
        }
    }
}
