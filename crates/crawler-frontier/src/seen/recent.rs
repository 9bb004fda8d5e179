//! A cache of keys offered lately, which answers most repeats at once.

use super::key::SeenKey;

/// Direct-mapped cells of 64 bits: a key remembered later takes the cell of an earlier one.
///
/// Cell number and content together tell all 80 bits of a key, so that the cache never takes one
/// key for another: the 16 bits that are not in the cell are mixed into its number.
pub(super) struct RecentKeys {
    cells: Box<[u64]>,
}

/// Fewer would not tell the 16 bits apart.
const CELLS_MIN: usize = 1 << 16;
/// No key is remembered with these low bits.
const EMPTY: u64 = 0;

impl RecentKeys {
    /// With at least `cells` cells, rounded up to a power of two from 65,536 on.
    pub(super) fn new(cells: usize) -> Self {
        Self { cells: vec![EMPTY; cells.max(CELLS_MIN).next_power_of_two()].into_boxed_slice() }
    }

    #[inline]
    pub(super) fn contains(&self, key: SeenKey) -> bool {
        key.low() != EMPTY && self.cells[self.cell(key)] == key.low()
    }

    #[inline]
    pub(super) fn remember(&mut self, key: SeenKey) {
        let cell = self.cell(key);
        self.cells[cell] = key.low();
    }

    #[inline]
    fn cell(&self, key: SeenKey) -> usize {
        (key.low() as usize ^ usize::from(key.high())) & (self.cells.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_one_bit_are_told_apart() {
        let mut recent = RecentKeys::new(0);
        let key = 0x1234_5678_9ABC_DEF0_1122_u128;
        recent.remember(SeenKey::from_bits(key));
        assert!(recent.contains(SeenKey::from_bits(key)));
        for bit in 0..80 {
            assert!(!recent.contains(SeenKey::from_bits(key ^ (1 << bit))), "bit {bit}");
        }
    }

    #[test]
    fn a_later_key_takes_the_cell_and_zero_is_never_known() {
        let mut recent = RecentKeys::new(0);
        let [one, other] = [1, 1 | (1 << 20)].map(SeenKey::from_bits);
        recent.remember(one);
        recent.remember(other);
        assert!(!recent.contains(one) && recent.contains(other));
        recent.remember(SeenKey::from_bits(0));
        assert!(!recent.contains(SeenKey::from_bits(0)));
    }
}
