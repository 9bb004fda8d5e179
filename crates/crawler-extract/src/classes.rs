//! Byte classes of the tokenizer, as one table: a look-up per byte beats chains of comparisons.

/// ASCII whitespace of HTML: tab, line feed, form feed, carriage return, space.
pub(crate) const SPACE: u8 = 1;
/// Ends a tag name: whitespace, `/` and `>`.
pub(crate) const TAG_NAME_END: u8 = 2;
/// Ends an attribute name: the above and `=`.
pub(crate) const NAME_END: u8 = 4;
/// Ends an unquoted attribute value: whitespace and `>`.
pub(crate) const UNQUOTED_END: u8 = 8;
/// Keeps a URL attribute from being used as it stands: `&`, NUL and what URLs ignore.
pub(crate) const NEEDS_CLEANING: u8 = 16;

/// Whether `byte` is in one of `classes`.
#[inline]
pub(crate) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut spaces: &[u8] = b"\t\n\x0C\r ";
    while let [byte, rest @ ..] = spaces {
        table[*byte as usize] = SPACE | TAG_NAME_END | NAME_END | UNQUOTED_END;
        spaces = rest;
    }
    table[b'>' as usize] = TAG_NAME_END | NAME_END | UNQUOTED_END;
    table[b'/' as usize] = TAG_NAME_END | NAME_END;
    table[b'=' as usize] = NAME_END;
    let mut unclean: &[u8] = b"&\0\t\n\r";
    while let [byte, rest @ ..] = unclean {
        table[*byte as usize] |= NEEDS_CLEANING;
        unclean = rest;
    }
    table
};
