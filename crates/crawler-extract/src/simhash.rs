//! A fingerprint of a page's words that differs little when the words differ little.

use memchr::{memchr, memchr3, memmem};

/// Words in a shingle (Broder, "On the resemblance and containment of documents", 1997).
const SHINGLE_WORDS: usize = 3;
/// Elements whose content nobody sees.
const UNSEEN: [&[u8]; 4] = [b"script", b"style", b"noscript", b"template"];

/// The simhash (Charikar, "Similarity estimation techniques from rounding algorithms", 2002) of the
/// visible text of an HTML page: each bit is the majority vote of that bit of all three-word
/// shingles' hashes. Of near duplicates few bits differ; 3 of 64 is a usual bound (Manku et al.,
/// "Detecting near-duplicates for web crawling", 2007). `None` for a page without words.
///
/// One pass over the bytes as received, in whatever encoding that extends ASCII: letters, digits
/// and all that is not ASCII make words, without regard to the case of ASCII letters. Tags end
/// words; references such as `&amp;` are taken as they stand.
#[must_use]
pub fn simhash(page: &[u8]) -> Option<u64> {
    let mut votes = Votes::default();
    let mut words = Words::default();
    let mut rest = page;
    loop {
        let text_end = memchr(b'<', rest).unwrap_or(rest.len());
        words.read(&rest[..text_end], &mut votes);
        rest = &rest[text_end..];
        if rest.is_empty() {
            break;
        }
        rest = after_markup(rest);
    }
    words.finish(&mut votes);
    votes.majority()
}

/// How many bits differ: 0 for the same words, about 32 for pages that have nothing in common.
#[must_use]
pub fn simhash_distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}

/// What follows the tag, comment or lone `<` that the bytes begin with.
fn after_markup(bytes: &[u8]) -> &[u8] {
    if let Some(comment) = bytes.strip_prefix(b"<!--") {
        let end = memmem::find(comment, b"-->").map_or(comment.len(), |end| end + 3);
        return &comment[end..];
    }
    let begins_tag = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?');
    if !bytes.get(1).is_some_and(begins_tag) {
        return &bytes[1..];
    }
    let after = after_tag(&bytes[1..]);
    match unseen(&bytes[1..]) {
        Some(name) => after_content(after, name),
        None => after,
    }
}

/// What follows the `>` of a tag; one within quotes does not count.
fn after_tag(mut bytes: &[u8]) -> &[u8] {
    while let Some(at) = memchr3(b'>', b'"', b'\'', bytes) {
        let (mark, rest) = (bytes[at], &bytes[at + 1..]);
        if mark == b'>' {
            return rest;
        }
        bytes = memchr(mark, rest).map_or(&[], |end| &rest[end + 1..]);
    }
    &[]
}

/// The unseen element whose start tag the bytes, without `<`, begin with.
fn unseen(bytes: &[u8]) -> Option<&'static [u8]> {
    let begins = |name: &&&[u8]| {
        bytes.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && !bytes.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    UNSEEN.iter().find(begins).copied()
}

/// What follows the end tag of an unseen element.
fn after_content<'p>(mut bytes: &'p [u8], name: &[u8]) -> &'p [u8] {
    while let Some(at) = memchr(b'<', bytes) {
        let rest = &bytes[at + 1..];
        if rest.first() == Some(&b'/')
            && rest.get(1..=name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
        {
            return after_tag(rest);
        }
        bytes = rest;
    }
    &[]
}

/// The word under way and the hashes of the ones before it.
#[derive(Default)]
struct Words {
    hash: u64,
    last: [u64; SHINGLE_WORDS - 1],
    count: usize,
}

/// Odd, with its bits evenly spread (the golden ratio).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Words {
    #[inline]
    fn read(&mut self, text: &[u8], votes: &mut Votes) {
        for &byte in text {
            if byte.is_ascii_alphanumeric() || !byte.is_ascii() {
                let folded = u64::from(byte.to_ascii_lowercase()) + 1;
                self.hash = (self.hash.rotate_left(5) ^ folded).wrapping_mul(SPREAD);
            } else if self.hash != 0 {
                self.end_word(votes);
            }
        }
        if self.hash != 0 {
            self.end_word(votes);
        }
    }

    #[inline]
    fn end_word(&mut self, votes: &mut Votes) {
        let word = std::mem::take(&mut self.hash);
        self.count += 1;
        if self.count >= SHINGLE_WORDS {
            votes.add(mix(self.shingle(word)));
        }
        self.last.rotate_left(1);
        self.last[SHINGLE_WORDS - 2] = word;
    }

    /// The order of the words counts.
    fn shingle(&self, last_word: u64) -> u64 {
        self.last.iter().fold(last_word, |hash, word| hash.rotate_left(23) ^ word)
    }

    /// Fewer words than a shingle has are one all the same.
    fn finish(&self, votes: &mut Votes) {
        if (1..SHINGLE_WORDS).contains(&self.count) {
            votes.add(mix(self.shingle(0)));
        }
    }
}

/// Every bit of the result depends on every bit of the hash (the finalizer of `MurmurHash3`).
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

/// 64 counters, bit by bit: plane `n` holds bit `n` of each. Adding a hash takes two steps on
/// average, where 64 separate counters would take 64.
#[derive(Default)]
struct Votes {
    planes: [u64; Self::PLANES],
    cast: u64,
}

impl Votes {
    /// Enough for as many shingles as the longest page that is decoded has bytes.
    const PLANES: usize = 32;

    #[inline]
    fn add(&mut self, hash: u64) {
        self.cast += 1;
        let mut carry = hash;
        for plane in &mut self.planes {
            let full = *plane & carry;
            *plane ^= carry;
            carry = full;
            if carry == 0 {
                break;
            }
        }
    }

    /// The bits that more than half of the hashes have.
    fn majority(&self) -> Option<u64> {
        if self.cast == 0 {
            return None;
        }
        let count = |bit: u32| {
            let bits = self.planes.iter().zip(0_u32..);
            bits.map(|(plane, weight)| (plane >> bit & 1) << weight).sum::<u64>()
        };
        Some(
            (0..u64::BITS)
                .filter(|bit| count(*bit) * 2 > self.cast)
                .fold(0, |sum, bit| sum | 1 << bit),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: std::ops::Range<u32>) -> String {
        words.map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_nobody_sees_does_not_count() {
        let plain = simhash(b"The quick brown fox jumps").unwrap();
        for page in [
            "the QUICK, brown - fox... jumps!",
            "<p class='a>b' id=\"c>d\">The quick</p><b>brown</b> fox\njumps<br>",
            "<script>if (a < b) { the(\"</p>\") }</script >The quick brown fox jumps",
            "<STYLE>p { a: b }</style><!-- not > this -->The quick brown fox jumps",
            "<!doctype html><scripture>The</scripture> quick brown fox jumps<template>x",
            "The quick brown fox jumps <script>never closed",
            "The quick < brown << fox jumps<a href='never closed",
        ] {
            assert_eq!(simhash(page.as_bytes()), Some(plain), "{page}");
        }
        for page in ["", "<p>", " . <b> - </b>", "<script>a b c</script>"] {
            assert_eq!(simhash(page.as_bytes()), None, "{page}");
        }
        assert_ne!(simhash(b"The quick"), simhash(b"quick the"));
        assert_ne!(simhash("é".as_bytes()), simhash("è".as_bytes()));
    }

    #[test]
    fn near_pages_are_near_and_others_are_not() {
        let page = text(0..1000);
        let original = simhash(page.as_bytes()).unwrap();
        let changed = page.replace("word500 ", "other ");
        let near = simhash(changed.as_bytes()).unwrap();
        assert!(simhash_distance(original, near) <= 3, "{:?}", simhash_distance(original, near));
        for start in (1000..20_000).step_by(1000) {
            let other = simhash(text(start..start + 1000).as_bytes()).unwrap();
            assert!(simhash_distance(original, other) > 12);
        }
    }

    #[test]
    fn votes_are_counted_like_one_by_one() {
        let mut votes = Votes::default();
        let mut counts = [0_u64; 64];
        let mut hash = 1_u64;
        for _ in 0..1001 {
            hash = mix(hash.wrapping_add(SPREAD));
            votes.add(hash);
            counts.iter_mut().zip(0..).for_each(|(count, bit)| *count += hash >> bit & 1);
        }
        let majority = votes.majority().unwrap();
        for (count, bit) in counts.into_iter().zip(0..) {
            assert_eq!(majority >> bit & 1 == 1, count * 2 > 1001, "bit {bit}");
        }
    }
}
