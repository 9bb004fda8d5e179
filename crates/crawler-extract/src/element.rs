//! The elements that matter to a link scanner; of the others only the end has to be found.

use crate::name::{LONG, Name, key, known};

/// What to do at a start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Anchor,
    Area,
    Base,
    Frame,
    Html,
    Iframe,
    Image,
    Input,
    Link,
    Media,
    Meta,
    Object,
    Plaintext,
    /// Content runs to the matching end tag whatever it contains.
    RawText,
    Script,
    Source,
    /// Anything else with a `src`: embed, track.
    SourceOnly,
    /// `<svg>` and `<math>`, where other rules hold.
    Foreign,
    Title,
    Other,
}

/// Looks a tag name up.
#[inline]
pub(crate) fn element(name: Name<'_>) -> Element {
    let (key, element) = TABLE[slot(name.key(), MULTIPLIER)];
    match element {
        element if key == name.key() => element,
        _ if name.key() == LONG && name.is(const { known("plaintext") }) => Element::Plaintext,
        _ => Element::Other,
    }
}

const ELEMENTS: [(&str, Element); 26] = [
    ("a", Element::Anchor),
    ("area", Element::Area),
    ("audio", Element::Media),
    ("base", Element::Base),
    ("embed", Element::SourceOnly),
    ("frame", Element::Frame),
    ("html", Element::Html),
    ("iframe", Element::Iframe),
    ("image", Element::Image),
    ("img", Element::Image),
    ("input", Element::Input),
    ("link", Element::Link),
    ("math", Element::Foreign),
    ("meta", Element::Meta),
    ("noembed", Element::RawText),
    ("noframes", Element::RawText),
    ("object", Element::Object),
    ("script", Element::Script),
    ("source", Element::Source),
    ("style", Element::RawText),
    ("svg", Element::Foreign),
    ("textarea", Element::RawText),
    ("title", Element::Title),
    ("track", Element::SourceOnly),
    ("video", Element::Media),
    ("xmp", Element::RawText),
];

/// The elements by the hash of their keys, each in a slot of its own, so that one comparison
/// settles a look-up.
static TABLE: [(u64, Element); SLOTS] = match table(MULTIPLIER) {
    Some(table) => table,
    None => panic!("two elements share a slot: take another multiplier"),
};
const SLOTS: usize = 128;
const MULTIPLIER: u64 = first_perfect_multiplier();

#[inline]
const fn slot(key: u64, multiplier: u64) -> usize {
    (key.wrapping_mul(multiplier) >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

const fn first_perfect_multiplier() -> u64 {
    // Odd, with its bits evenly spread (the golden ratio).
    let mut multiplier = 0x9E37_79B9_7F4A_7C15;
    while table(multiplier).is_none() {
        multiplier = multiplier.wrapping_mul(multiplier).wrapping_add(2);
    }
    multiplier
}

/// `None` when two elements share a slot.
const fn table(multiplier: u64) -> Option<[(u64, Element); SLOTS]> {
    let mut table = [(0, Element::Other); SLOTS];
    let mut idx = 0;
    while idx < ELEMENTS.len() {
        let (name, element) = ELEMENTS[idx];
        let key = key(name.as_bytes());
        let slot = slot(key, multiplier);
        if table[slot].0 != 0 {
            return None;
        }
        table[slot] = (key, element);
        idx += 1;
    }
    Some(table)
}

/// Whether a start tag ends an open `<svg>` or `<math>`: such pages forgot the end tag
/// (WHATWG HTML 13.2.6.5).
pub(crate) fn breaks_out_of_foreign(name: Name<'_>) -> bool {
    BREAK_OUTS.contains(&name.key())
        || (name.key() == LONG && name.is(const { known("blockquote") }))
}

/// All but `blockquote`, which is too long for a key.
#[rustfmt::skip]
const BREAK_OUTS: [u64; 43] = keys([
    "b", "big", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "menu", "meta", "nobr", "ol",
    "p", "pre", "ruby", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tt", "u",
    "ul", "var",
]);

const fn keys<const N: usize>(names: [&str; N]) -> [u64; N] {
    let mut keys = [0; N];
    let mut idx = 0;
    while idx < N {
        keys[idx] = key(names[idx].as_bytes());
        idx += 1;
    }
    keys
}

/// Whether a tag name is that of an element with foreign content.
pub(crate) fn is_foreign_root(name: Name<'_>) -> bool {
    name.is(const { known("svg") }) || name.is(const { known("math") })
}
