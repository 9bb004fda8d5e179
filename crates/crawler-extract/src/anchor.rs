//! The text between `<a>` and `</a>`.

use crate::attribute::TagEnd;
use crate::attribute_names::ALT;
use crate::classes::{TAG_NAME_END, is};
use crate::cursor::Cursor;
use crate::entities::{Place, decode_into};
use memchr::{memchr, memmem};

/// Characters of an anchor's text kept.
const CHARS_MAX: usize = 256;
/// Bytes of the page looked at for them.
const BYTES_MAX: usize = 16 * 1024;

/// Where the content of an anchor begins. Nothing is read before somebody asks for its text, so
/// that links without it cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor<'a> {
    /// The page from the end of the `href` value on.
    rest: &'a [u8],
}

impl<'a> Anchor<'a> {
    /// The anchor in `page` whose `href` is this part of it.
    #[inline]
    pub(crate) fn behind(href: &'a [u8], page: &'a [u8]) -> Self {
        // A value that is missing is no part of the page.
        let end = (href.as_ptr_range().end as usize).checked_sub(page.as_ptr() as usize);
        Self { rest: end.and_then(|end| page.get(end..)).unwrap_or_default() }
    }

    /// The anchor's text, at most 256 characters: references decoded, whitespace collapsed and
    /// stripped, tags left out, images as their `alt`. `None` when there is none.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let rest = self.rest.get(..BYTES_MAX).unwrap_or(self.rest);
        // A quote here ends the value: one without quotes ends before a space or the tag's end.
        let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
        let mut cursor = Cursor::new(rest);
        if cursor.skip_attributes() != TagEnd::Open {
            return None;
        }
        let mut text = Text::default();
        while text.chars < CHARS_MAX && read_some(&mut cursor, &mut text) == Next::Content {}
        (!text.out.is_empty()).then_some(text.out)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Content,
    End,
}

/// Reads up to the next tag or comment, and that.
fn read_some(cursor: &mut Cursor<'_>, text: &mut Text) -> Next {
    let rest = cursor.rest();
    let Some(open) = memchr(b'<', rest) else {
        text.push(rest, Place::Text);
        return Next::End;
    };
    text.push(&rest[..open], Place::Text);
    let markup = &rest[open + 1..];
    cursor.at += open + 1;
    match markup {
        [b'!', b'-', b'-', comment @ ..] => skip_to(cursor, comment, b"-->"),
        [b'!' | b'?', declaration @ ..] => skip_to(cursor, declaration, b">"),
        [b'/', name @ ..] if name.first().is_some_and(u8::is_ascii_alphabetic) => {
            cursor.at += 1;
            return tag(cursor, text, Tag::End);
        }
        [b'/', bogus @ ..] => skip_to(cursor, bogus, b">"),
        [first, ..] if first.is_ascii_alphabetic() => return tag(cursor, text, Tag::Start),
        _ => text.push(b"<", Place::Text),
    }
    Next::Content
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Start,
    End,
}

/// Reads a tag from its name on.
fn tag(cursor: &mut Cursor<'_>, text: &mut Text, tag: Tag) -> Next {
    let rest = cursor.rest();
    let len = rest.iter().position(|byte| is(*byte, TAG_NAME_END)).unwrap_or(rest.len());
    let name = &rest[..len];
    let named = |names: &[&str]| names.iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes()));
    // Another anchor ends this one (WHATWG HTML 13.2.6.4.7).
    if named(&["a"]) {
        return Next::End;
    }
    cursor.at += len;
    if tag == Tag::Start && named(&["img", "image"]) {
        let ([alt], _) = cursor.attributes([ALT]);
        text.is_word_end = true;
        text.push(alt.unwrap_or_default(), Place::Attribute);
        text.is_word_end = true;
        return Next::Content;
    }
    let end = cursor.skip_attributes();
    if tag == Tag::Start && end == TagEnd::Open && named(UNSEEN) {
        cursor.skip_raw_text(name);
    }
    text.is_word_end |= !named(WITHIN_WORDS);
    Next::Content
}

fn skip_to(cursor: &mut Cursor<'_>, skipped: &[u8], end: &[u8]) {
    let at = memmem::find(skipped, end).map(|idx| cursor.bytes.len() - skipped.len() + idx);
    cursor.at = at.map_or(cursor.bytes.len(), |at| at + end.len());
}

/// Elements whose content is no markup and nobody sees. No link begins in it, so that what is looked at
/// for one anchor is not looked at for another.
const UNSEEN: &[&str] = &["iframe", "noembed", "noframes", "script", "style", "textarea", "title"];
/// Elements that may stand within a word; others are shown apart from what is beside them.
const WITHIN_WORDS: &[&str] = &[
    "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "tt", "u", "var", "wbr",
];

/// Text under way.
#[derive(Default)]
struct Text {
    out: String,
    chars: usize,
    /// Whether the next character begins a word.
    is_word_end: bool,
}

impl Text {
    fn push(&mut self, raw: &[u8], place: Place) {
        if raw.is_empty() {
            return;
        }
        let mut decoded = String::new();
        decode_into(&String::from_utf8_lossy(raw), place, &mut decoded);
        for char in decoded.chars() {
            if char.is_whitespace() || char == '\0' {
                self.is_word_end = true;
                continue;
            }
            let is_apart = std::mem::take(&mut self.is_word_end) && !self.out.is_empty();
            if self.chars + usize::from(is_apart) >= CHARS_MAX {
                self.chars = CHARS_MAX;
                return;
            }
            if is_apart {
                self.out.push(' ');
            }
            self.out.push(char);
            self.chars += 1 + usize::from(is_apart);
        }
    }
}
