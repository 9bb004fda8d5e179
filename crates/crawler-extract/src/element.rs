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

/// Looks a tag name up, in any letter case. `name` is not empty.
#[inline]
pub(crate) fn element(name: &[u8]) -> Element {
    // The length alone rules most names out; it makes the match a jump table.
    match name.len() {
        1 if is(name, "a") => Element::Anchor,
        3 => pick(
            name,
            &[("svg", Element::Foreign), ("img", Element::Image), ("xmp", Element::RawText)],
        ),
        4 => pick(
            name,
            &[
                ("link", Element::Link),
                ("meta", Element::Meta),
                ("area", Element::Area),
                ("base", Element::Base),
                ("html", Element::Html),
                ("math", Element::Foreign),
            ],
        ),
        5 => pick(
            name,
            &[
                ("style", Element::RawText),
                ("input", Element::Input),
                ("image", Element::Image),
                ("title", Element::Title),
                ("frame", Element::Frame),
                ("video", Element::Media),
                ("audio", Element::Media),
                ("embed", Element::SourceOnly),
                ("track", Element::SourceOnly),
            ],
        ),
        6 => pick(
            name,
            &[
                ("script", Element::Script),
                ("source", Element::Source),
                ("iframe", Element::Iframe),
                ("object", Element::Object),
            ],
        ),
        7 if is(name, "noembed") => Element::RawText,
        8 => pick(name, &[("textarea", Element::RawText), ("noframes", Element::RawText)]),
        9 if is(name, "plaintext") => Element::Plaintext,
        _ => Element::Other,
    }
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
fn pick(name: &[u8], elements: &[(&str, Element)]) -> Element {
    elements
        .iter()
        .find(|(element_name, _)| is(name, element_name))
        .map_or(Element::Other, |&(_, element)| element)
}

#[inline]
fn is(name: &[u8], element_name: &str) -> bool {
    name.eq_ignore_ascii_case(element_name.as_bytes())
}
