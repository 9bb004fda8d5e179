//! URLs in pages, found by the tokenizer that finds links.

use std::borrow::Cow;
use std::ops::Range;

use super::{Replace, UrlRole, rewrite_css};
use crate::attribute::TagEnd;
use crate::collect::Syntax;
use crate::cursor::{Cdata, Cursor, Tag};
use crate::element::{Element, breaks_out_of_foreign, element, is_foreign_root};
use crate::mime::is_xhtml;
use crate::name::Name;
use crate::page::{Assets, LinkKind};
use crate::refresh::refresh_url;
use crate::rel::link_kind;
use crate::srcset::srcset_urls;
use crate::text::{attribute_value, url_value, without_newlines};

/// Pages within attributes of pages that are rewritten.
const SRCDOC_DEPTH_MAX: u32 = 4;

/// A page with other URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewrittenHtml {
    /// The page.
    pub html: Vec<u8>,
    /// Where in it the content of the first `<body>` begins.
    pub body: Option<usize>,
}

/// Puts other URLs in the place of those of a page: in attributes, `srcset`, `srcdoc`, refreshes and styles.
/// `text` is in an encoding whose markup is ASCII. What no longer holds for a page that was changed is
/// emptied: `integrity`, the policy of a `<meta http-equiv=content-security-policy>`, and `ping`.
#[must_use]
pub fn rewrite_html(
    text: &[u8],
    content_type: Option<&str>,
    replace: &mut Replace<'_>,
) -> RewrittenHtml {
    let syntax = if is_xhtml(content_type) { Syntax::Xml } else { Syntax::Html };
    rewrite(text, syntax, 0, replace)
}

/// The same for a page that stands in an attribute of another, `srcdoc_depth` times.
fn rewrite(
    text: &[u8],
    syntax: Syntax,
    srcdoc_depth: u32,
    replace: &mut Replace<'_>,
) -> RewrittenHtml {
    let mut rewriter = Rewriter {
        cursor: Cursor::new(text),
        syntax,
        srcdoc_depth,
        foreign_depth: 0,
        attributes: Vec::new(),
        out: Vec::with_capacity(text.len() + text.len() / 4),
        copied: 0,
        body: None,
        replace,
    };
    rewriter.set_foreign_depth(0);
    while let Some(tag) = rewriter.cursor.next_tag() {
        match tag {
            Tag::Start(name) => rewriter.start_tag(name),
            Tag::End(name) => rewriter.end_tag(name),
        }
    }
    rewriter.copy_to(text.len());
    RewrittenHtml { html: rewriter.out, body: rewriter.body }
}

/// An attribute as written; a missing value is an empty one.
#[derive(Clone, Copy)]
struct Attribute<'t> {
    name: &'t [u8],
    value: &'t [u8],
}

struct Rewriter<'t, 'r, 'f> {
    cursor: Cursor<'t>,
    syntax: Syntax,
    srcdoc_depth: u32,
    /// How many `<svg>` and `<math>` are open.
    foreign_depth: u32,
    /// Those of the tag.
    attributes: Vec<Attribute<'t>>,
    out: Vec<u8>,
    /// Up to here the page is in `out`.
    copied: usize,
    body: Option<usize>,
    replace: &'r mut Replace<'f>,
}

impl<'t> Rewriter<'t, '_, '_> {
    fn start_tag(&mut self, name: Name<'t>) {
        let end = self.read_attributes();
        if end == TagEnd::PageEnd {
            return;
        }
        if self.foreign_depth > 0 && breaks_out_of_foreign(name) {
            self.set_foreign_depth(0);
        }
        let element = element(name);
        let attributes = std::mem::take(&mut self.attributes);
        for attribute in attributes.iter().filter(|attribute| !attribute.value.is_empty()) {
            if let Some(new) = self.changed(element, attribute, &attributes) {
                self.put_value(attribute.value, &new);
            }
        }
        self.attributes = attributes;
        if self.body.is_none() && name.bytes.eq_ignore_ascii_case(b"body") {
            self.copy_to(self.cursor.at);
            self.body = Some(self.out.len());
        }
        self.content(element, name.bytes, end);
    }

    /// Reads the rest of a tag.
    fn read_attributes(&mut self) -> TagEnd {
        self.attributes.clear();
        let attributes = &mut self.attributes;
        self.cursor.each_attribute(|name, value| {
            attributes.push(Attribute { name: name.bytes, value });
        })
    }

    /// Passes over what is no markup; within `<svg>` and `<math>` all is.
    fn content(&mut self, element: Element, name: &'t [u8], end: TagEnd) {
        let is_foreign = self.foreign_depth > 0;
        let is_empty = end == TagEnd::SelfClosing && self.syntax == Syntax::Xml;
        match element {
            Element::Foreign if end == TagEnd::Open => {
                self.set_foreign_depth(self.foreign_depth.saturating_add(1));
            }
            _ if is_foreign || is_empty => {}
            Element::Plaintext => self.cursor.at = self.cursor.bytes.len(),
            Element::Script => self.cursor.skip_script(),
            Element::RawText if name.eq_ignore_ascii_case(b"style") => {
                let sheet = self.cursor.skip_raw_text(name);
                let text = String::from_utf8_lossy(sheet);
                if let Some(new) = rewrite_css(&text, self.replace) {
                    self.put(self.place(sheet), new.as_bytes());
                }
            }
            Element::RawText | Element::Title | Element::Iframe => {
                self.cursor.skip_raw_text(name);
            }
            _ => {}
        }
    }

    fn end_tag(&mut self, name: Name<'_>) {
        self.cursor.skip_attributes();
        if self.foreign_depth > 0 && is_foreign_root(name) {
            self.set_foreign_depth(self.foreign_depth - 1);
        }
    }

    fn set_foreign_depth(&mut self, depth: u32) {
        self.foreign_depth = depth;
        self.cursor.cdata = match self.syntax {
            Syntax::Html if depth == 0 => Cdata::BogusComment,
            _ => Cdata::Section,
        };
    }

    /// The new value of an attribute, not yet escaped; `None` when it stays.
    fn changed(
        &mut self,
        element: Element,
        attribute: &Attribute<'_>,
        all: &[Attribute<'_>],
    ) -> Option<String> {
        let Attribute { name, value } = *attribute;
        let of = |name: &str| {
            let found = all.iter().find(|one| one.name.eq_ignore_ascii_case(name.as_bytes()));
            found.map_or(&b""[..], |attribute| attribute.value)
        };
        let mut url = |role| (self.replace)(&url_value(value), role);
        match &*name.to_ascii_lowercase() {
            b"href" | b"xlink:href" => url(match element {
                Element::Base => UrlRole::Base,
                Element::Link => role_of_link(of("rel"), of("as")),
                Element::Image => UrlRole::Image,
                _ => UrlRole::Link,
            }),
            b"src" => url(match element {
                Element::Frame | Element::Iframe => UrlRole::Frame,
                Element::Image | Element::Input => UrlRole::Image,
                Element::Script => UrlRole::Script,
                _ => UrlRole::Other,
            }),
            b"poster" | b"background" => url(UrlRole::Image),
            b"data" if element == Element::Object => url(UrlRole::Other),
            b"action" | b"formaction" | b"longdesc" | b"cite" => url(UrlRole::Link),
            b"srcset" | b"imagesrcset" => self.srcset(&attribute_value(value)),
            b"srcdoc" if element == Element::Iframe => self.srcdoc(&attribute_value(value)),
            b"style" => rewrite_css(&attribute_value(value), self.replace),
            b"content" if element == Element::Meta => match of("http-equiv") {
                equiv if equiv.eq_ignore_ascii_case(b"refresh") => {
                    self.refresh(&attribute_value(value))
                }
                equiv if is_policy(equiv) => Some(String::new()),
                _ => None,
            },
            b"integrity" | b"ping" => Some(String::new()),
            _ => None,
        }
    }

    fn srcset(&mut self, value: &str) -> Option<String> {
        let (mut new, mut copied) = (String::new(), 0);
        for url in srcset_urls(value) {
            if let Some(other) = (self.replace)(url, UrlRole::Image) {
                let place = place_in(value.as_bytes(), url.as_bytes());
                new.push_str(value.get(copied..place.start).unwrap_or_default());
                new.push_str(&other);
                copied = place.end;
            }
        }
        (copied > 0).then(|| new + value.get(copied..).unwrap_or_default())
    }

    /// The page in an `<iframe srcdoc>`, whose links are relative to what those around it are (WHATWG HTML
    /// 2.4.3); too deep it is emptied, not to lead elsewhere.
    fn srcdoc(&mut self, page: &str) -> Option<String> {
        if self.srcdoc_depth == SRCDOC_DEPTH_MAX {
            return Some(String::new());
        }
        let inner = rewrite(page.as_bytes(), Syntax::Html, self.srcdoc_depth + 1, self.replace);
        String::from_utf8(inner.html).ok().filter(|html| html != page)
    }

    fn refresh(&mut self, value: &str) -> Option<String> {
        let url = refresh_url(value)?;
        let place = place_in(value.as_bytes(), url.as_bytes());
        let other = (self.replace)(&without_newlines(url), UrlRole::Link)?;
        Some([value.get(..place.start)?, &other, value.get(place.end..)?].concat())
    }

    /// Writes an attribute value in the place of one, quoted and escaped.
    fn put_value(&mut self, old: &[u8], new: &str) {
        let place = self.place(old);
        let before = place.start.checked_sub(1).and_then(|at| self.cursor.bytes.get(at));
        let quote: &[u8] = if matches!(before, Some(b'"' | b'\'')) { b"" } else { b"\"" };
        let escaped = escape(new);
        self.put(place, &[quote, escaped.as_bytes(), quote].concat());
    }

    fn put(&mut self, place: Range<usize>, new: &[u8]) {
        self.copy_to(place.start);
        self.out.extend_from_slice(new);
        self.copied = place.end;
    }

    fn copy_to(&mut self, end: usize) {
        self.out.extend_from_slice(self.cursor.bytes.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    fn place(&self, part: &[u8]) -> Range<usize> {
        place_in(self.cursor.bytes, part)
    }
}

/// Where a slice of `whole` is in it.
fn place_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

fn role_of_link(rel: &[u8], destination: &[u8]) -> UrlRole {
    match link_kind(rel, destination, Assets::Include) {
        Some(LinkKind::Image) => UrlRole::Image,
        Some(LinkKind::Script) => UrlRole::Script,
        Some(LinkKind::Stylesheet) => UrlRole::Stylesheet,
        Some(LinkKind::Other) => UrlRole::Other,
        _ => UrlRole::Link,
    }
}

fn is_policy(pragma: &[u8]) -> bool {
    const POLICIES: [&[u8]; 2] =
        [b"content-security-policy", b"content-security-policy-report-only"];
    POLICIES.iter().any(|policy| pragma.trim_ascii().eq_ignore_ascii_case(policy))
}

/// Safe in quotes of either kind.
fn escape(text: &str) -> Cow<'_, str> {
    const SPECIAL: [char; 5] = ['&', '"', '\'', '<', '>'];
    if !text.contains(SPECIAL) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}
