//! Reads what is asked for, in the order that needs one tree only.

use serde::Serialize;

use crate::fields::{Field, Fields};
use crate::language;
use crate::main_part::{self, Extent, MainPart};
use crate::metadata::{self, Metadata};
use crate::outline::{self, Heading, OutLink};
use crate::page::{Cut, Page};

/// What a page says. Fields that were not asked for, and those the page lacks, are left out of JSON.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Content {
    /// Title, description, dates and the like.
    #[serde(flatten)]
    pub metadata: Option<Metadata>,
    /// The language that the text is written in, as ISO 639 has it, if that is beyond doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'static str>,
    /// Whether `text` and `markdown` are of the main part: false when none was found and they are of
    /// the whole page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main: Option<bool>,
    /// The text of the main part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The main part as Markdown with tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// Headings in document order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headings: Option<Vec<Heading>>,
    /// Links in document order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<OutLink>>,
    /// Why not all of the page was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
}

/// Reads `fields` from a page. Consumes it, since finding the main part takes the tree apart.
#[must_use]
pub fn read(page: Page, fields: Fields, extent: Extent) -> Content {
    let metadata = fields.has(Field::Metadata).then(|| metadata::read(&page));
    let headings = fields.has(Field::Headings).then(|| outline::headings(&page));
    let links = fields.has(Field::Links).then(|| outline::links(&page));
    let cut = page.cut();
    let needs_text = fields.has(Field::Text) || fields.has(Field::Language);
    let part = if needs_text || fields.has(Field::Markdown) {
        main_part::find(page, extent, needs_text, fields.has(Field::Markdown))
    } else {
        MainPart::default()
    };
    let language = if fields.has(Field::Language) { language::detect(&part.text) } else { None };
    let has_part = fields.has(Field::Text) || fields.has(Field::Markdown);
    Content {
        metadata,
        language,
        main: has_part.then_some(part.is_main),
        text: fields.has(Field::Text).then_some(part.text),
        markdown: fields.has(Field::Markdown).then_some(part.markdown),
        headings,
        links,
        cut,
    }
}
