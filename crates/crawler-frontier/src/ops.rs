//! Changes on their way from a shard to the store-writer thread.

use crate::hash::KeyMap;
use crate::host_row::HostRow;
use crate::key::QueueKey;
use crate::page::PageMemory;
use crate::record::RecordBytes;
use crawler_url::{Fingerprint, HostHash};

/// Everything a shard changed since it last handed over, to become durable in one step.
///
/// Changes of one shard must be merged and committed in the order of their numbers. Changes of
/// different shards are about different hosts and may be merged in any order.
#[derive(Debug, Default)]
pub struct Ops {
    number: u64,
    pub(crate) queue: KeyMap<QueueKey, QueueOp>,
    /// Only the newest row of a host counts.
    pub(crate) hosts: KeyMap<HostHash, HostRow>,
    /// New members of the seen set, in discovery order.
    pub(crate) fingerprints: Vec<Fingerprint>,
    pub(crate) pages: KeyMap<Fingerprint, PageMemory>,
    pub(crate) seeds: Vec<Box<str>>,
}

/// What happens to a key of the queue.
#[derive(Debug)]
pub(crate) enum QueueOp {
    Insert(RecordBytes),
    Remove,
}

/// Rows that room is made for in advance.
const RESERVED_MAX: usize = 1 << 14;

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
            + self.fingerprints.len()
            + self.pages.len()
            + self.seeds.len()
    }

    /// Adds later changes. A URL that came and went in between leaves no trace to be written.
    pub fn merge(&mut self, later: Ops) {
        let number = self.number.max(later.number);
        if self.is_empty() {
            *self = later;
        } else {
            for (key, op) in later.queue {
                match op {
                    QueueOp::Insert(record) => self.insert(key, record),
                    QueueOp::Remove => self.remove(key),
                }
            }
            self.hosts.extend(later.hosts);
            self.fingerprints.extend(later.fingerprints);
            self.pages.extend(later.pages);
            self.seeds.extend(later.seeds);
        }
        self.number = number;
    }

    pub(crate) fn insert(&mut self, key: QueueKey, record: RecordBytes) {
        self.queue.insert(key, QueueOp::Insert(record));
    }

    pub(crate) fn remove(&mut self, key: QueueKey) {
        // Each key is inserted once: an insert still waiting here was never written.
        if let Some(QueueOp::Insert(_)) = self.queue.remove(&key) {
            return;
        }
        self.queue.insert(key, QueueOp::Remove);
    }

    /// Hands everything over under `number`, and makes room for as much again.
    pub(crate) fn take(&mut self, number: u64) -> Ops {
        let mut taken = std::mem::take(self);
        taken.number = number;
        self.queue.reserve(taken.queue.len().min(RESERVED_MAX));
        self.hosts.reserve(taken.hosts.len().min(RESERVED_MAX));
        self.fingerprints.reserve(taken.fingerprints.len().min(RESERVED_MAX));
        taken
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

    fn row(next_seq: u64) -> HostRow {
        HostRow {
            key: "example.com".parse().unwrap(),
            pace: Pace::default(),
            next_seq,
            classes: Vec::new(),
            totals: HostTotals::default(),
        }
    }

    fn ops(number: u64, changes: impl FnOnce(&mut Ops)) -> Ops {
        let mut ops = Ops::default();
        changes(&mut ops);
        ops.take(number)
    }

    #[test]
    fn a_url_that_came_and_went_is_not_written() {
        let mut first = ops(1, |ops| {
            ops.insert(key(1), RecordBytes::from("a"));
            ops.insert(key(2), RecordBytes::from("b"));
            ops.remove(key(2));
        });
        assert_eq!(first.len(), 1);
        first.merge(ops(2, |ops| {
            ops.remove(key(1));
            ops.remove(key(0));
        }));
        assert_eq!(first.number(), 2);
        assert_eq!(first.len(), 1);
        assert!(matches!(first.queue.get(&key(0)), Some(QueueOp::Remove)));
    }

    #[test]
    fn later_host_rows_win_and_order_is_kept() {
        let print = |url| Fingerprint { host: HostHash(1), url };
        let mut first = ops(1, |ops| {
            ops.hosts.insert(HostHash(1), row(1));
            ops.fingerprints.push(print(9));
        });
        first.merge(ops(2, |ops| {
            ops.hosts.insert(HostHash(1), row(2));
            ops.fingerprints.push(print(3));
        }));
        assert_eq!(first.hosts[&HostHash(1)].next_seq, 2);
        assert_eq!(first.fingerprints, [print(9), print(3)]);
        let mut empty = Ops::default();
        empty.merge(first);
        assert_eq!((empty.number(), empty.len()), (2, 3));
        empty.merge(Ops::default());
        assert_eq!((empty.number(), empty.len()), (2, 3));
    }
}
