//! Judging sorted candidates against one run.

use super::block::{BLOCK, Block, KEYS_MAX};
use super::{PIECE, Run, SeenKey, offset_of};
use crate::seen::candidate::key_bits;
use crate::seen::error::SeenError;

/// Blocks nobody asked for that are read to join the blocks on both sides into one piece.
const GAP_MAX: usize = 4;

/// From one candidate for this many keys on, walking along both is faster than searching.
const DENSE: usize = 8;

/// Working space, kept from one search to the next.
#[derive(Default)]
pub(in crate::seen) struct SearchRoom {
    bytes: Vec<u8>,
    /// The blocks of the piece that candidates fall into: number and how many candidates.
    asked: Vec<(usize, usize)>,
}

impl Run {
    /// Removes the candidates (sorted) whose key is in the run. After an error those that were
    /// found until then are removed.
    pub(in crate::seen) fn drop_known(
        &self,
        candidates: &mut Vec<u128>,
        room: &mut SearchRoom,
    ) -> Result<(), SeenError> {
        let (first, last) = (self.meta.first.bits(), self.meta.last.bits());
        let start = candidates.partition_point(|&candidate| key_bits(candidate) < first);
        let end = candidates.partition_point(|&candidate| key_bits(candidate) <= last);
        let mut walk = Walk { kept: start, next: start, block: 0 };
        let mut outcome = Ok(());
        while walk.next < end && outcome.is_ok() {
            outcome = self.drop_in_piece(&mut candidates[..end], &mut walk, room);
        }
        candidates.drain(walk.kept..walk.next);
        outcome
    }

    fn drop_in_piece(
        &self,
        candidates: &mut [u128],
        walk: &mut Walk,
        room: &mut SearchRoom,
    ) -> Result<(), SeenError> {
        let SearchRoom { bytes, asked } = room;
        let (first, last) = self.plan_piece(&candidates[walk.next..], walk.block, asked);
        bytes.resize(bytes.len().max(PIECE), 0);
        let piece = &mut bytes[..(last + 1 - first) * BLOCK];
        self.read(piece, offset_of(first))?;
        for &(number, count) in &*asked {
            let start = (number - first) * BLOCK;
            let block = self.check_block(&piece[start..start + BLOCK], number)?;
            if count * DENSE >= block.len() {
                walk.drop_dense(candidates, count, block);
            } else {
                walk.drop_sparse(candidates, count, block);
            }
        }
        walk.block = last;
        Ok(())
    }

    /// Which blocks to read at once for the first of these candidates and those close behind it:
    /// the first and the last block.
    fn plan_piece(
        &self,
        candidates: &[u128],
        from: usize,
        asked: &mut Vec<(usize, usize)>,
    ) -> (usize, usize) {
        asked.clear();
        let mut block = self.block_of(key_bits(candidates[0]), from);
        let (start, mut taken) = (block, 0);
        loop {
            let rest = &candidates[taken..];
            let count = self.firsts.get(block + 1).map_or(rest.len(), |bound| {
                let bound = bound.bits();
                leading(rest, |&candidate| key_bits(candidate) < bound)
            });
            asked.push((block, count));
            taken += count;
            let Some(&candidate) = candidates.get(taken) else { return (start, block) };
            let next = self.block_of(key_bits(candidate), block + 1);
            if next - block > GAP_MAX || next - start >= PIECE / BLOCK {
                return (start, block);
            }
            block = next;
        }
    }

    /// The block that has the key if any has, at or behind `from`, which begins no later than it.
    fn block_of(&self, bits: u128, from: usize) -> usize {
        let not_later = leading(&self.firsts[from..], |first: &SeenKey| first.bits() <= bits);
        from + not_later.saturating_sub(1)
    }
}

/// How far a search has come.
struct Walk {
    /// Candidates before this one stay.
    kept: usize,
    /// Candidates from this one on are not yet searched for.
    next: usize,
    /// The block searched last.
    block: usize,
}

impl Walk {
    /// Searches for the next candidates one by one.
    fn drop_sparse(&mut self, candidates: &mut [u128], count: usize, block: Block<'_>) {
        let end = self.next + count;
        for at in self.next..end {
            let candidate = candidates[at];
            candidates[self.kept] = candidate;
            self.kept += usize::from(!block.contains(key_bits(candidate)));
        }
        self.next = end;
    }

    /// Walks along keys and candidates together, without a branch that depends on them.
    fn drop_dense(&mut self, candidates: &mut [u128], count: usize, block: Block<'_>) {
        let mut keys = [0; KEYS_MAX + 1];
        block.decode(&mut keys);
        let candidates = &mut candidates[..self.next + count];
        let (mut kept, mut next, mut key) = (self.kept, self.next, 0);
        while next < candidates.len() {
            let candidate = candidates[next];
            let (bits, known) = (key_bits(candidate), keys[key]);
            candidates[kept] = candidate;
            kept += usize::from(bits < known);
            next += usize::from(bits <= known);
            key += usize::from(bits >= known);
        }
        (self.kept, self.next) = (kept, next);
    }
}

/// How many items at the start fulfil a condition that holds for no item behind: found in steps
/// that double, as the answer is mostly near.
fn leading<T>(items: &[T], holds: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while step < items.len() && holds(&items[step - 1]) {
        step *= 2;
    }
    let start = step / 2;
    start + items[start..step.min(items.len())].partition_point(holds)
}

#[cfg(test)]
mod tests {
    use super::leading;

    #[test]
    fn leading_counts() {
        for len in 0..40 {
            let items: Vec<usize> = (0..len).collect();
            for bound in 0..=len {
                assert_eq!(leading(&items, |&item| item < bound), bound, "{bound} of {len}");
            }
        }
    }
}
