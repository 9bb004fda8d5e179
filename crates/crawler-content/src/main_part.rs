//! The main part of a page: the article without navigation, advertising and footers.

use std::sync::LazyLock;

use dom_query::{Document, Matcher, NodeRef};
use dom_smoothie::{Config, Readability};

use crate::page::{Page, matcher};

/// Bytes of text, and of Markdown, that are kept.
pub(crate) const TEXT_BYTES_MAX: usize = 2 << 20;
/// Pages with more elements are lists of something: scoring them takes long and finds nothing.
const ELEMENTS_MAX: usize = 50_000;

/// How much of a page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The main part; the whole page if none is found.
    Main,
    /// The whole page.
    Page,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct MainPart {
    /// Whether it is not the whole page.
    pub(crate) is_main: bool,
    pub(crate) text: String,
    pub(crate) markdown: String,
}

/// Finds it by the rules of Readability (as known from Firefox's reader view): elements are scored by
/// their text, commas, links and class names.
pub(crate) fn find(page: Page, extent: Extent, text: bool, markdown: bool) -> MainPart {
    if extent == Extent::Page {
        return whole(&page, text, markdown);
    }
    let url = page.base.url().as_str().to_owned();
    let config = Config {
        max_elements_to_parse: ELEMENTS_MAX,
        // Read already, see `json_ld`.
        disable_json_ld: true,
        ..Config::default()
    };
    let Page { document, base, cut } = page;
    let mut readability = Readability { doc: document, doc_url: Some(url), config };
    let is_found = readability.parse().is_ok();
    if is_found && let Some(root) = first(&readability.doc, &MAIN) {
        return taken(&root, true, text, markdown);
    }
    // A search in vain leaves the tree as it is, but for scripts and styles.
    whole(&Page { document: readability.doc, base, cut }, text, markdown)
}

/// The element that Readability makes.
static MAIN: LazyLock<Matcher> = LazyLock::new(|| matcher("#readability-page-1"));
static UNSEEN: LazyLock<Matcher> =
    LazyLock::new(|| matcher("script, style, template, noscript, head, svg"));
static REFERENCES: LazyLock<Matcher> = LazyLock::new(|| matcher("a[href], img[src]"));

fn whole(page: &Page, text: bool, markdown: bool) -> MainPart {
    page.document.select_matcher(&UNSEEN).remove();
    for node in page.document.select_matcher(&REFERENCES).nodes() {
        for name in ["href", "src"] {
            if let Some(url) = node.attr(name).and_then(|reference| page.join(&reference)) {
                node.set_attr(name, &url);
            }
        }
    }
    match page.document.body() {
        Some(body) => taken(&body, false, text, markdown),
        None => MainPart::default(),
    }
}

fn taken(root: &NodeRef<'_>, is_main: bool, text: bool, markdown: bool) -> MainPart {
    MainPart {
        is_main,
        text: if text { bounded(&root.formatted_text()) } else { String::new() },
        markdown: if markdown { bounded(&root.md(None)) } else { String::new() },
    }
}

fn first<'a>(document: &'a Document, matcher: &Matcher) -> Option<NodeRef<'a>> {
    document.select_single_matcher(matcher).nodes().first().copied()
}

fn bounded(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim().to_owned()
}
