//! From raw bytes of a page to the text they stand for.

use crate::classes::{NEEDS_CLEANING, is};
use crate::entities::{Place, decode_into};
use crate::word::{self, Found};
use std::borrow::Cow;

/// Characters of a title kept.
pub(crate) const TITLE_CHARS_MAX: usize = 500;
/// Bytes of a raw title looked at: room for the characters above as the longest references.
const TITLE_BYTES_MAX: usize = 32 * 1024;

/// A URL attribute as URL parsers see it: references decoded, surrounding whitespace stripped,
/// tabs and newlines removed. Allocates only when one of these is there, or broken UTF-8.
#[inline]
pub(crate) fn url_value(raw: &[u8]) -> Cow<'_, str> {
    let trimmed = raw.trim_ascii();
    if may_need_cleaning(trimmed) && trimmed.iter().any(|&byte| is(byte, NEEDS_CLEANING)) {
        return Cow::Owned(cleaned_url_value(trimmed));
    }
    match str::from_utf8(trimmed) {
        Ok(value) => Cow::Borrowed(value),
        Err(_) => String::from_utf8_lossy(trimmed),
    }
}

/// A first look, a word at a time: never wrong when it says no.
#[inline]
fn may_need_cleaning(raw: &[u8]) -> bool {
    let in_word = |chunk: &[u8; word::BYTES]| {
        let word = u64::from_le_bytes(*chunk);
        Found::below(word, b' ').or(Found::equal(word, b'&')).first().is_some()
    };
    // The last word overlaps the one before.
    let Some(last) = raw.last_chunk() else { return true };
    let (words, _) = raw.as_chunks();
    in_word(last) || words.iter().any(in_word)
}

#[cold]
fn cleaned_url_value(raw: &[u8]) -> String {
    without_newlines(&attribute_value(raw)).trim_ascii().to_owned()
}

/// URLs may be wrapped over lines: parsers remove tabs and newlines wherever they are.
pub(crate) fn without_newlines(url: &str) -> String {
    url.replace(['\t', '\n', '\r'], "")
}

/// An attribute value with its references decoded and nothing else done to it.
pub(crate) fn attribute_value(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if !raw.iter().any(|&byte| matches!(byte, b'&' | 0)) {
        return text;
    }
    let mut value = String::with_capacity(text.len());
    decode_into(&text.replace('\0', "\u{FFFD}"), Place::Attribute, &mut value);
    Cow::Owned(value)
}

/// The content of a `<title>` with references decoded and whitespace collapsed and stripped, cut
/// at [`TITLE_CHARS_MAX`]; `None` when nothing is left.
pub(crate) fn title(raw: &[u8]) -> Option<String> {
    let raw = raw.trim_ascii_start();
    let raw = raw.get(..TITLE_BYTES_MAX).unwrap_or(raw);
    let mut decoded = String::with_capacity(raw.len());
    decode_into(&String::from_utf8_lossy(raw), Place::Text, &mut decoded);
    let mut title = String::new();
    let mut chars_left = TITLE_CHARS_MAX;
    for word in decoded.split_ascii_whitespace() {
        if !title.is_empty() {
            if chars_left <= 1 {
                break;
            }
            title.push(' ');
            chars_left -= 1;
        }
        let word_end = word.char_indices().nth(chars_left).map_or(word.len(), |(idx, _)| idx);
        title.push_str(&word[..word_end]);
        chars_left -= word[..word_end].chars().count();
    }
    let replaced = if title.contains('\0') { title.replace('\0', "\u{FFFD}") } else { title };
    (!replaced.is_empty()).then_some(replaced)
}

/// Longer language tags are junk.
const LANGUAGE_BYTES_MAX: usize = 64;

/// A language tag (BCP 47), as written.
pub(crate) fn language(raw: &[u8]) -> Option<String> {
    let tag = attribute_value(raw.get(..LANGUAGE_BYTES_MAX + 1).unwrap_or(raw)).trim().to_owned();
    (!tag.is_empty() && tag.len() <= LANGUAGE_BYTES_MAX).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_values_are_cleaned() {
        let table: &[(&[u8], &str)] = &[
            (b"/a", "/a"),
            (b" \t\n/a\x0C\r ", "/a"),
            (b"/a b", "/a b"),
            (b"/a\tb\nc\rd", "/abcd"),
            (b"/?a=1&amp;b=2", "/?a=1&b=2"),
            (b"&#32;/a&Tab;&NewLine;b&#32;", "/ab"),
            (b"/\0", "/\u{FFFD}"),
            (b"/\xFF", "/\u{FFFD}"),
            ("/é".as_bytes(), "/é"),
            (b"", ""),
            (b"  ", ""),
        ];
        for (raw, value) in table {
            assert_eq!(url_value(raw), *value, "{}", raw.escape_ascii());
        }
        assert!(matches!(url_value(b" /plain?a=b "), Cow::Borrowed(_)));
    }

    #[test]
    fn titles_are_collapsed_and_cut() {
        assert_eq!(title(b"  a \n\t b&amp;c &lt;i> ").as_deref(), Some("a b&c <i>"));
        assert_eq!(title(b" \n "), None);
        assert_eq!(title("é".repeat(600).as_bytes()).unwrap().chars().count(), TITLE_CHARS_MAX);
        assert_eq!(title("é ".repeat(600).as_bytes()).unwrap().chars().count(), 499);
        assert_eq!(title(&vec![b'&'; 100_000]).unwrap().chars().count(), TITLE_CHARS_MAX);
        assert_eq!(title(b"a\0b").as_deref(), Some("a\u{FFFD}b"));
    }
}
