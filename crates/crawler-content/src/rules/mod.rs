//! Rules that name fields of pages: what to take from which elements of which URLs.

mod apply;
mod field;
mod value;

use crawler_url::scope::Pattern;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::page::Page;
pub use field::{Capture, FieldError, FieldRule, FieldValue, Select, Take};
pub use value::ValueType;

/// Rows that one rule makes of one page at most.
pub const ROWS_MAX: usize = 10_000;

/// Makes rows of the pages whose URLs it is for.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Kind of its rows; the name of their file.
    pub name: String,
    /// Pages it is for; all if there is none.
    pub urls: Vec<Pattern>,
    /// Elements that make a row each; without it a page makes one row.
    pub each: Option<Select>,
    /// What a row has.
    pub fields: Vec<FieldRule>,
}

impl Rule {
    /// Whether it is for the page at `url`.
    #[must_use]
    pub fn is_for(&self, url: &str) -> bool {
        self.urls.is_empty() || self.urls.iter().any(|pattern| pattern.is_match(url))
    }

    /// The rows it makes of a page.
    #[must_use]
    pub fn rows(&self, page: &Page) -> Rows {
        apply::rows(self, page)
    }
}

/// All rules of a crawl.
#[derive(Debug, Clone, Default)]
pub struct Rules(pub Vec<Rule>);

impl Rules {
    /// Whether one of them is for the page at `url`.
    #[must_use]
    pub fn any_for(&self, url: &str) -> bool {
        self.0.iter().any(|rule| rule.is_for(url))
    }
}

/// What a rule made of a page.
#[derive(Debug, Default, PartialEq)]
pub struct Rows {
    /// The rows, in document order.
    pub rows: Vec<RuleRow>,
    /// Elements that would be rows but lack a required field.
    pub incomplete: usize,
    /// Elements beyond [`ROWS_MAX`].
    pub beyond: usize,
}

/// One row.
#[derive(Debug, PartialEq, Serialize)]
pub struct RuleRow {
    /// Fields by name. One without a value is null, and a list empty.
    pub fields: Map<String, Value>,
    /// Values that were found and are not of their type: what and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}
