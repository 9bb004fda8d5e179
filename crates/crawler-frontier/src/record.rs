//! The compact form of a queued URL, in memory and on disk.

use crate::candidate::{Candidate, Hops};
use crate::varint::{self, Input};
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
    varint::push(scratch, url.len() as u64);
    scratch.extend_from_slice(url);
    if let Some(via) = candidate.via.as_deref().filter(|via| via.len() <= WireUrl::LEN_MAX) {
        // A page and its links mostly share scheme, host and the first folders.
        let via = via.as_bytes();
        let shared = url.iter().zip(via).take_while(|(a, b)| a == b).count();
        varint::push(scratch, shared as u64);
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

/// The same record after so many attempts.
pub(crate) fn with_attempts(record: &RecordBytes, attempts: u8) -> RecordBytes {
    let mut bytes = record.to_vec();
    if let Some(place) = bytes.get_mut(ATTEMPTS_AT) {
        *place = attempts;
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
    let url_len = input.len()?;
    let url = input.take(url_len)?;
    let via = if input.0.is_empty() {
        None
    } else {
        let shared = input.len()?;
        let shared = url.get(..shared).ok_or("its via is too short")?;
        let via = String::from_utf8([shared, input.0].concat());
        Some(via.map_err(|_| "its via is not text")?.into_boxed_str())
    };
    let url = std::str::from_utf8(url).map_err(|_| "its url is not text")?;
    let url = WireUrl::parse(url).map_err(|_| "its url does not parse")?;
    Ok(Record { url, fingerprint_url, via, depth, redirects, hops, attempts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::{Hop, Source};
    use crate::varint::CUT;
    use crawler_url::Canonicalizer;
    use proptest::prelude::*;

    fn candidate(url: &str, via: Option<&str>) -> Candidate {
        let url = WireUrl::parse(url).unwrap();
        Candidate {
            fingerprint: Canonicalizer::default().fingerprint(&url),
            url,
            via: via.map(Into::into),
            depth: 513,
            redirects: 2,
            hops: Hops::default().then(Hop::Link).then(Hop::Redirect),
            source: Source::Link,
        }
    }

    fn assert_round_trip(candidate: &Candidate) -> RecordBytes {
        let bytes = encode(&mut Vec::new(), candidate);
        let record = decode(&bytes).unwrap();
        assert_eq!(record.url, candidate.url);
        assert_eq!(record.fingerprint_url, candidate.fingerprint.url);
        assert_eq!(record.via, candidate.via);
        assert_eq!((record.depth, record.redirects), (candidate.depth, candidate.redirects));
        assert_eq!((record.hops, record.attempts), (candidate.hops, 0));
        bytes
    }

    #[test]
    fn records_come_back_as_they_were() {
        let long = format!("https://example.com/{}", "x".repeat(8000));
        let cases = [
            ("http://example.com/", None),
            ("http://example.com/a/b?c=d", Some("http://example.com/a/")),
            ("http://example.com/a", Some("http://example.com/a")),
            ("http://example.com/a", Some("http://example.com/a/longer/than/the/url")),
            ("https://[2001:db8::1]:8443/%C3%BC", Some("http://other.example/é")),
            ("http://example.com/a", Some("")),
            (&long, Some(&long)),
        ];
        for (url, via) in cases {
            assert_round_trip(&candidate(url, via));
        }
    }

    #[test]
    fn a_via_on_the_same_host_costs_little() {
        let near =
            candidate("https://example.com/a/b/c.html", Some("https://example.com/a/b/d.html"));
        let bytes = assert_round_trip(&near);
        assert!(bytes.len() < 62, "{} bytes", bytes.len());
    }

    #[test]
    fn a_via_longer_than_a_url_is_left_out() {
        let via = format!("http://example.com/{}", "y".repeat(WireUrl::LEN_MAX));
        let bytes = encode(&mut Vec::new(), &candidate("http://example.com/", Some(&via)));
        assert_eq!(decode(&bytes).unwrap().via, None);
    }

    #[test]
    fn attempts_are_counted_up_to_255() {
        let mut bytes = encode(&mut Vec::new(), &candidate("http://example.com/", None));
        for attempt in 1..300u32 {
            bytes = with_another_attempt(&bytes);
            assert_eq!(u32::from(decode(&bytes).unwrap().attempts), attempt.min(255));
        }
        assert_eq!(decode(&bytes).unwrap().url.as_str(), "http://example.com/");
    }

    #[test]
    fn damage_is_named() {
        let good = encode(&mut Vec::new(), &candidate("http://example.com/", None)).to_vec();
        let damaged = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            decode(&bytes).unwrap_err()
        };
        assert_eq!(decode(&[]).unwrap_err(), CUT);
        assert_eq!(damaged(0, 9), "its version is unknown");
        assert_eq!(damaged(13, 200), CUT);
        assert_eq!(damaged(14, b'1'), "its hops are not letters");
        assert_eq!(damaged(17, b'g'), "its url does not parse");
        assert_eq!(damaged(16, 18), "its via is too short", "the url's last byte is no via");
        let endless = [&good[..16], &[0xff; 11]].concat();
        assert_eq!(decode(&endless).unwrap_err(), "a length is too long");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_something_or_an_error(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }

        #[test]
        fn any_candidate_comes_back(path in "[a-zé/?&=%.]{0,40}", via in proptest::option::of(".{0,40}")) {
            let candidate = candidate(&format!("http://example.com/{path}"), via.as_deref());
            assert_round_trip(&candidate);
        }
    }
}
