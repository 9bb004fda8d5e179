//! Finding bytes that are nearly always close by.

use memchr::memchr;

/// Where the first `byte` of `text` is. Quicker than `memchr` when it is near, as the ends of tags
/// and of attribute values are: a call costs more than looking at a few words in place.
#[inline]
pub(crate) fn find_near(byte: u8, text: &[u8]) -> Option<usize> {
    const WORD_BYTES: usize = size_of::<u64>();
    const WORDS: usize = 3;
    let (words, _) = text.as_chunks::<WORD_BYTES>();
    for (idx, word) in words.iter().take(WORDS).enumerate() {
        if let Some(byte_idx) = find_in_word(byte, u64::from_le_bytes(*word)) {
            return Some(idx * WORD_BYTES + byte_idx);
        }
    }
    let near = words.len().min(WORDS) * WORD_BYTES;
    memchr(byte, &text[near..]).map(|idx| near + idx)
}

/// The classic test for a zero byte: only bytes above a real one are ever reported wrongly, and
/// the lowest is the one wanted.
#[inline]
fn find_in_word(byte: u8, word: u64) -> Option<usize> {
    const LOW: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let zero_if_equal = word ^ (LOW * u64::from(byte));
    let equal = zero_if_equal.wrapping_sub(LOW) & !zero_if_equal & HIGH;
    (equal != 0).then(|| equal.trailing_zeros() as usize / 8)
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
}
