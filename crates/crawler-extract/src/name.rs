//! Names of tags and attributes, in any letter case.

use crate::classes::{NAME_END, TAG_NAME_END, is};
use crate::word::{self, Found, LOW, fold_case};

/// A name as written, and as a number that makes comparing it one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub(crate) bytes: &'a [u8],
    key: u64,
}

/// Key of the names that do not fit into one, and of those with a NUL.
pub(crate) const LONG: u64 = u64::MAX;

/// Up to eight bytes as one number, letters in lower case.
#[inline]
pub(crate) const fn key(name: &[u8]) -> u64 {
    if name.len() > word::BYTES {
        return LONG;
    }
    let mut bytes = [0; word::BYTES];
    let mut idx = 0;
    while idx < name.len() {
        if name[idx] == 0 {
            return LONG;
        }
        bytes[idx] = name[idx];
        idx += 1;
    }
    fold_case(u64::from_le_bytes(bytes))
}

impl<'a> Name<'a> {
    /// The name that a tag begins with; up to the end of the page if nothing ends it.
    #[inline]
    pub(crate) fn of_tag(text: &'a [u8]) -> Self {
        if let Some(word) = word::first_word(text) {
            let ends = Found::below(word, b' ' + 1)
                .or(Found::equal(word, b'/'))
                .or(Found::equal(word, b'>'));
            if let Some(name) = Self::before(ends, word, text, TAG_NAME_END) {
                return name;
            }
        }
        Self::by_byte(text, 0, TAG_NAME_END)
    }

    /// The name that an attribute begins with. The first byte belongs to it whatever it is, `=`
    /// included.
    #[inline]
    pub(crate) fn of_attribute(text: &'a [u8]) -> Self {
        if let Some(word) = word::first_word(text) {
            let ends = Found::below(word, b' ' + 1)
                .or(Found::equal(word, b'/'))
                // `<`, `=`, `>` and `?` at once.
                .or(Found::equal(word & !(LOW * 3), b'<'));
            if let Some(name) = Self::before(ends, word, text, NAME_END)
                && !name.bytes.is_empty()
            {
                return name;
            }
        }
        Self::by_byte(text, 1, NAME_END)
    }

    /// The name in the first word of the text; `None` when it goes on behind it or has a byte that
    /// only resembles an end.
    #[inline]
    fn before(ends: Found, word: u64, text: &'a [u8], end: u8) -> Option<Self> {
        let len = ends.first()?;
        let (bytes, rest) = text.split_at_checked(len)?;
        is(*rest.first()?, end).then(|| Self { bytes, key: fold_case(ends.bytes_before(word)) })
    }

    /// The long way for long names; `checked` bytes belong to it for certain.
    fn by_byte(text: &'a [u8], checked: usize, end: u8) -> Self {
        let unchecked = text.get(checked..).unwrap_or_default();
        let len = unchecked.iter().position(|&byte| is(byte, end));
        let bytes = len.map_or(text, |len| &text[..checked + len]);
        Self { bytes, key: key(bytes) }
    }

    /// The key of the name.
    #[inline]
    pub(crate) fn key(self) -> u64 {
        self.key
    }

    /// Whether it is this one.
    #[inline]
    pub(crate) fn is(self, known: Known) -> bool {
        self.key == known.key
            && (known.key != LONG || self.bytes.eq_ignore_ascii_case(known.name.as_bytes()))
    }
}

/// A name to compare with.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    name: &'static str,
    key: u64,
}

/// A name in lower case; make it a constant, so that its key is one too.
pub(crate) const fn known(name: &'static str) -> Known {
    Known { name, key: key(name.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_compared() {
        // text, its name as a tag, its name as an attribute
        let table: &[(&[u8], &[u8], &[u8])] = &[
            (b"a>", b"a", b"a"),
            (b"DIV class=x", b"DIV", b"DIV"),
            (b"textarea rows=2>", b"textarea", b"textarea"),
            (b"blockquote/>", b"blockquote", b"blockquote"),
            (b"a=b>........", b"a=b", b"a"),
            (b"==b>........", b"==b", b"="),
            (b"a\x01b c.......", b"a\x01b", b"a\x01b"),
            (b"a\0 ..........", b"a\0", b"a\0"),
            (b"http-equiv=.", b"http-equiv=.", b"http-equiv"),
            (b"xlink:href=", b"xlink:href=", b"xlink:href"),
            (b"unended", b"unended", b"unended"),
        ];
        for (text, tag, attribute) in table {
            let what = text.escape_ascii();
            let (found_tag, found_attribute) = (Name::of_tag(text), Name::of_attribute(text));
            assert_eq!(found_tag.bytes, *tag, "{what}");
            assert_eq!(found_attribute.bytes, *attribute, "{what}");
            for name in [found_tag, found_attribute] {
                assert_eq!(name.key, key(name.bytes), "{what}");
                assert!(!name.is(known("other")) && !name.is(known("anotherone")), "{what}");
            }
        }
    }

    #[test]
    fn names_are_compared_without_case() {
        for (text, name) in [
            ("a ........", "a"),
            ("HreF=........", "href"),
            ("XML:lang=", "xml:lang"),
            ("Http-Equiv=", "http-equiv"),
            ("imagesrcset=", "imagesrcset"),
        ] {
            assert!(Name::of_attribute(text.as_bytes()).is(known(name)), "{text}");
        }
        for (text, name) in [
            ("a\0 ........", "a"),
            ("xml\x1Alang=", "xml:lang"),
            ("href2=....", "href"),
            ("http-equip=", "http-equiv"),
        ] {
            assert!(!Name::of_attribute(text.as_bytes()).is(known(name)), "{text}");
        }
    }
}
