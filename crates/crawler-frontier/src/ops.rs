//! Changes on their way from a shard to the store-writer thread.

use crate::chunk;
use crate::due_row::DueKey;
use crate::hash::KeyMap;
use crate::host_row::{Appended, HostRow};
use crate::key::QueueKey;
use crate::page::PageMemory;
use crate::robots_row::{RobotsKey, RobotsMemory};
use crate::seen::RunMeta;
use crate::seen_row::SeenRowKey;
use crate::slot_row::SlotRow;
use crawler_url::{Fingerprint, HostHash, Slot};

/// Everything a shard changed since it last handed over, to become durable in one step.
///
/// Changes of one shard must be merged and committed in the order of their numbers. Changes of
/// different shards are about different hosts and may be merged in any order.
#[derive(Debug, Default)]
pub struct Ops {
    number: u64,
    /// Chunks of the queue, each at the place of its first URL.
    pub(crate) queue: KeyMap<QueueKey, RowOp<Vec<u8>>>,
    /// Only the newest row of a host counts.
    pub(crate) hosts: KeyMap<HostHash, HostRow>,
    /// URLs queued for hosts that are not in memory.
    pub(crate) appended: KeyMap<(HostHash, u64), RowOp<Appended>>,
    pub(crate) due: KeyMap<DueKey, DueOp>,
    pub(crate) slots: KeyMap<Slot, SlotRow>,
    /// Keys let through and candidates not yet judged.
    pub(crate) seen: KeyMap<SeenRowKey, RowOp<Vec<u8>>>,
    /// Finished files of the seen set.
    pub(crate) runs: Vec<RunMeta>,
    pub(crate) robots: KeyMap<RobotsKey, RobotsMemory>,
    pub(crate) pages: KeyMap<Fingerprint, PageMemory>,
    pub(crate) seeds: Vec<Box<str>>,
    /// No place in a queue was dealt from here on.
    pub(crate) next_seq: u64,
}

/// What happens to a row whose key is used once: inserted, then removed.
#[derive(Debug)]
pub(crate) enum RowOp<T> {
    Insert(T),
    Remove,
}

/// What happens to a row that may come back: the last word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DueOp {
    Insert,
    Remove,
}

/// Rows that room is made for in advance.
const RESERVED_MAX: usize = 1 << 14;
/// What a URL takes in a chunk beside its record, mostly.
const CHUNK_ENTRY_BYTES: usize = 4;

impl Ops {
    /// Counts the hand-overs of one shard from 1. Merged changes carry the highest number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows to write.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
            + self.hosts.len()
            + self.appended.len()
            + self.due.len()
            + self.slots.len()
            + self.seen.len()
            + self.runs.len()
            + self.robots.len()
            + self.pages.len()
            + self.seeds.len()
    }

    /// Adds later changes. A chunk that came and went in between leaves no trace to be written.
    pub fn merge(&mut self, later: Ops) {
        let number = self.number.max(later.number);
        let next_seq = self.next_seq.max(later.next_seq);
        if self.is_empty() {
            *self = later;
        } else {
            merge_rows(&mut self.queue, later.queue);
            merge_rows(&mut self.appended, later.appended);
            merge_rows(&mut self.seen, later.seen);
            self.hosts.extend(later.hosts);
            self.due.extend(later.due);
            self.slots.extend(later.slots);
            self.runs.extend(later.runs);
            self.robots.extend(later.robots);
            self.pages.extend(later.pages);
            self.seeds.extend(later.seeds);
        }
        (self.number, self.next_seq) = (number, next_seq);
    }

    /// Queues a URL at place `seq`, in a chunk that is not handed over yet or begins with it.
    pub(crate) fn append(&mut self, chunk: QueueKey, seq: u64, record: &[u8]) {
        let new = || RowOp::Insert(Vec::with_capacity(record.len() + CHUNK_ENTRY_BYTES));
        let row = self.queue.entry(chunk).or_insert_with(new);
        if let RowOp::Insert(row) = row {
            chunk::push(row, seq.saturating_sub(chunk.seq), record);
        }
    }

    /// Removes a chunk.
    pub(crate) fn remove(&mut self, key: QueueKey) {
        remove_row(&mut self.queue, key);
    }

    /// Hands everything over under `number`, and makes room for as much again.
    pub(crate) fn take(&mut self, number: u64, next_seq: u64) -> Ops {
        let mut taken = std::mem::take(self);
        (taken.number, taken.next_seq) = (number, next_seq);
        self.queue.reserve(taken.queue.len().min(RESERVED_MAX));
        self.hosts.reserve(taken.hosts.len().min(RESERVED_MAX));
        taken
    }
}

/// Removes a row that was inserted earlier, here or in the store.
pub(crate) fn remove_row<K: Eq + std::hash::Hash, T>(rows: &mut KeyMap<K, RowOp<T>>, key: K) {
    // Each key is inserted once: an insert still waiting here was never written.
    if let Some(RowOp::Insert(_)) = rows.remove(&key) {
        return;
    }
    rows.insert(key, RowOp::Remove);
}

fn merge_rows<K: Eq + std::hash::Hash, T>(
    rows: &mut KeyMap<K, RowOp<T>>,
    later: KeyMap<K, RowOp<T>>,
) {
    for (key, op) in later {
        match op {
            RowOp::Insert(row) => {
                rows.insert(key, RowOp::Insert(row));
            }
            RowOp::Remove => remove_row(rows, key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Class;
    use crate::host_row::HostTotals;
    use crawler_politeness::Pace;

    fn key(seq: u64) -> QueueKey {
        QueueKey { host: HostHash(1), class: Class::SEED, seq }
    }

    fn row(done: u64) -> HostRow {
        HostRow {
            key: "example.com".parse().unwrap(),
            pace: Pace::default(),
            classes: Vec::new(),
            totals: HostTotals { done, ..HostTotals::default() },
        }
    }

    fn ops(number: u64, changes: impl FnOnce(&mut Ops)) -> Ops {
        let mut ops = Ops::default();
        changes(&mut ops);
        ops.take(number, number * 10)
    }

    #[test]
    fn a_chunk_that_came_and_went_is_not_written() {
        let mut first = ops(1, |ops| {
            ops.append(key(1), 1, b"a");
            ops.append(key(2), 2, b"b");
            ops.append(key(2), 3, b"c");
            ops.remove(key(2));
        });
        assert_eq!(first.len(), 1);
        first.merge(ops(2, |ops| {
            ops.remove(key(1));
            ops.remove(key(0));
        }));
        assert_eq!((first.number(), first.next_seq), (2, 20));
        assert_eq!(first.len(), 1);
        assert!(matches!(first.queue.get(&key(0)), Some(RowOp::Remove)));
    }

    #[test]
    fn the_last_word_on_a_host_counts() {
        let due = DueKey::new(HostHash(1), crawler_politeness::UnixMillis(5));
        let mut first = ops(1, |ops| {
            ops.hosts.insert(HostHash(1), row(1));
            ops.due.insert(due, DueOp::Insert);
        });
        first.merge(ops(2, |ops| {
            ops.hosts.insert(HostHash(1), row(2));
            ops.due.insert(due, DueOp::Remove);
        }));
        assert_eq!(first.hosts[&HostHash(1)].totals.done, 2);
        assert_eq!(first.due[&due], DueOp::Remove, "it may stand in the store since long ago");
        let mut empty = Ops::default();
        empty.merge(first);
        assert_eq!((empty.number(), empty.len()), (2, 2));
        empty.merge(Ops::default());
        assert_eq!((empty.number(), empty.len()), (2, 2));
    }
}
