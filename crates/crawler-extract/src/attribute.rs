//! Attributes of a tag (WHATWG HTML 13.2.5.32 to 13.2.5.40).

use crate::classes::{NAME_END, SPACE, UNQUOTED_END, is};
use crate::cursor::Cursor;
use crate::near::find_near;

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
        if self.peek() == Some(b'>') {
            self.at += 1;
            return TagEnd::Open;
        }
        loop {
            if let Step::End(end) = self.attribute() {
                return end;
            }
        }
    }

    /// The next attribute of the tag, or how the tag ends.
    #[inline]
    pub(crate) fn attribute(&mut self) -> Step<'a> {
        let (step, rest) = attribute(self.rest());
        self.at = self.bytes.len() - rest.len();
        step
    }
}

/// The attribute `text` begins with, and what follows it. Works on a slice, not on the cursor, so
/// that the compiler keeps the place in a register.
#[inline]
fn attribute(text: &[u8]) -> (Step<'_>, &[u8]) {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return (Step::End(TagEnd::PageEnd), rest),
            [b'>', rest @ ..] => return (Step::End(TagEnd::Open), rest),
            [b'/', b'>', rest @ ..] => return (Step::End(TagEnd::SelfClosing), rest),
            [b'/', rest @ ..] => rest,
            [byte, rest @ ..] if is(*byte, SPACE) => rest,
            _ => break,
        }
    }
    let (name, rest) = attribute_name(rest);
    let rest = match rest {
        [b'=', rest @ ..] => rest,
        _ => match skip_spaces(rest) {
            [b'=', rest @ ..] => rest,
            rest => return (Step::Attribute(Attribute { name, value: &[] }), rest),
        },
    };
    match attribute_value(skip_spaces(rest)) {
        Some((value, rest)) => (Step::Attribute(Attribute { name, value }), rest),
        None => (Step::End(TagEnd::PageEnd), &[]),
    }
}

/// The first byte belongs to the name whatever it is, `=` included.
#[inline]
fn attribute_name(text: &[u8]) -> (&[u8], &[u8]) {
    let mut len = 1;
    while text.get(len).is_some_and(|&byte| !is(byte, NAME_END)) {
        len += 1;
    }
    text.split_at_checked(len).unwrap_or((text, &[]))
}

/// Value and rest; `None` when the page ends within the value.
#[inline]
fn attribute_value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match text {
        [quote @ (b'"' | b'\''), quoted @ ..] => {
            let len = find_near(*quote, quoted)?;
            Some((&quoted[..len], &quoted[len + 1..]))
        }
        // Empty when the value is missing (`a=>`): the tag ends there.
        _ => text.iter().position(|&byte| is(byte, UNQUOTED_END)).map(|len| text.split_at(len)),
    }
}

#[inline]
fn skip_spaces(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [byte, after @ ..] = rest
        && is(*byte, SPACE)
    {
        rest = after;
    }
    rest
}
