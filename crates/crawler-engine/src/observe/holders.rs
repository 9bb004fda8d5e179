//! How few hosts hold how much of the queue.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

/// Longest queues that each shard tells of.
pub(crate) const LONGEST_QUEUES: usize = 16;
/// So much of the queue is as good as all of it.
const NEARLY_ALL: f64 = 0.95;
/// Hosts that hold less together are not worth a word.
const WORTH_TELLING: f64 = 0.5;

/// A few hosts that hold a good part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QueueHolders {
    /// How many hosts.
    pub hosts: u32,
    /// Their part of all queued URLs, 0 to 1.
    pub share: f64,
}

impl QueueHolders {
    /// From the longest queues of each shard: as few hosts as hold nearly all, else all that are
    /// told of.
    pub(crate) fn of(
        longest: impl Iterator<Item = [u64; LONGEST_QUEUES]>,
        queued: u64,
    ) -> Option<Self> {
        let mut lengths: Vec<u64> = longest.flatten().filter(|length| *length > 0).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        let (mut hosts, mut held) = (0, 0);
        for length in lengths {
            (hosts, held) = (hosts + 1, held + length);
            if held as f64 >= queued as f64 * NEARLY_ALL {
                break;
            }
        }
        // The lengths are some seconds older than the sum.
        let share = (held as f64 / queued.max(1) as f64).min(1.0);
        (share >= WORTH_TELLING && queued > 0).then_some(Self { hosts, share })
    }
}

/// The longest queues of one shard's hosts.
#[derive(Debug, Default)]
pub(crate) struct LongestGauges([AtomicU64; LONGEST_QUEUES]);

impl LongestGauges {
    pub(crate) fn set(&self, longest: [u64; LONGEST_QUEUES]) {
        for (gauge, length) in self.0.iter().zip(longest) {
            gauge.store(length, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> [u64; LONGEST_QUEUES] {
        std::array::from_fn(|at| self.0[at].load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths by shard, queued URLs, and what is told: hosts and their share.
    type Row = (&'static [&'static [u64]], u64, Option<(u32, f64)>);

    #[test]
    fn as_few_hosts_as_hold_nearly_all() {
        let some = |lengths: &[u64]| {
            let mut longest = [0; LONGEST_QUEUES];
            longest[..lengths.len()].copy_from_slice(lengths);
            longest
        };
        let table: &[Row] = &[
            (&[], 0, None),
            (&[&[]], 100, None),
            (&[&[100]], 100, Some((1, 1.0))),
            // What is told is older than the sum.
            (&[&[150]], 100, Some((1, 1.0))),
            (&[&[10, 5], &[80, 1]], 100, Some((3, 0.95))),
            (&[&[30], &[30]], 100, Some((2, 0.6))),
            (&[&[20], &[20]], 100, None),
        ];
        for (longest, queued, expected) in table {
            let found = QueueHolders::of(longest.iter().map(|it| some(it)), *queued);
            let expected = expected.map(|(hosts, share)| QueueHolders { hosts, share });
            assert_eq!(found, expected, "{longest:?} of {queued}");
        }
    }
}
