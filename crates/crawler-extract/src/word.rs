//! Searches eight bytes at a time in a machine word: what is looked for in markup is nearly always
//! close by, and a call costs more than a look at a few words in place.
//!
//! The tests for bytes are the classic ones by subtraction (Lamport, "Multiple byte processing with
//! full-word instructions", 1975): only bytes above a real one are ever reported wrongly, and the
//! lowest is the one wanted.

use memchr::memchr;

/// The lowest bit of each byte.
pub(crate) const LOW: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
/// Bytes of a word.
pub(crate) const BYTES: usize = size_of::<u64>();

/// The word that `text` begins with, its first byte lowest; `None` near the end of the page.
#[inline]
pub(crate) fn first_word(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// Which bytes of a word were found: the highest bit of each, and perhaps of some above the first.
#[derive(Clone, Copy)]
pub(crate) struct Found(u64);

impl Found {
    /// The bytes equal to `byte`.
    #[inline]
    pub(crate) fn equal(word: u64, byte: u8) -> Self {
        let zero_if_equal = word ^ (LOW * u64::from(byte));
        Self(zero_if_equal.wrapping_sub(LOW) & !zero_if_equal & HIGH)
    }

    /// The bytes below `bound`, which is at most 128.
    #[inline]
    pub(crate) fn below(word: u64, bound: u8) -> Self {
        Self(word.wrapping_sub(LOW * u64::from(bound)) & !word & HIGH)
    }

    #[inline]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Where the first one is.
    #[inline]
    pub(crate) fn first(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize / 8)
    }

    /// The bytes of the word before the first one.
    #[inline]
    pub(crate) fn bytes_before(self, word: u64) -> u64 {
        let first = self.0 & self.0.wrapping_neg();
        word & ((first >> 7).wrapping_sub(1))
    }
}

/// Makes upper case letters lower, and `@[\]^_` something else: no other byte becomes a letter, a
/// digit, a dash or a colon.
#[inline]
pub(crate) const fn fold_case(word: u64) -> u64 {
    const UPPER: u64 = u64::from_le_bytes([0x40; 8]);
    word | ((word & UPPER) >> 1)
}

/// Where the first `byte` of `text` is. Quicker than `memchr` when it is near, as the ends of tags
/// and of attribute values are.
#[inline]
pub(crate) fn find_near(byte: u8, text: &[u8]) -> Option<usize> {
    const NEAR: usize = 32;
    let Some(near) = text.first_chunk::<NEAR>() else { return memchr(byte, text) };
    let (words, _) = near.as_chunks::<BYTES>();
    for (idx, word) in words.iter().enumerate() {
        if let Some(byte_idx) = Found::equal(u64::from_le_bytes(*word), byte).first() {
            return Some(idx * BYTES + byte_idx);
        }
    }
    memchr(byte, &text[NEAR..]).map(|idx| NEAR + idx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_memchr() {
        for len in 0..60 {
            for filler in [b'=', b'<', 0, 0xFF, b'>' | 0x80] {
                for at in 0..=len {
                    let mut text = vec![filler; len];
                    text.iter_mut().skip(at).for_each(|byte| *byte = b'>');
                    assert_eq!(find_near(b'>', &text), memchr(b'>', &text), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn the_first_of_the_bytes_wanted_is_found() {
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                let bytes = [first, second, 0xFF, b' ', b'/', 0, 0x80, b'>'];
                let word = u64::from_le_bytes(bytes);
                let found = Found::below(word, b'!').or(Found::equal(word, b'/'));
                let expected = bytes.iter().position(|&byte| byte < b'!' || byte == b'/');
                assert_eq!(found.first(), expected, "{bytes:?}");
                let before = &bytes[..expected.unwrap()];
                let mut expected_word = [0; BYTES];
                expected_word[..before.len()].copy_from_slice(before);
                assert_eq!(found.bytes_before(word), u64::from_le_bytes(expected_word));
            }
        }
    }

    #[test]
    fn folding_is_that_of_ascii_for_names() {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b':';
        for byte in 0..=u8::MAX {
            let folded = fold_case(u64::from(byte)) as u8;
            if is_name(byte) || is_name(folded) {
                assert_eq!(folded, byte.to_ascii_lowercase(), "{byte:#x}");
            }
        }
    }
}
