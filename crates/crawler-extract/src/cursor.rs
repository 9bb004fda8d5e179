//! Walks from tag to tag through a page (WHATWG HTML 13.2.5, without a tree builder).

use crate::name::Name;
use crate::word::find_near;
use memchr::{memchr, memmem};

/// A place in a page. Moves only forward, so that the scan is linear.
pub(crate) struct Cursor<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    /// What `<![CDATA[` means here.
    pub(crate) cdata: Cdata,
}

/// CDATA sections exist in SVG and in mathematics only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cdata {
    BogusComment,
    Section,
}

/// The beginning of a tag; its attributes have not been read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag<'a> {
    Start(Name<'a>),
    End(Name<'a>),
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, cdata: Cdata::BogusComment }
    }

    /// Goes on to just behind the name of the next tag. Comments and the like are passed over.
    #[expect(clippy::inline_always, reason = "measured: a tag handed over in registers is quicker")]
    #[inline(always)]
    pub(crate) fn next_tag(&mut self) -> Option<Tag<'a>> {
        loop {
            self.at += find_near(b'<', self.rest())? + 1;
            match self.rest() {
                [b'a'..=b'z' | b'A'..=b'Z', ..] => return Some(Tag::Start(self.tag_name())),
                [b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    self.at += 1;
                    return Some(Tag::End(self.tag_name()));
                }
                [] | [b'/'] => return None,
                [b'/' | b'?' | b'!', ..] => self.skip_declaration(self.at - 1),
                _ => {}
            }
        }
    }

    #[inline]
    fn tag_name(&mut self) -> Name<'a> {
        let name = Name::of_tag(self.rest());
        self.at += name.bytes.len();
        name
    }

    /// A comment, a doctype or something bogus like `</>`; `open` is where its `<` is.
    fn skip_declaration(&mut self, open: usize) {
        const CDATA_OPEN: &[u8] = b"<![CDATA[";
        let declaration = &self.bytes[open..];
        if declaration.starts_with(b"<!--") {
            self.skip_comment(open);
        } else if self.cdata == Cdata::Section && declaration.starts_with(CDATA_OPEN) {
            let end = memmem::find(declaration, b"]]>").map(|idx| open + idx + b"]]>".len());
            self.at = end.unwrap_or(self.bytes.len());
        } else {
            // A `>` ends a doctype even within its quoted identifiers.
            self.skip_past(b'>');
        }
    }

    /// `-->` ends a comment, and may share its dashes with the `<!--`; `--!>` ends it too, but
    /// may not.
    fn skip_comment(&mut self, open: usize) {
        let dashes = open + b"<!".len();
        let text = dashes + b"--".len();
        self.at = text;
        while let Some(idx) = memchr(b'>', self.rest()) {
            let close = self.at + idx;
            self.at = close + 1;
            let plain = self.bytes[dashes..close].ends_with(b"--");
            if plain || self.bytes[text..close].ends_with(b"--!") {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// To just behind the next `byte`, or the end of the page.
    #[inline]
    fn skip_past(&mut self, byte: u8) {
        self.at = memchr(byte, self.rest()).map_or(self.bytes.len(), |idx| self.at + idx + 1);
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}
