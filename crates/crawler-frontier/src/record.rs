//! The compact form of a queued URL, in memory and on disk.

use crate::candidate::{Candidate, Hops};
use crawler_url::WireUrl;

/// One allocation, shared by the look-ahead buffer, the pending operations and the database's own
/// memory table, so that a URL waiting in all three is held once.
pub(crate) type RecordBytes = fjall::Slice;

/// A decoded record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) url: WireUrl,
    /// The URL half of the fingerprint; the host half is in the key.
    pub(crate) fingerprint_url: u64,
    pub(crate) via: Option<Box<str>>,
    pub(crate) depth: u16,
    pub(crate) redirects: u8,
    pub(crate) hops: Hops,
    pub(crate) attempts: u8,
}

/// Layout: version, attempts, redirects, depth (2 bytes), fingerprint (8), hops (length and
/// letters), URL (length and text), then nothing or the via: length of the prefix it shares with
/// the URL, and the rest of it. Integers little endian, lengths of texts as varints.
const VERSION: u8 = 1;
const ATTEMPTS_AT: usize = 1;
const VARINT_BYTES_MAX: u32 = 5;

/// Encodes a candidate that was not yet tried, using `scratch` as the working space.
pub(crate) fn encode(scratch: &mut Vec<u8>, candidate: &Candidate) -> RecordBytes {
    let url = candidate.url.as_str().as_bytes();
    let hops = candidate.hops.as_bytes();
    scratch.clear();
    scratch.extend_from_slice(&[VERSION, 0, candidate.redirects]);
    scratch.extend_from_slice(&candidate.depth.to_le_bytes());
    scratch.extend_from_slice(&candidate.fingerprint.url.to_le_bytes());
    scratch.push(hops.len() as u8);
    scratch.extend_from_slice(hops);
    push_varint(scratch, url.len());
    scratch.extend_from_slice(url);
    if let Some(via) = candidate.via.as_deref().filter(|via| via.len() <= WireUrl::LEN_MAX) {
        // A page and its links mostly share scheme, host and the first folders.
        let via = via.as_bytes();
        let shared = url.iter().zip(via).take_while(|(a, b)| a == b).count();
        push_varint(scratch, shared);
        scratch.extend_from_slice(&via[shared..]);
    }
    RecordBytes::from(scratch.as_slice())
}

/// The same record after one more attempt; counting stops at 255.
pub(crate) fn with_another_attempt(record: &RecordBytes) -> RecordBytes {
    let mut bytes = record.to_vec();
    if let Some(attempts) = bytes.get_mut(ATTEMPTS_AT) {
        *attempts = attempts.saturating_add(1);
    }
    RecordBytes::from(bytes)
}

/// Decodes; the error says what is wrong.
pub(crate) fn decode(bytes: &[u8]) -> Result<Record, &'static str> {
    let mut input = Input(bytes);
    if input.byte()? != VERSION {
        return Err("its version is unknown");
    }
    let attempts = input.byte()?;
    let redirects = input.byte()?;
    let depth = u16::from_le_bytes(input.array()?);
    let fingerprint_url = u64::from_le_bytes(input.array()?);
    let hops_len = usize::from(input.byte()?);
    let hops = Hops::from_letters(input.take(hops_len)?).ok_or("its hops are not letters")?;
    let url_len = input.varint()?;
    let url = input.take(url_len)?;
    let via = if input.0.is_empty() {
        None
    } else {
        let shared = input.varint()?;
        let shared = url.get(..shared).ok_or("its via is too short")?;
        let via = String::from_utf8([shared, input.0].concat());
        Some(via.map_err(|_| "its via is not text")?.into_boxed_str())
    };
    let url = std::str::from_utf8(url).map_err(|_| "its url is not text")?;
    let url = WireUrl::parse(url).map_err(|_| "its url does not parse")?;
    Ok(Record { url, fingerprint_url, via, depth, redirects, hops, attempts })
}

fn push_varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The bytes not yet read.
struct Input<'a>(&'a [u8]);

const CUT: &str = "it is cut short";

impl<'a> Input<'a> {
    fn byte(&mut self) -> Result<u8, &'static str> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (head, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(*head)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], &'static str> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(CUT)?;
        self.0 = rest;
        Ok(head)
    }

    fn varint(&mut self) -> Result<usize, &'static str> {
        let mut value = 0usize;
        for place in 0..VARINT_BYTES_MAX {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a length is too long")
    }
}
