//! The elements that matter to a link scanner; of the others only the end has to be found.

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

/// Looks a tag name up, in any letter case.
#[inline]
pub(crate) fn element(name: &[u8]) -> Element {
    match key(name) {
        A => Element::Anchor,
        AREA => Element::Area,
        AUDIO | VIDEO => Element::Media,
        BASE => Element::Base,
        EMBED | TRACK => Element::SourceOnly,
        FRAME => Element::Frame,
        HTML => Element::Html,
        IFRAME => Element::Iframe,
        IMAGE | IMG => Element::Image,
        INPUT => Element::Input,
        LINK => Element::Link,
        MATH | SVG => Element::Foreign,
        META => Element::Meta,
        NOEMBED | NOFRAMES | STYLE | TEXTAREA | XMP => Element::RawText,
        OBJECT => Element::Object,
        SCRIPT => Element::Script,
        SOURCE => Element::Source,
        TITLE => Element::Title,
        LONG if is(name, "plaintext") => Element::Plaintext,
        _ => Element::Other,
    }
}

const A: u64 = key(b"a");
const AREA: u64 = key(b"area");
const AUDIO: u64 = key(b"audio");
const BASE: u64 = key(b"base");
const EMBED: u64 = key(b"embed");
const FRAME: u64 = key(b"frame");
const HTML: u64 = key(b"html");
const IFRAME: u64 = key(b"iframe");
const IMAGE: u64 = key(b"image");
const IMG: u64 = key(b"img");
const INPUT: u64 = key(b"input");
const LINK: u64 = key(b"link");
const MATH: u64 = key(b"math");
const META: u64 = key(b"meta");
const NOEMBED: u64 = key(b"noembed");
const NOFRAMES: u64 = key(b"noframes");
const OBJECT: u64 = key(b"object");
const SCRIPT: u64 = key(b"script");
const SOURCE: u64 = key(b"source");
const STYLE: u64 = key(b"style");
const SVG: u64 = key(b"svg");
const TEXTAREA: u64 = key(b"textarea");
const TITLE: u64 = key(b"title");
const TRACK: u64 = key(b"track");
const VIDEO: u64 = key(b"video");
const XMP: u64 = key(b"xmp");

/// Key of the names too long for one.
const LONG: u64 = u64::MAX;

/// A name of up to eight letters as one number, which makes the look-up a few comparisons. The bit
/// that tells upper from lower case is set in all bytes; no byte but the two cases of a letter
/// becomes that letter.
#[inline]
const fn key(name: &[u8]) -> u64 {
    const CASE_BIT: u8 = 0x20;
    if name.len() > size_of::<u64>() {
        return LONG;
    }
    let mut key = 0;
    let mut idx = 0;
    while idx < name.len() {
        key = key << 8 | (name[idx] | CASE_BIT) as u64;
        idx += 1;
    }
    key
}

/// Whether a start tag ends an open `<svg>` or `<math>`: such pages forgot the end tag
/// (WHATWG HTML 13.2.6.5).
pub(crate) fn breaks_out_of_foreign(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "i",
        "img",
        "li",
        "listing",
        "menu",
        "meta",
        "nobr",
        "ol",
        "p",
        "pre",
        "ruby",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tt",
        "u",
        "ul",
        "var",
    ];
    NAMES.iter().any(|break_out| is(name, break_out))
}

/// Whether a tag name is that of an element with foreign content.
pub(crate) fn is_foreign_root(name: &[u8]) -> bool {
    is(name, "svg") || is(name, "math")
}

#[inline]
fn is(name: &[u8], element_name: &str) -> bool {
    name.eq_ignore_ascii_case(element_name.as_bytes())
}
