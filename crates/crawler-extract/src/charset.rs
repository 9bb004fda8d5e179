//! Which encoding a page is in.

use crate::mime::charset_parameter;
use crate::prescan::prescan;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

/// What decided on the encoding of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CharsetSource {
    /// A byte order mark
    Bom,
    /// The `Content-Type` header
    Header,
    /// The page itself, within its first 1024 bytes
    Meta,
    /// Nothing says so, but the page is valid UTF-8
    Utf8,
    /// A guess by letter frequencies
    Statistics,
}

/// The encoding of a page and how it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charset {
    pub(crate) encoding: &'static Encoding,
    pub(crate) source: CharsetSource,
    /// Length of the byte order mark.
    pub(crate) bom_bytes: usize,
}

/// What a byte order mark, the header or the text itself says, with the length of the mark.
pub(crate) fn declared(
    text: &[u8],
    content_type: Option<&str>,
) -> Option<(&'static Encoding, usize)> {
    if let Some(found) = Encoding::for_bom(text) {
        return Some(found);
    }
    let label = content_type.and_then(charset_parameter);
    label
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .or_else(|| prescan(text.get(..PRESCAN_BYTES_MAX).unwrap_or(text)))
        .map(|encoding| (encoding, 0))
}

/// Cheapest and most reliable witness first. Labels nobody knows are ignored.
pub(crate) fn detect(page: &[u8], content_type: Option<&str>) -> Charset {
    let found = |encoding, source| Charset { encoding, source, bom_bytes: 0 };
    if let Some((encoding, bom_bytes)) = Encoding::for_bom(page) {
        return Charset { encoding, source: CharsetSource::Bom, bom_bytes };
    }
    let label = content_type.and_then(charset_parameter);
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) {
        return found(encoding, CharsetSource::Header);
    }
    if let Some(encoding) = prescan(page.get(..PRESCAN_BYTES_MAX).unwrap_or(page)) {
        return found(encoding, CharsetSource::Meta);
    }
    match first_invalid_utf8(page) {
        None => found(UTF_8, CharsetSource::Utf8),
        Some(_) => found(guess(page), CharsetSource::Statistics),
    }
}

/// A whole page as text, and the WHATWG name of the encoding it was read in. What is broken becomes
/// U+FFFD; a byte order mark is left out.
#[must_use]
pub fn to_text<'a>(page: &'a [u8], content_type: Option<&str>) -> (Cow<'a, str>, &'static str) {
    let charset = detect(page, content_type);
    let encoded = page.get(charset.bom_bytes..).unwrap_or_default();
    (charset.encoding.decode_without_bom_handling(encoded).0, charset.encoding.name())
}

/// How far pages may declare their encoding (WHATWG HTML 4.2.5.4).
const PRESCAN_BYTES_MAX: usize = 1024;
/// The guess is slow, some 20 MB/s, and seldom gets better with more text than this.
const GUESS_BYTES_MAX: usize = 16 * 1024;

/// Where UTF-8 breaks. A character cut off by the end of the page is not broken: bodies are cut.
fn first_invalid_utf8(page: &[u8]) -> Option<usize> {
    let error = std::str::from_utf8(page).err()?;
    error.error_len().is_some().then(|| error.valid_up_to())
}

/// Looks at what follows the first byte beyond ASCII: the ASCII before it tells nothing.
fn guess(page: &[u8]) -> &'static Encoding {
    let start = page.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
    let text = &page[start..];
    let sample = text.get(..GUESS_BYTES_MAX).unwrap_or(text);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == text.len());
    detector.guess(None, Utf8Detection::Allow)
}

/// Encodes the query of a link as its page's charset does (URL standard, "query state"):
/// characters that `charset` lacks become numeric character references. Names that are no
/// encoding's count as UTF-8.
#[must_use]
pub fn encode_query<'a>(charset: &str, query: &'a str) -> Cow<'a, [u8]> {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
    encoding.encode(query).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_in_order() {
        use CharsetSource::{Bom, Header, Meta, Statistics, Utf8};
        let html = Some("text/html");
        let koi8 = Some("text/html; charset=koi8-r");
        let russian = encoding_rs::WINDOWS_1251.encode("Привет, как твои дела сегодня?").0;
        let late: Vec<u8> = [&vec![b' '; 2 * GUESS_BYTES_MAX][..], &russian].concat();
        let table: &[(Option<&str>, &[u8], &str, CharsetSource)] = &[
            (koi8, b"\xEF\xBB\xBF<meta charset=big5>", "UTF-8", Bom),
            (koi8, b"\xFF\xFE<\0", "UTF-16LE", Bom),
            (koi8, b"\xFE\xFF\0<", "UTF-16BE", Bom),
            (koi8, b"<meta charset=big5>", "KOI8-R", Header),
            (Some("text/html; charset=nonsense"), b"<meta charset=big5>", "Big5", Meta),
            (Some("text/html; charset=latin1"), b"", "windows-1252", Header),
            (html, b"<meta charset=big5>", "Big5", Meta),
            (html, b"plain", "UTF-8", Utf8),
            (None, "é".as_bytes(), "UTF-8", Utf8),
            (None, b"cut off \xC3", "UTF-8", Utf8),
            (None, &russian, "windows-1251", Statistics),
            (None, &late, "windows-1251", Statistics),
        ];
        for (content_type, page, name, source) in table {
            let charset = detect(page, *content_type);
            let start = page.get(..40).unwrap_or(page).escape_ascii();
            assert_eq!((charset.encoding.name(), charset.source), (*name, *source), "{start}");
        }
        let beyond = [&[b' '; PRESCAN_BYTES_MAX][..], b"<meta charset=big5>"].concat();
        assert_eq!(detect(&beyond, None).source, Utf8);
    }
}
