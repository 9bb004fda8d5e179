//! A vocabulary made from the seed.

use crate::draw::Draw;

/// Words by rank: the first are the most frequent.
#[derive(Debug)]
pub(crate) struct Words(Vec<String>);

const WORDS: u64 = 1200;

/// Frequent short words, so that text compresses like text.
const COMMON: &[&str] = &[
    "the", "of", "and", "to", "in", "is", "for", "on", "as", "with", "by", "this", "that", "from",
    "at", "it", "an", "are", "be", "or", "was", "not", "can", "more", "when", "which", "each",
];
const ONSETS: &[&str] =
    &["b", "br", "c", "d", "f", "gr", "h", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "v", "w"];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "ou"];
const CODAS: &[&str] = &["", "", "", "n", "r", "s", "l", "t", "nd", "rk"];

impl Words {
    pub(crate) fn new(seed: u64) -> Self {
        let mut words: Vec<String> = COMMON.iter().map(|word| (*word).to_owned()).collect();
        for rank in words.len() as u64..WORDS {
            let mut draw = Draw::new(seed, &[0x776f_7264, rank]);
            let mut word = String::new();
            for _ in 0..draw.between(1, 4) {
                for parts in [ONSETS, VOWELS, CODAS] {
                    word.push_str(parts[draw.below(parts.len() as u32) as usize]);
                }
            }
            // A few letters outside ASCII, so that lengths in bytes and in characters differ.
            if rank % 50 == 0 {
                word.push('é');
            }
            words.push(word);
        }
        Self(words)
    }

    /// A word; low ranks come far more often.
    pub(crate) fn word(&self, draw: &mut Draw) -> &str {
        let rank = u64::from(draw.below(1 << 16));
        let rank = (rank * rank * rank) >> 32;
        &self.0[((rank * self.0.len() as u64) >> 16) as usize]
    }

    /// Appends `count` words with spaces between.
    pub(crate) fn phrase(&self, draw: &mut Draw, count: u32, out: &mut String) {
        for nth in 0..count {
            if nth > 0 {
                out.push(' ');
            }
            out.push_str(self.word(draw));
        }
    }

    /// Appends a sentence of `count` words.
    pub(crate) fn sentence(&self, draw: &mut Draw, count: u32, out: &mut String) {
        let start = out.len();
        self.phrase(draw, count, out);
        if let Some(first) = out.get_mut(start..=start) {
            first.make_ascii_uppercase();
        }
        out.push_str(". ");
    }
}
