//! Attributes of a tag (WHATWG HTML 13.2.5.32 to 13.2.5.40).

use crate::classes::{SPACE, UNQUOTED_END, is};
use crate::cursor::Cursor;
use crate::name::{Known, Name};
use crate::word::find_near;

/// How a tag ended. One cut off by the end of the page is no tag at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagEnd {
    Open,
    SelfClosing,
    PageEnd,
}

impl<'a> Cursor<'a> {
    /// Reads the rest of a tag and picks the attributes of these names; of several with one name
    /// the first counts.
    #[inline]
    pub(crate) fn attributes<const N: usize>(
        &mut self,
        names: [Known; N],
    ) -> ([Option<&'a [u8]>; N], TagEnd) {
        let mut values = [None; N];
        let end = self.each_attribute(|name, value| {
            for (known, picked) in names.iter().zip(&mut values) {
                if name.is(*known) && picked.is_none() {
                    *picked = Some(value);
                }
            }
        });
        (values, end)
    }

    /// Reads the rest of a tag nobody asks about.
    #[inline]
    pub(crate) fn skip_attributes(&mut self) -> TagEnd {
        if self.bytes.get(self.at) == Some(&b'>') {
            self.at += 1;
            return TagEnd::Open;
        }
        self.each_attribute(|_, _| {})
    }

    /// Reads the rest of a tag and tells its attributes as written; a missing value is an empty
    /// one. Works on a slice, not on the cursor, so that the place is kept in a register.
    #[inline]
    pub(crate) fn each_attribute(&mut self, mut tell: impl FnMut(Name<'a>, &'a [u8])) -> TagEnd {
        let mut rest = self.rest();
        let end = loop {
            let [byte, after @ ..] = rest else { break TagEnd::PageEnd };
            rest = match *byte {
                b'>' => {
                    rest = after;
                    break TagEnd::Open;
                }
                b'/' if after.first() == Some(&b'>') => {
                    rest = &after[1..];
                    break TagEnd::SelfClosing;
                }
                byte if byte == b'/' || is(byte, SPACE) => after,
                _ => {
                    let name = Name::of_attribute(rest);
                    let Some((value, after)) = value(&rest[name.bytes.len()..]) else {
                        rest = &[];
                        break TagEnd::PageEnd;
                    };
                    tell(name, value);
                    after
                }
            };
        };
        self.at = self.bytes.len() - rest.len();
        end
    }
}

/// The value of the attribute whose name has been read, and what follows; `None` when the page
/// ends within it.
#[inline]
fn value(after_name: &[u8]) -> Option<(&[u8], &[u8])> {
    match after_name {
        [b'=', quote @ (b'"' | b'\''), quoted @ ..] => quoted_value(*quote, quoted),
        _ => spaced_value(after_name),
    }
}

#[inline]
fn quoted_value(quote: u8, quoted: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = find_near(quote, quoted)?;
    Some((&quoted[..len], &quoted[len + 1..]))
}

/// A value without quotes, none at all, or one with spaces around its `=`.
fn spaced_value(after_name: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = match skip_spaces(after_name) {
        [b'=', text @ ..] => skip_spaces(text),
        rest => return Some((&[], rest)),
    };
    match text {
        [quote @ (b'"' | b'\''), quoted @ ..] => quoted_value(*quote, quoted),
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
