//! What a page says about itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dom_query::{Matcher, NodeRef};
use serde::Serialize;
use serde_json::Value;

use crate::page::{Page, matcher, some_squeezed};
use crate::{dates, json_ld};

const TEXT_CHARS_MAX: usize = 2_000;
/// Meta elements looked at.
const METAS_MAX: usize = 500;
/// Properties of Open Graph, and of a card, that are kept.
const PROPERTIES_MAX: usize = 64;

/// What a page says about itself; what it does not say is left out of JSON.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Metadata {
    /// `<title>`, or the title by Open Graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its own summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it was published: RFC 3339, a date or a time in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Open Graph (<https://ogp.me/>): properties without `og:`, the first of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub og: BTreeMap<String, String>,
    /// The card for posts: properties without `twitter:`, the first of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub twitter: BTreeMap<String, String>,
    /// JSON-LD blocks, as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jsonld: Vec<Value>,
    /// JSON-LD blocks that are no JSON, or too much of it.
    #[serde(skip_serializing_if = "is_zero")]
    pub jsonld_broken: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

static METAS: LazyLock<Matcher> = LazyLock::new(|| matcher("meta[content]"));
static TITLE: LazyLock<Matcher> = LazyLock::new(|| matcher("title"));

pub(crate) fn read(page: &Page) -> Metadata {
    let metas: Vec<(String, String)> = page
        .document
        .select_matcher(&METAS)
        .nodes()
        .iter()
        .take(METAS_MAX)
        .filter_map(name_and_content)
        .collect();
    let meta = |names: &[&str]| {
        let of_name = |wanted: &&str| metas.iter().find(|(name, _)| name == wanted);
        names.iter().find_map(of_name).map(|(_, content)| content.clone())
    };
    let title = page.document.select_single_matcher(&TITLE).text();
    let json_ld = json_ld::read(page);
    let author = || json_ld::property(&json_ld.blocks, "author");
    Metadata {
        title: some_squeezed(&title, TEXT_CHARS_MAX).or_else(|| meta(&["og:title"])),
        description: meta(&["description", "og:description", "twitter:description"]),
        author: meta(&["author", "dc.creator", "citation_author"])
            .or_else(|| some_squeezed(author()?, TEXT_CHARS_MAX)),
        published: dates::published(page, &json_ld.blocks, &metas),
        modified: dates::modified(page, &json_ld.blocks, &metas),
        og: properties(&metas, "og:"),
        twitter: properties(&metas, "twitter:"),
        jsonld: json_ld.blocks,
        jsonld_broken: json_ld.broken,
    }
}

/// What a meta element is about, in lower case, and what it says.
fn name_and_content(node: &NodeRef<'_>) -> Option<(String, String)> {
    let name =
        ["property", "name", "itemprop", "http-equiv"].iter().find_map(|at| node.attr(at))?;
    let content = some_squeezed(&node.attr("content")?, TEXT_CHARS_MAX)?;
    Some((name.trim().to_ascii_lowercase(), content))
}

fn properties(metas: &[(String, String)], prefix: &str) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    for (name, content) in metas {
        let Some(property) = name.strip_prefix(prefix) else { continue };
        if properties.len() < PROPERTIES_MAX && !properties.contains_key(property) {
            properties.insert(property.to_owned(), content.clone());
        }
    }
    properties
}
