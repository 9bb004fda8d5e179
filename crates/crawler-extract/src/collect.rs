//! Gathers what matters while walking from tag to tag. Nothing is decoded yet: what is gathered
//! are slices of the page, so that all links can wait for a `<base>` that comes late.

use crate::attribute::TagEnd;
use crate::attribute_names as names;
use crate::cursor::{Cdata, Cursor, Tag};
use crate::directives::RobotsDirectives;
use crate::element::{Element, breaks_out_of_foreign, element, is_foreign_root};
use crate::name::{Known, Name};
use crate::page::{Assets, LinkKind, PageInput};
use crate::rel::{Rel, link_kind};
use crate::srcset::srcset_urls;
use crate::text::attribute_value;

/// First reservation for links: most pages have no more.
const OUTLINKS_EXPECTED: usize = 256;

/// Walks through a page. `text` is `input.bytes` in an encoding whose markup is ASCII.
pub(crate) fn collect<'t>(text: &'t [u8], input: &PageInput<'t>, syntax: Syntax) -> Collected<'t> {
    let mut collector = Collector {
        cursor: Cursor::new(text),
        syntax,
        assets: input.want.assets,
        product_token: input.product_token.unwrap_or("robots"),
        outlinks_max: input.outlinks_max,
        foreign_depth: 0,
        collected: Collected {
            outlinks: Vec::with_capacity(OUTLINKS_EXPECTED.min(input.outlinks_max)),
            ..Collected::default()
        },
    };
    collector.set_foreign_depth(0);
    while let Some(tag) = collector.cursor.next_tag() {
        match tag {
            Tag::Start(name) if collector.foreign_depth == 0 => collector.start_tag(name),
            Tag::Start(name) => collector.foreign_start_tag(name),
            Tag::End(name) => collector.end_tag(name),
        }
    }
    collector.collected
}

/// What was found, as written in the page.
#[derive(Default)]
pub(crate) struct Collected<'t> {
    pub(crate) outlinks: Vec<RawOutlink<'t>>,
    /// Links beyond the maximum.
    pub(crate) dropped: usize,
    pub(crate) base: Option<&'t [u8]>,
    pub(crate) title: Option<&'t [u8]>,
    pub(crate) canonical: Option<&'t [u8]>,
    pub(crate) language: Option<&'t [u8]>,
    pub(crate) robots: RobotsDirectives,
}

/// An attribute that holds at least one link.
#[derive(Clone, Copy)]
pub(crate) struct RawOutlink<'t> {
    pub(crate) value: &'t [u8],
    pub(crate) shape: Shape,
    pub(crate) kind: LinkKind,
    pub(crate) rel: Rel,
}

/// How an attribute holds its links.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Url,
    Srcset,
    Refresh,
}

/// In XML, an element may really be closed by its own start tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Html,
    Xml,
}

struct Collector<'t, 'i> {
    cursor: Cursor<'t>,
    syntax: Syntax,
    assets: Assets,
    product_token: &'i str,
    outlinks_max: usize,
    /// How many `<svg>` and `<math>` are open.
    foreign_depth: u32,
    collected: Collected<'t>,
}

impl<'t> Collector<'t, '_> {
    #[inline]
    fn start_tag(&mut self, name: Name<'t>) {
        match element(name) {
            Element::Other => _ = self.cursor.skip_attributes(),
            Element::Anchor => self.anchor(LinkKind::Anchor),
            element => self.element(element, name),
        }
    }

    fn element(&mut self, element: Element, name: Name<'_>) {
        match element {
            Element::Anchor | Element::Other => {}
            Element::Area => self.anchor(LinkKind::Area),
            Element::Base => self.base(),
            Element::Frame => _ = self.url(names::SRC, LinkKind::Frame),
            Element::Html => self.html(),
            Element::Iframe => {
                let end = self.url(names::SRC, LinkKind::Frame);
                self.skip_content(name, end);
            }
            Element::Link => self.link(),
            Element::Meta => self.meta(),
            Element::Title => self.title(name),
            Element::Foreign => {
                if self.cursor.skip_attributes() == TagEnd::Open {
                    self.set_foreign_depth(1);
                }
            }
            Element::Plaintext => {
                // Nothing ends it.
                if self.cursor.skip_attributes() == TagEnd::Open {
                    self.cursor.at = self.cursor.bytes.len();
                }
            }
            Element::RawText => {
                let end = self.cursor.skip_attributes();
                self.skip_content(name, end);
            }
            Element::Script => {
                let end = match self.assets {
                    Assets::Include => self.url(names::SRC, LinkKind::Script),
                    Assets::Skip => self.cursor.skip_attributes(),
                };
                if self.has_content(end) {
                    self.cursor.skip_script();
                }
            }
            asset if self.assets == Assets::Include => self.asset(asset),
            _ => _ = self.cursor.skip_attributes(),
        }
    }

    fn asset(&mut self, element: Element) {
        let image = LinkKind::Image;
        match element {
            Element::Image => self.image(image),
            Element::Source => self.image(LinkKind::Other),
            Element::Media => self.urls([(names::SRC, LinkKind::Other), (names::POSTER, image)]),
            Element::Object => self.urls([(names::DATA, LinkKind::Other)]),
            Element::Input => {
                let ([src, kind], end) = self.cursor.attributes([names::SRC, names::TYPE]);
                if kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"image")) {
                    self.found(src, image, end);
                }
            }
            _ => self.urls([(names::SRC, LinkKind::Other)]),
        }
    }

    fn end_tag(&mut self, name: Name<'_>) {
        self.cursor.skip_attributes();
        if self.foreign_depth > 0 && is_foreign_root(name) {
            self.set_foreign_depth(self.foreign_depth - 1);
        }
    }

    /// Within `<svg>` and `<math>` no content is raw, and a title is that of a drawing.
    fn foreign_start_tag(&mut self, name: Name<'t>) {
        if breaks_out_of_foreign(name) {
            self.set_foreign_depth(0);
            return self.start_tag(name);
        }
        match element(name) {
            Element::Foreign => {
                if self.cursor.skip_attributes() == TagEnd::Open {
                    self.set_foreign_depth(self.foreign_depth.saturating_add(1));
                }
            }
            Element::Anchor => self.foreign_link(LinkKind::Anchor),
            Element::Image if self.assets == Assets::Include => self.foreign_link(LinkKind::Image),
            _ => _ = self.cursor.skip_attributes(),
        }
    }

    fn set_foreign_depth(&mut self, depth: u32) {
        self.foreign_depth = depth;
        self.cursor.cdata = match self.syntax {
            Syntax::Html if depth == 0 => Cdata::BogusComment,
            _ => Cdata::Section,
        };
    }

    #[inline]
    fn anchor(&mut self, kind: LinkKind) {
        let ([href, rel], end) = self.cursor.attributes([names::HREF, names::REL]);
        if let Some(value) = href
            && end != TagEnd::PageEnd
        {
            let rel = rel.map_or_else(Rel::default, Rel::parse);
            self.push(RawOutlink { value, shape: Shape::Url, kind, rel }, 1);
        }
    }

    fn foreign_link(&mut self, kind: LinkKind) {
        let ([href, xlink_href], end) = self.cursor.attributes([names::HREF, names::XLINK_HREF]);
        self.found(href.or(xlink_href), kind, end);
    }

    fn base(&mut self) {
        let ([href], end) = self.cursor.attributes([names::HREF]);
        if end != TagEnd::PageEnd && self.collected.base.is_none() {
            self.collected.base = href;
        }
    }

    fn html(&mut self) {
        let ([lang, xml_lang], end) = self.cursor.attributes([names::LANG, names::XML_LANG]);
        if end != TagEnd::PageEnd && self.collected.language.is_none() {
            self.collected.language = lang.or(xml_lang);
        }
    }

    fn link(&mut self) {
        let ([href, rel, destination], end) =
            self.cursor.attributes([names::HREF, names::REL, names::AS]);
        let (Some(value), Some(types)) = (href, rel) else { return };
        let Some(kind) = link_kind(types, destination.unwrap_or_default(), self.assets) else {
            return;
        };
        if end == TagEnd::PageEnd || value.trim_ascii().is_empty() {
            return;
        }
        if kind == LinkKind::Canonical {
            self.collected.canonical.get_or_insert(value);
        }
        self.push(RawOutlink { value, shape: Shape::Url, kind, rel: Rel::parse(types) }, 1);
    }

    fn meta(&mut self) {
        let ([name, http_equiv, content], end) =
            self.cursor.attributes([names::NAME, names::HTTP_EQUIV, names::CONTENT]);
        let Some(value) = content.filter(|_| end != TagEnd::PageEnd) else { return };
        if name.is_some_and(|name| self.addresses_us(name.trim_ascii())) {
            self.collected.robots |= RobotsDirectives::parse(&attribute_value(value));
        }
        if http_equiv.is_some_and(|pragma| pragma.eq_ignore_ascii_case(b"refresh")) {
            let (shape, kind) = (Shape::Refresh, LinkKind::Refresh);
            self.push_some(RawOutlink { value, shape, kind, rel: Rel::default() });
        }
    }

    fn addresses_us(&self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(b"robots")
            || name.eq_ignore_ascii_case(self.product_token.as_bytes())
    }

    fn title(&mut self, name: Name<'_>) {
        let end = self.cursor.skip_attributes();
        if self.has_content(end) {
            let title = self.cursor.skip_raw_text(name.bytes);
            self.collected.title.get_or_insert(title);
        }
    }

    fn image(&mut self, src_kind: LinkKind) {
        let ([src, srcset], end) = self.cursor.attributes([names::SRC, names::SRCSET]);
        self.found(src, src_kind, end);
        if let Some(value) = srcset.filter(|_| end != TagEnd::PageEnd) {
            let (shape, kind) = (Shape::Srcset, LinkKind::Image);
            self.push_some(RawOutlink { value, shape, kind, rel: Rel::default() });
        }
    }

    fn url(&mut self, name: Known, kind: LinkKind) -> TagEnd {
        let ([value], end) = self.cursor.attributes([name]);
        self.found(value, kind, end);
        end
    }

    fn urls<const N: usize>(&mut self, attributes: [(Known, LinkKind); N]) {
        let (values, end) = self.cursor.attributes(attributes.map(|(name, _)| name));
        for (value, (_, kind)) in values.into_iter().zip(attributes) {
            self.found(value, kind, end);
        }
    }

    /// Takes a URL that may be missing. Empty ones lead nowhere here.
    fn found(&mut self, value: Option<&'t [u8]>, kind: LinkKind, end: TagEnd) {
        if let Some(value) = value
            && end != TagEnd::PageEnd
            && !value.trim_ascii().is_empty()
        {
            self.push(RawOutlink { value, shape: Shape::Url, kind, rel: Rel::default() }, 1);
        }
    }

    /// Takes an attribute that may hold any number of links.
    fn push_some(&mut self, outlink: RawOutlink<'t>) {
        let links = match outlink.shape {
            Shape::Srcset => srcset_urls(&attribute_value(outlink.value)).count(),
            Shape::Refresh => usize::from(outlink.refresh_url().is_some()),
            Shape::Url => 1,
        };
        if links > 0 {
            self.push(outlink, links);
        }
    }

    #[inline]
    fn push(&mut self, outlink: RawOutlink<'t>, links: usize) {
        // Each holds a link at least, so these are enough for the maximum.
        if self.collected.outlinks.len() < self.outlinks_max {
            self.collected.outlinks.push(outlink);
        } else {
            self.collected.dropped += links;
        }
    }

    fn skip_content(&mut self, name: Name<'_>, end: TagEnd) {
        if self.has_content(end) {
            self.cursor.skip_raw_text(name.bytes);
        }
    }

    fn has_content(&self, end: TagEnd) -> bool {
        match end {
            TagEnd::Open => true,
            // The slash means nothing in HTML.
            TagEnd::SelfClosing => self.syntax == Syntax::Html,
            TagEnd::PageEnd => false,
        }
    }
}
