//! What goes in, what comes out, and the order in which it happens.

use crate::anchor::Anchor;
use crate::charset::{self, CharsetSource};
use crate::collect::{Syntax, collect};
use crate::directives::RobotsDirectives;
use crate::mime::is_xhtml;
use crate::rel::Rel;
use crate::text;
use crate::visit::visit;
use encoding_rs::UTF_8;
use std::borrow::Cow;

/// Finds the links and facts of one HTML page.
///
/// The page is scanned once; then the visitor is told the base, if there is one, and every link in
/// document order. Robots directives of the page are reported in the facts and not applied: the
/// links of a `nofollow` page are visited all the same.
pub fn extract(input: &PageInput<'_>, visitor: &mut dyn LinkVisitor) -> PageFacts {
    let charset = charset::detect(input.bytes, input.content_type);
    let page: Cow<'_, [u8]> = if charset.encoding == UTF_8 {
        // Markup is ASCII, so broken UTF-8 can wait until an attribute is really wanted.
        Cow::Borrowed(input.bytes)
    } else {
        let encoded = input.bytes.get(charset.bom_bytes..).unwrap_or_default();
        match charset.encoding.decode_without_bom_handling(encoded).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    };
    let syntax = if is_xhtml(input.content_type) { Syntax::Xml } else { Syntax::Html };
    let collected = collect(&page, input, syntax);
    if charset.encoding != UTF_8 {
        visitor.charset(charset.encoding.name());
    }
    let counts = visit(&collected, &page, input.outlinks_max, visitor);
    PageFacts {
        base_href: collected.base_href().map(Cow::into_owned),
        title: collected.title.and_then(text::title),
        canonical: collected.canonical.map(|href| text::url_value(href).into_owned()),
        language: collected.language.and_then(text::language),
        robots: collected.robots,
        charset: charset.encoding.name(),
        charset_source: charset.source,
        links: u32::try_from(counts.visited).unwrap_or(u32::MAX),
        links_dropped: u32::try_from(counts.dropped).unwrap_or(u32::MAX),
    }
}

/// One page as received.
#[derive(Clone, Copy, Debug)]
pub struct PageInput<'a> {
    /// The body with transfer and content codings undone.
    pub bytes: &'a [u8],
    /// The `Content-Type` header, if there was one.
    pub content_type: Option<&'a str>,
    /// Which kinds of links are asked for.
    pub want: Want,
    /// Links visited at most; the rest is counted in [`PageFacts::links_dropped`].
    pub outlinks_max: usize,
    /// Our own name in robots directives: `<meta name=…>` with it counts like `name=robots`.
    pub product_token: Option<&'a str>,
}

/// Which kinds of links are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// Whether what a page embeds is wanted besides what it links to.
    pub assets: Assets,
}

/// Whether images, scripts, style sheets, media and the like are links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Assets {
    /// Only pages: anchors, areas, frames, refreshes and the navigational `<link>`s.
    #[default]
    Skip,
    /// Everything the page would load too.
    Include,
}

/// Receives what [`extract`] finds.
pub trait LinkVisitor {
    /// The encoding the page was read in, by its WHATWG name, unless it is UTF-8: queries of its
    /// links are written in it, see [`encode_query`](crate::encode_query). Called at most once
    /// and before all others.
    fn charset(&mut self, name: &'static str) {
        let _ = name;
    }

    /// The `href` of the page's first `<base>`, entity-decoded and trimmed. Called at most once
    /// and before any [`LinkVisitor::link`], so that it holds for all links.
    fn base(&mut self, href: &str);

    /// What the page's meta elements say about following its links and keeping it. Called once,
    /// before any [`LinkVisitor::link`].
    fn directives(&mut self, directives: RobotsDirectives) {
        let _ = directives;
    }

    /// The `href` of the page's first `<link rel=canonical>` (RFC 6596). Called at most once, before
    /// any [`LinkVisitor::link`]; it is one of the links too.
    fn canonical(&mut self, href: &str) {
        let _ = href;
    }

    /// One link, in document order.
    fn link(&mut self, link: Link<'_>);
}

/// A link as written: entity-decoded, trimmed, without tabs and newlines, not yet joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// URL reference, relative to the base of the page. Empty only for anchors and areas.
    pub href: &'a str,
    /// Where it was found.
    pub kind: LinkKind,
    /// What its `rel` says about following it.
    pub rel: Rel,
    /// Where its text is, for anchors.
    pub anchor: Anchor<'a>,
}

/// Where a link was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkKind {
    /// `<a href>`
    Anchor,
    /// `<area href>`
    Area,
    /// `<iframe src>` and `<frame src>`
    Frame,
    /// `rel=canonical`
    Canonical,
    /// `rel=alternate`: translations, feeds
    Alternate,
    /// `rel=next`
    Next,
    /// `rel=prev`
    Prev,
    /// `<meta http-equiv=refresh>`
    Refresh,
    /// Images, icons, posters
    Image,
    /// Scripts
    Script,
    /// Style sheets
    Stylesheet,
    /// A `Link` header field with a relation that has no kind of its own
    Header,
    /// Audio, video, tracks, plug-ins, preloads of these
    Other,
}

impl LinkKind {
    /// Whether the page loads the target as a part of itself, frames aside.
    #[must_use]
    pub fn is_asset(self) -> bool {
        matches!(self, Self::Image | Self::Script | Self::Stylesheet | Self::Other)
    }
}

/// What a page says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFacts {
    /// `href` of the first `<base>` that has one, as given to [`LinkVisitor::base`].
    pub base_href: Option<String>,
    /// First `<title>`, whitespace collapsed, at most 500 characters.
    pub title: Option<String>,
    /// First `<link rel=canonical>`, not yet joined.
    pub canonical: Option<String>,
    /// `lang` of `<html>`.
    pub language: Option<String>,
    /// Union of all `<meta name=robots>` and those with our product token.
    pub robots: RobotsDirectives,
    /// WHATWG name of the encoding the page was read in, for example `"UTF-8"`, `"Shift_JIS"`.
    pub charset: &'static str,
    /// What decided on the encoding.
    pub charset_source: CharsetSource,
    /// Links visited.
    pub links: u32,
    /// Links found but not visited because of [`PageInput::outlinks_max`].
    pub links_dropped: u32,
}
