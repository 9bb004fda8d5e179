//! What is wrong with an expression, shown where it is.

use std::fmt;
use std::ops::Range;

use crate::terminal::acts;

/// A mistake in an expression, with its place and its mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadExpr {
    text: String,
    place: Range<usize>,
    reason: String,
    mend: String,
}

impl BadExpr {
    pub(super) fn new(
        text: &str,
        place: Range<usize>,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { text: text.to_owned(), place, reason: reason.into(), mend: mend.into() }
    }
}

impl fmt::Display for BadExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |text: &str| text.chars().count();
        let before = self.text.get(..self.place.start).unwrap_or_default();
        let marked = self.text.get(self.place.clone()).unwrap_or_default();
        writeln!(f, "{}", self.reason)?;
        // One column for one character, so that the mark stays under its place.
        let shown: String = self.text.chars().map(|c| if acts(c) { '?' } else { c }).collect();
        writeln!(f, "  {shown}")?;
        writeln!(f, "  {}{}", " ".repeat(columns(before)), "^".repeat(columns(marked).max(1)))?;
        write!(f, "  {}", self.mend)
    }
}

impl std::error::Error for BadExpr {}
