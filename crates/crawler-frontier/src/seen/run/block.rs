//! The bytes of a run file.
//!
//! A header block and key blocks, 4 KiB each, integers little endian but for the keys, which are
//! big endian so that their bytes sort as they do:
//!
//! | header block | bytes |
//! |---|---|
//! | magic | 0..8 |
//! | format | 8..12 |
//! | run id | 12..20 |
//! | zeros | 20..4088 |
//! | checksum of all before | 4088..4096 |
//!
//! | key block | bytes |
//! |---|---|
//! | checksum of all behind | 0..8 |
//! | number of keys | 8..10 |
//! | zeros | 10..16 |
//! | keys in order, then zeros | 16..4096 |
//!
//! Checksums are xxh3, seeded by run id and offset: a block that strayed to another place or file
//! is found as well. All key blocks but the last are full. What the file as a whole must be (its
//! length, its number of keys and a digest of all checksums) stands in the [`super::RunMeta`].

use super::SeenKey;
use std::hint::select_unpredictable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

pub(super) const BLOCK: usize = 4096;
pub(super) const KEYS_MAX: usize = (BLOCK - KEYS_AT) / SeenKey::LEN;
pub(super) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"seen-run";
const COUNT_AT: usize = 8;
const KEYS_AT: usize = 16;
const HEADER_SUM_AT: usize = BLOCK - 8;
const KEY_MASK: u128 = (1 << (8 * SeenKey::LEN)) - 1;
/// Odd, so that ids keep their differences.
const ID_FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// What is wrong with a header.
#[derive(Debug)]
pub(super) enum HeaderError {
    Format(u32),
    Damaged(&'static str),
}

pub(super) fn header(id: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..8].copy_from_slice(&MAGIC);
    block[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    block[12..20].copy_from_slice(&id.to_le_bytes());
    let sum = checksum(&block[..HEADER_SUM_AT], id, 0);
    block[HEADER_SUM_AT..].copy_from_slice(&sum.to_le_bytes());
    block
}

/// Checks a header and gives its checksum.
pub(super) fn check_header(block: &[u8], id: u64) -> Result<u64, HeaderError> {
    if block[..8] != MAGIC {
        return Err(HeaderError::Damaged("it does not begin like a run"));
    }
    let format = u32::from_le_bytes([block[8], block[9], block[10], block[11]]);
    if format != FORMAT {
        return Err(HeaderError::Format(format));
    }
    if block != header(id) {
        return Err(HeaderError::Damaged("its header is not the one written"));
    }
    Ok(word(block, HEADER_SUM_AT))
}

/// Completes a block whose keys are in place and gives its checksum.
pub(super) fn seal(block: &mut [u8], keys: usize, id: u64, offset: u64) -> u64 {
    block[COUNT_AT..COUNT_AT + 2].copy_from_slice(&(keys as u16).to_le_bytes());
    let sum = checksum(&block[COUNT_AT..], id, offset);
    block[..COUNT_AT].copy_from_slice(&sum.to_le_bytes());
    sum
}

pub(super) fn put(block: &mut [u8], at: usize, key: SeenKey) {
    let at = KEYS_AT + at * SeenKey::LEN;
    block[at..at + SeenKey::LEN].copy_from_slice(&key.to_bytes());
}

/// The digest of a file's checksums so far, with one more.
pub(super) fn digest(so_far: u64, checksum: u64) -> u64 {
    xxh3_64_with_seed(&checksum.to_le_bytes(), so_far)
}

/// A checked block of keys.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    bytes: &'a [u8; BLOCK],
    len: usize,
}

impl<'a> Block<'a> {
    /// `None` when the bytes are not those that were written at this place.
    pub(super) fn check(bytes: &'a [u8], id: u64, offset: u64) -> Option<Self> {
        let bytes: &[u8; BLOCK] = bytes.try_into().ok()?;
        let len = usize::from(u16::from_le_bytes([bytes[COUNT_AT], bytes[COUNT_AT + 1]]));
        let sound = checksum(&bytes[COUNT_AT..], id, offset) == word(bytes, 0);
        (sound && (1..=KEYS_MAX).contains(&len)).then_some(Self { bytes, len })
    }

    pub(super) fn checksum(self) -> u64 {
        word(self.bytes, 0)
    }

    pub(super) fn len(self) -> usize {
        self.len
    }

    pub(super) fn key(self, at: usize) -> SeenKey {
        let at = KEYS_AT + at * SeenKey::LEN;
        let mut key = [0; SeenKey::LEN];
        key.copy_from_slice(&self.bytes[at..at + SeenKey::LEN]);
        SeenKey::from_bytes(key)
    }

    /// All keys as bits, and behind them one that is greater than any.
    pub(super) fn decode(self, keys: &mut [u128; KEYS_MAX + 1]) {
        for (at, key) in keys.iter_mut().enumerate().take(self.len) {
            // The 16 bytes that end with the key: two loads, and never past the block's end.
            let end = KEYS_AT + (at + 1) * SeenKey::LEN;
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&self.bytes[end - 16..end]);
            *key = u128::from_be_bytes(bytes) & KEY_MASK;
        }
        keys[self.len] = u128::MAX;
    }

    /// Whether the key, given as bits, is in the block.
    ///
    /// The search takes no branch that depends on keys, so that the processor overlaps several.
    #[inline]
    pub(super) fn contains(self, bits: u128) -> bool {
        let wanted = (bits >> 16) as u64;
        let (mut at, mut len) = (0, self.len);
        while len > 1 {
            let half = len / 2;
            at = select_unpredictable(self.prefix(at + half - 1) < wanted, at + half, at);
            len -= half;
        }
        at += usize::from(self.prefix(at) < wanted);
        // Nearly never more than one key shares its first 64 bits.
        while at < self.len && self.prefix(at) == wanted {
            if self.key(at).bits() == bits {
                return true;
            }
            at += 1;
        }
        false
    }

    /// The first 64 bits of a key.
    #[inline]
    fn prefix(self, at: usize) -> u64 {
        let at = KEYS_AT + at * SeenKey::LEN;
        let mut prefix = [0; 8];
        prefix.copy_from_slice(&self.bytes[at..at + 8]);
        u64::from_be_bytes(prefix)
    }
}

fn checksum(bytes: &[u8], id: u64, offset: u64) -> u64 {
    xxh3_64_with_seed(bytes, id.wrapping_mul(ID_FACTOR) ^ offset)
}

fn word(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}
