//! What a page says: its main text, Markdown, metadata, headings, links, and the fields that rules name.
//!
//! A page is parsed once, by the rules of the HTML standard, into a [`Page`]; everything is read from
//! that tree. The crate is pure: bytes and a URL go in, values come out. It never panics by itself and
//! its work is bounded, whatever the bytes are: see [`Page`].
//!
//! It is not for finding what to crawl next. `crawler-extract` does that, without a tree and a hundred
//! times faster.

mod dates;
mod fields;
mod json_ld;
mod language;
mod main_part;
mod metadata;
mod outline;
mod page;
mod read;
mod rules;
mod tree;

#[cfg(test)]
mod tests;

pub use fields::{Field, Fields};
pub use main_part::Extent;
pub use metadata::Metadata;
pub use outline::{Heading, OutLink};
pub use page::{Cut, Page};
pub use read::{Content, read};
pub use rules::{
    Capture, FieldError, FieldRule, FieldValue, ROWS_MAX, Rows, Rule, RuleRow, Rules, Select, Take,
    ValueType,
};
