//! JSON-LD blocks of a page (<https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents>).

use std::sync::LazyLock;

use dom_query::Matcher;
use serde_json::Value;

use crate::page::{Page, matcher};

/// Blocks that are kept, and their bytes in all.
const BLOCKS_MAX: usize = 64;
const BYTES_MAX: usize = 512 << 10;
/// Levels in which a property is looked for.
const DEPTH_MAX: u32 = 6;

/// The blocks that are JSON, and how many are not.
#[derive(Debug, Default)]
pub(crate) struct JsonLd {
    pub(crate) blocks: Vec<Value>,
    /// Blocks that are no JSON, or beyond the limits.
    pub(crate) broken: u32,
}

static BLOCKS: LazyLock<Matcher> =
    LazyLock::new(|| matcher("script[type^='application/ld+json' i]"));

pub(crate) fn read(page: &Page) -> JsonLd {
    let mut found = JsonLd::default();
    let mut bytes = 0;
    for node in page.document.select_matcher(&BLOCKS).nodes() {
        let text = node.text();
        bytes += text.len();
        let has_room = found.blocks.len() < BLOCKS_MAX && bytes <= BYTES_MAX;
        match serde_json::from_str(unwrapped(&text)) {
            Ok(block) if has_room => found.blocks.push(block),
            _ => found.broken += 1,
        }
    }
    found
}

/// Without the comment or CDATA marks that hide scripts from old browsers.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    for (begin, end) in [("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")] {
        if let Some(rest) = text.strip_prefix(begin) {
            text = rest.strip_suffix(end).unwrap_or(rest).trim();
        }
    }
    text
}

/// The first text of a property, in any of the blocks, outer objects first.
pub(crate) fn property<'a>(blocks: &'a [Value], name: &str) -> Option<&'a str> {
    (1..=DEPTH_MAX).find_map(|depth| blocks.iter().find_map(|block| look(block, name, depth)))
}

/// Looks at exactly `depth` levels below.
fn look<'a>(value: &'a Value, name: &str, depth: u32) -> Option<&'a str> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| look(item, name, depth)),
        Value::Object(object) if depth == 1 => text(object.get(name)?),
        Value::Object(object) => object.values().find_map(|item| look(item, name, depth - 1)),
        _ => None,
    }
}

/// A text, the first of several, or the name of a thing.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => match items.first()? {
            Value::Array(_) => None,
            first => text(first),
        },
        Value::Object(thing) => thing.get("name")?.as_str(),
        _ => None,
    }
}
