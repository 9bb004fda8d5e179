//! A page for rules.

use std::sync::LazyLock;

use crawler_url::{Base, WireUrl};
use scraper::{ElementRef, Html, HtmlTreeSink, Selector};

use super::field::Select;
use crate::page::{Cut, Decoded, joined};
use crate::tree;

/// A page's tree as CSS selectors see it, within the bounds of a [`Page`](crate::Page).
pub struct Elements {
    html: Html,
    base: Base,
    cut: Option<Cut>,
}

/// The first one counts.
static BASE: LazyLock<Selector> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a literal, and each test with rules uses it")]
    Selector::parse("base[href]").expect("a valid selector")
});

impl Elements {
    /// Parses the decoded body of the page at `url`; `content_type` is the header as it was sent.
    #[must_use]
    pub fn parse(body: &[u8], content_type: Option<&str>, url: &WireUrl) -> Self {
        let Decoded { html, mut base, is_long } = Decoded::of(body, content_type, url);
        let (html, cut) = tree::parse(HtmlTreeSink::new(Html::new_document()), &html);
        if let Some(href) = html.select(&BASE).find_map(|element| element.attr("href")) {
            base.set_href(href);
        }
        Self { html, base, cut: if is_long { Some(Cut::Bytes) } else { cut } }
    }

    /// Why not all of the page was read.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    pub(super) fn join(&self, href: &str) -> Option<String> {
        joined(&self.base, href)
    }

    /// The elements selected within one, or within the page; without a selector that one itself, and
    /// for the page its root.
    pub(super) fn selected<'a>(
        &'a self,
        select: Option<&Select>,
        within: Option<ElementRef<'a>>,
    ) -> Vec<ElementRef<'a>> {
        match (select, within) {
            (Some(select), Some(element)) => element.select(&select.0).collect(),
            (Some(select), None) => self.html.select(&select.0).collect(),
            (None, Some(element)) => vec![element],
            // The tree builder makes a root whatever the page is.
            (None, None) => vec![self.html.root_element()],
        }
    }
}
