//! A parsed page.

use std::sync::LazyLock;

use crawler_extract::encode_query;
use crawler_url::{Base, WireUrl};
use dom_query::{Document, Matcher};
use serde::Serialize;

use crate::tree;

/// A selector of this crate's own.
#[expect(clippy::expect_used, reason = "a literal, and the tests use each of them")]
pub(crate) fn matcher(selector: &'static str) -> Matcher {
    Matcher::new(selector).expect("a valid selector")
}

/// The first one counts.
static BASE: LazyLock<Matcher> = LazyLock::new(|| matcher("base[href]"));

/// Longer pages are cut: what is read is the part before.
const HTML_BYTES_MAX: usize = 8 << 20;

/// A page's tree, with the base that its links are joined with.
///
/// The tree has at most 400 000 nodes, at most 512 elements within each other, and comes from at most
/// 8 MiB of HTML. [`Page::cut`] tells when that was not all.
pub struct Page {
    pub(crate) document: Document,
    pub(crate) base: Base,
    pub(crate) cut: Option<Cut>,
}

/// Why a page was not read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// It is too long.
    Bytes,
    /// Its elements nest too deep; the deepest were taken for siblings.
    Depth,
    /// It has too many elements and texts.
    Nodes,
}

impl Page {
    /// Parses the decoded body of the page at `url`; `content_type` is the header as it was sent.
    #[must_use]
    pub fn parse(body: &[u8], content_type: Option<&str>, url: &WireUrl) -> Self {
        let part = body.get(..HTML_BYTES_MAX).unwrap_or(body);
        let (html, charset) = crawler_extract::to_text(part, content_type);
        let (document, cut) = tree::parse(&html);
        let mut base = Base::new(url);
        if charset != "UTF-8" {
            base.set_encoding(move |query| encode_query(charset, query));
        }
        if let Some(href) = document.select_single_matcher(&BASE).attr("href") {
            base.set_href(&href);
        }
        let is_long = body.len() > part.len();
        Self { document, base, cut: if is_long { Some(Cut::Bytes) } else { cut } }
    }

    /// Why not all of the page was read.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// A reference of the page as a whole URL without fragment; none when it leads to no page.
    pub(crate) fn join(&self, href: &str) -> Option<String> {
        self.base.join(href.trim()).ok().map(|url| url.as_str().to_owned())
    }
}

/// Text with each run of white space made one blank, none at the ends, cut at `chars_max`.
pub(crate) fn squeezed(text: &str, chars_max: usize) -> String {
    let mut squeezed = String::with_capacity(text.len().min(chars_max));
    for word in text.split_whitespace() {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
        if squeezed.len() > chars_max {
            break;
        }
    }
    if let Some((end, _)) = squeezed.char_indices().nth(chars_max) {
        squeezed.truncate(end);
    }
    squeezed
}

/// The same, none if nothing is left.
pub(crate) fn some_squeezed(text: &str, chars_max: usize) -> Option<String> {
    Some(squeezed(text, chars_max)).filter(|text| !text.is_empty())
}
