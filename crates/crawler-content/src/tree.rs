//! Parses HTML into a tree whose size and depth are bounded.
//!
//! The tree builder of the HTML standard has no limits of its own: its steps look through the stack of
//! open elements, so nesting makes it quadratic, and a paragraph behind a thousand open formatting
//! elements gets a copy of each. So tokens pass a gate on their way to it.

use std::cell::Cell;

use dom_query::{Document, NodeId};
use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};

use crate::page::Cut;

/// Elements within each other; deeper ones become siblings, as in browsers.
const DEPTH_MAX: u32 = 512;
/// Lists and quotes within each other: Markdown begins each line with a mark for every one of them.
const QUOTES_MAX: u32 = 32;
const QUOTES: [&str; 3] = ["blockquote", "ol", "ul"];
/// Nodes of a tree; what comes behind is left out.
const NODES_MAX: usize = 400_000;

/// Elements whose end tags may be left out or that have none: they do not add to the depth, since the
/// standard closes one before the next. Those with text only must reach the tree builder always: it
/// tells the tokenizer where they end.
const UNCOUNTED: &[&str] = &[
    "area",
    "base",
    "body",
    "br",
    "caption",
    "col",
    "colgroup",
    "dd",
    "dt",
    "embed",
    "frame",
    "head",
    "hr",
    "html",
    "iframe",
    "image",
    "img",
    "input",
    "keygen",
    "li",
    "link",
    "meta",
    "noembed",
    "noframes",
    "optgroup",
    "option",
    "p",
    "param",
    "plaintext",
    "rp",
    "rt",
    "script",
    "source",
    "style",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "wbr",
    "xmp",
];

/// The tree of a page and what of the page is missing in it.
pub(crate) fn parse(html: &str) -> (Document, Option<Cut>) {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let gate = Gate {
        builder: TreeBuilder::new(Document::default(), options),
        elements: Nesting::default(),
        quotes: Nesting::default(),
        cut: Cell::new(None),
    };
    let tokenizer = Tokenizer::new(gate, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // It stops behind each script, for those who would run it.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let Gate { builder, cut, .. } = tokenizer.sink;
    (builder.sink, cut.get())
}

/// Lets tokens pass to the tree builder while there is room.
struct Gate {
    builder: TreeBuilder<NodeId, Document>,
    /// Of all elements that are counted.
    elements: Nesting,
    /// Of those of [`QUOTES`].
    quotes: Nesting,
    cut: Cell<Option<Cut>>,
}

impl TokenSink for Gate {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let is_full = self.builder.sink.tree.len() > NODES_MAX;
        let passes = match &token {
            Token::EOFToken => true,
            Token::ParseError(_) => false,
            _ if is_full => {
                self.cut.set(Some(Cut::Nodes));
                false
            }
            Token::TagToken(tag) => self.lets_pass(tag),
            _ => true,
        };
        if !passes {
            return TokenSinkResult::Continue;
        }
        let result = self.builder.process_token(token, line);
        self.builder.sink.errors.borrow_mut().clear();
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Gate {
    fn lets_pass(&self, tag: &Tag) -> bool {
        if tag.self_closing || UNCOUNTED.binary_search(&&*tag.name).is_ok() {
            return true;
        }
        let is_quote = QUOTES.contains(&&*tag.name);
        let passes = (!is_quote || self.quotes.lets_pass(tag.kind, QUOTES_MAX))
            && self.elements.lets_pass(tag.kind, DEPTH_MAX);
        if !passes {
            self.cut.set(self.cut.get().or(Some(Cut::Depth)));
        }
        passes
    }
}

/// How deep elements nest.
#[derive(Default)]
struct Nesting {
    depth: Cell<u32>,
    /// Start tags left out whose end tags have not come.
    left_out: Cell<u32>,
}

impl Nesting {
    /// Whether a tag passes: not beyond `max`, nor the end of one that did not.
    fn lets_pass(&self, kind: TagKind, max: u32) -> bool {
        let (depth, left_out) = (self.depth.get(), self.left_out.get());
        match kind {
            TagKind::StartTag if depth < max => self.depth.set(depth + 1),
            TagKind::StartTag => {
                self.left_out.set(left_out.saturating_add(1));
                return false;
            }
            TagKind::EndTag if left_out > 0 => {
                self.left_out.set(left_out - 1);
                return false;
            }
            TagKind::EndTag => self.depth.set(depth.saturating_sub(1)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uncounted_are_sorted() {
        assert!(UNCOUNTED.is_sorted());
    }

    #[test]
    fn what_nests_too_deep_becomes_siblings_and_keeps_its_text() {
        let html = format!("{}deep{}after", "<div>".repeat(10_000), "</div>".repeat(10_000));
        let (document, cut) = parse(&html);
        assert_eq!(cut, Some(Cut::Depth));
        assert_eq!(document.select("div").length(), DEPTH_MAX as usize);
        assert_eq!(document.select("body").immediate_text().as_ref(), "after");
        assert!(document.text().ends_with("deepafter"));
    }

    #[test]
    fn formatting_that_would_be_copied_for_each_paragraph_is_bounded() {
        let open = (0..600).map(|n| format!("<b id={n}>")).collect::<Vec<_>>().concat();
        let html = format!("<p>{open}{}", "<p>x".repeat(1_000));
        let (document, cut) = parse(&html);
        assert_eq!(cut, Some(Cut::Nodes));
        assert!(document.tree.len() < NODES_MAX + 2 * DEPTH_MAX as usize);
    }

    #[test]
    fn end_tags_that_may_be_left_out_do_not_count() {
        let html = format!("<ul>{}</ul><p>end", "<li>x<p>y<br>".repeat(2_000));
        let (document, cut) = parse(&html);
        assert_eq!(cut, None);
        assert_eq!(document.select("li").length(), 2_000);
    }
}
