//! Turns what was collected into links and facts.

use crate::anchor::Anchor;
use crate::collect::{Collected, RawOutlink, Shape};
use crate::page::{Link, LinkKind, LinkVisitor};
use crate::refresh::refresh_url;
use crate::srcset::srcset_urls;
use crate::text::{attribute_value, url_value, without_newlines};

/// How many links there were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinkCounts {
    pub(crate) visited: usize,
    pub(crate) dropped: usize,
}

/// Visits the base, then up to `outlinks_max` links.
pub(crate) fn visit(
    collected: &Collected<'_>,
    page: &[u8],
    outlinks_max: usize,
    visitor: &mut dyn LinkVisitor,
) -> LinkCounts {
    if let Some(base) = collected.base_href() {
        visitor.base(&base);
    }
    visitor.directives(collected.robots);
    if let Some(href) = collected.canonical {
        visitor.canonical(&url_value(href));
    }
    let mut counts = LinkCounts { visited: 0, dropped: collected.dropped };
    for outlink in &collected.outlinks {
        outlink.each_link(page, &mut |link| {
            if counts.visited == outlinks_max {
                counts.dropped += 1;
            } else {
                counts.visited += 1;
                visitor.link(link);
            }
        });
    }
    counts
}

impl Collected<'_> {
    /// The base unless it is empty, which would mean the page's own URL.
    pub(crate) fn base_href(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.base.map(url_value).filter(|href| !href.is_empty())
    }
}

impl RawOutlink<'_> {
    #[inline]
    fn each_link(&self, page: &[u8], visit: &mut impl FnMut(Link<'_>)) {
        let RawOutlink { kind, rel, .. } = *self;
        let anchor = match kind {
            LinkKind::Anchor => Anchor::behind(self.value, page),
            _ => Anchor::default(),
        };
        match self.shape {
            Shape::Url => {
                let href = &*url_value(self.value);
                if !href.is_empty() || matches!(kind, LinkKind::Anchor | LinkKind::Area) {
                    visit(Link { href, kind, rel, anchor });
                }
            }
            Shape::Srcset => {
                for href in srcset_urls(&attribute_value(self.value)) {
                    visit(Link { href, kind, rel, anchor });
                }
            }
            Shape::Refresh => {
                if let Some(href) = self.refresh_url() {
                    visit(Link { href: &href, kind, rel, anchor });
                }
            }
        }
    }

    /// The URL of a refresh, if it has one.
    pub(crate) fn refresh_url(&self) -> Option<String> {
        let content = attribute_value(self.value);
        let url = without_newlines(refresh_url(&content)?);
        (!url.is_empty()).then_some(url)
    }
}
