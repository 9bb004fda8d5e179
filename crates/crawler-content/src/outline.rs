//! Headings and links.

use std::sync::LazyLock;

use dom_query::{Matcher, NodeRef};
use serde::Serialize;

use crate::page::{Page, matcher, some_squeezed, squeezed};

const HEADINGS_MAX: usize = 1_000;
const LINKS_MAX: usize = 5_000;
const TEXT_CHARS_MAX: usize = 500;

/// A heading.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text.
    pub text: String,
}

/// A link.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct OutLink {
    /// Where it leads, without the fragment.
    pub url: String,
    /// Its text; that of its pictures if it has none.
    pub text: String,
    /// Its `rel`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rel: Option<String>,
}

static HEADINGS: LazyLock<Matcher> = LazyLock::new(|| matcher("h1, h2, h3, h4, h5, h6"));
static LINKS: LazyLock<Matcher> = LazyLock::new(|| matcher("a[href], area[href]"));
static PICTURES: LazyLock<Matcher> = LazyLock::new(|| matcher("img[alt]"));

/// The first 1 000 headings that have a text.
pub(crate) fn headings(page: &Page) -> Vec<Heading> {
    let heading = |node: &NodeRef<'_>| {
        let name = node.node_name()?;
        let level = name.as_bytes().get(1)?.checked_sub(b'0')?;
        Some(Heading { level, text: some_squeezed(&node.text(), TEXT_CHARS_MAX)? })
    };
    let selection = page.document.select_matcher(&HEADINGS);
    selection.nodes().iter().filter_map(heading).take(HEADINGS_MAX).collect()
}

/// The first 5 000 links to pages.
pub(crate) fn links(page: &Page) -> Vec<OutLink> {
    let link = |node: &NodeRef<'_>| {
        let url = page.join(&node.attr("href")?)?;
        let rel = node.attr("rel").and_then(|rel| some_squeezed(&rel, TEXT_CHARS_MAX));
        Some(OutLink { url, text: anchor(node), rel })
    };
    let selection = page.document.select_matcher(&LINKS);
    selection.nodes().iter().filter_map(link).take(LINKS_MAX).collect()
}

fn anchor(node: &NodeRef<'_>) -> String {
    let attribute = |node: &NodeRef<'_>, name| {
        node.attr(name).and_then(|text| some_squeezed(&text, TEXT_CHARS_MAX))
    };
    let pictures = || {
        let selection = dom_query::Selection::from(*node).select_matcher(&PICTURES);
        selection.nodes().iter().find_map(|picture| attribute(picture, "alt"))
    };
    let text = squeezed(&node.text(), TEXT_CHARS_MAX);
    if !text.is_empty() {
        return text;
    }
    let named = || ["aria-label", "title", "alt"].iter().find_map(|name| attribute(node, name));
    pictures().or_else(named).unwrap_or_default()
}
