//! Rows for people.

use std::io::{self, Write};

use crawler_content::Rule;
use crawler_results::ExtractedRow;
use serde_json::Value;

use crate::terminal::escape;

/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 300;

/// A row: its rule and page, then its fields in the order of the rule, then its problems.
pub(super) fn row(rule: &Rule, row: &ExtractedRow<'_>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} {}", row.rule, escape(row.url))?;
    let width = rule.fields.iter().map(|field| field.name.chars().count()).max().unwrap_or(0);
    for field in &rule.fields {
        let text = match row.row.fields.get(&field.name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        let short: String = text.chars().take(VALUE_CHARS_MAX).collect();
        let more = if short.len() < text.len() { "…" } else { "" };
        writeln!(out, "  {:width$}  {}{more}", escape(&field.name), escape(&short))?;
    }
    for problem in &row.row.problems {
        writeln!(out, "  ! {}", escape(problem))?;
    }
    Ok(())
}
