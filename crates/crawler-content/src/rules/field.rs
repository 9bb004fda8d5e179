//! One field of a rule.

use std::str::FromStr;

use dom_query::Matcher;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::value::ValueType;

/// Memory that a field's regular expression may take.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// What a field is made of.
#[derive(Debug, Clone)]
pub struct FieldRule {
    /// Its name in the rows.
    pub name: String,
    /// The elements it is taken from, within those of the rule; without it, those of the rule.
    pub select: Option<Select>,
    /// All that is found, not only the first.
    pub list: bool,
    /// Without it there is no row.
    pub required: bool,
    /// What it has when nothing is found.
    pub default: Option<Value>,
    /// What is taken from an element.
    pub value: FieldValue,
}

/// What is taken from an element.
#[derive(Debug, Clone)]
pub enum FieldValue {
    /// A value.
    One {
        /// Where in the element it is.
        take: Take,
        /// The part of it that is wanted.
        pattern: Option<Capture>,
        /// What it is.
        is: ValueType,
    },
    /// An object with fields of its own.
    Object(Vec<FieldRule>),
}

/// Where in an element a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// Its text, with white space squeezed.
    Text,
    /// Its inner HTML.
    Html,
    /// An attribute.
    Attribute(String),
}

/// Why something is not what a rule needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FieldError(String);

impl FieldError {
    pub(super) fn new(what: String) -> Self {
        Self(what)
    }
}

/// A CSS selector.
#[derive(Debug, Clone)]
pub struct Select(pub(super) Matcher);

impl FromStr for Select {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        Matcher::new(text).map(Self).map_err(|error| {
            let why = words(&format!("{:?}", error.kind));
            FieldError(format!("`{text}` is not a CSS selector: {why}"))
        })
    }
}

/// The innermost name of what a parser says, as words: `Custom(ClassNeedsIdent)`.
fn words(kind: &str) -> String {
    let name = kind.rsplit('(').next().unwrap_or_default().trim_end_matches(')');
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

/// A regular expression that takes its first group, or all that it matches when it has none.
#[derive(Debug, Clone)]
pub struct Capture(Regex);

impl FromStr for Capture {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let regex =
            RegexBuilder::new(text).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
                // The last line says what is wrong, those before draw it.
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                FieldError(format!("`{text}` is not a regular expression: {why}"))
            })?;
        if regex.captures_len() > 2 {
            return Err(FieldError(format!(
                "`{text}` has several groups, and only one can be the value: write (?:…) for the others"
            )));
        }
        Ok(Self(regex))
    }
}

impl Capture {
    /// All parts of `text` that it takes.
    pub(super) fn parts<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let group = self.0.captures_len() - 1;
        self.0.captures_iter(text).filter_map(move |found| Some(found.get(group)?.as_str()))
    }
}
