//! Attributes of a tag (WHATWG HTML 13.2.5.32 to 13.2.5.40).

use crate::classes::{NAME_END, SPACE, UNQUOTED_END, is};
use crate::cursor::Cursor;
use memchr::memchr;

/// An attribute as written; a missing value is an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: &'a [u8],
}

/// How a tag ended. One cut off by the end of the page is no tag at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagEnd {
    Open,
    SelfClosing,
    PageEnd,
}

pub(crate) enum Step<'a> {
    Attribute(Attribute<'a>),
    End(TagEnd),
}

impl<'a> Cursor<'a> {
    /// Reads the rest of a tag and picks the attributes called `names` (lower case); of several
    /// with one name the first counts.
    #[inline]
    pub(crate) fn attributes<const N: usize>(
        &mut self,
        names: [&str; N],
    ) -> ([Option<&'a [u8]>; N], TagEnd) {
        let mut values = [None; N];
        loop {
            match self.attribute() {
                Step::Attribute(attribute) => {
                    for (name, value) in names.iter().zip(&mut values) {
                        if value.is_none() && attribute.name.eq_ignore_ascii_case(name.as_bytes()) {
                            *value = Some(attribute.value);
                        }
                    }
                }
                Step::End(end) => return (values, end),
            }
        }
    }

    /// Reads the rest of a tag nobody asks about.
    #[inline]
    pub(crate) fn skip_attributes(&mut self) -> TagEnd {
        loop {
            if let Step::End(end) = self.attribute() {
                return end;
            }
        }
    }

    /// The next attribute of the tag, or how the tag ends.
    #[inline]
    pub(crate) fn attribute(&mut self) -> Step<'a> {
        loop {
            match self.peek() {
                None => return Step::End(TagEnd::PageEnd),
                Some(b'>') => {
                    self.at += 1;
                    return Step::End(TagEnd::Open);
                }
                Some(b'/') => {
                    self.at += 1;
                    if self.peek() == Some(b'>') {
                        self.at += 1;
                        return Step::End(TagEnd::SelfClosing);
                    }
                }
                Some(byte) if is(byte, SPACE) => self.at += 1,
                Some(_) => break,
            }
        }
        let name = self.attribute_name();
        self.skip_spaces();
        if self.peek() != Some(b'=') {
            return Step::Attribute(Attribute { name, value: &[] });
        }
        self.at += 1;
        self.skip_spaces();
        match self.attribute_value() {
            Some(value) => Step::Attribute(Attribute { name, value }),
            None => Step::End(TagEnd::PageEnd),
        }
    }

    /// The first byte belongs to the name whatever it is, `=` included.
    #[inline]
    fn attribute_name(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let tail = rest.get(1..).unwrap_or_default();
        let len =
            tail.iter().position(|&byte| is(byte, NAME_END)).map_or(rest.len(), |idx| idx + 1);
        self.at += len;
        &rest[..len]
    }

    /// `None` when the page ends within the value.
    #[inline]
    fn attribute_value(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest();
        let value = match *rest.first()? {
            quote @ (b'"' | b'\'') => {
                let quoted = &rest[1..];
                let Some(len) = memchr(quote, quoted) else {
                    self.at = self.bytes.len();
                    return None;
                };
                self.at += len + 2;
                return Some(&quoted[..len]);
            }
            // Empty when the value is missing (`a=>`): the tag ends there.
            _ => rest.iter().position(|&byte| is(byte, UNQUOTED_END)).map(|len| &rest[..len]),
        };
        self.at += value.map_or(rest.len(), <[u8]>::len);
        value
    }
}
