//! What a rule found, in sum.

use std::fmt::Write as _;

use crawler_content::{ROWS_MAX, Rows, Rule};
use serde_json::Value;

use crate::terminal::escape;

/// Pages without rows that are named.
const NAMED_MAX: usize = 3;

pub(super) struct Tally {
    name: String,
    patterns: Vec<String>,
    /// Fields with the number of rows that have a value.
    fields: Vec<(String, u64)>,
    pages: u64,
    rows: u64,
    incomplete: u64,
    beyond: u64,
    problems: u64,
    /// Pages of which it made no row, and the first of them.
    empty: u64,
    named: Vec<String>,
}

impl Tally {
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            name: rule.name.clone(),
            patterns: rule.urls.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            fields: rule.fields.iter().map(|field| (field.name.clone(), 0)).collect(),
            pages: 0,
            rows: 0,
            incomplete: 0,
            beyond: 0,
            problems: 0,
            empty: 0,
            named: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, url: &str, made: &Rows) {
        self.pages += 1;
        self.rows += made.rows.len() as u64;
        self.incomplete += made.incomplete as u64;
        self.beyond += made.beyond as u64;
        if made.rows.is_empty() {
            self.empty += 1;
            if self.named.len() < NAMED_MAX {
                self.named.push(url.to_owned());
            }
        }
        for row in &made.rows {
            self.problems += row.problems.len() as u64;
            for (name, count) in &mut self.fields {
                *count += u64::from(row.fields.get(name).is_some_and(has_value));
            }
        }
    }

    /// In a line, and one more for each thing that may be a mistake; writing to a `String` cannot
    /// fail.
    pub(super) fn told(&self, pages: u64) -> String {
        let Self { name, rows, .. } = self;
        let mut told = format!("{name}: {rows} rows of {} pages\n", self.pages);
        if self.pages == 0 && pages > 0 {
            let patterns = escape(&self.patterns.join(", ")).into_owned();
            let _ = writeln!(told, "  its url ({patterns}) matches none of the {pages} pages");
        }
        if self.empty > 0 {
            let urls = escape(&self.named.join(" ")).into_owned();
            let _ = writeln!(told, "  {} pages made no row: {urls}", self.empty);
        }
        if self.incomplete > 0 {
            let _ = writeln!(told, "  {} elements lack a required field", self.incomplete);
        }
        for (field, count) in &self.fields {
            if *count == 0 && self.rows > 0 {
                let _ = writeln!(told, "  field `{field}` was never found");
            }
        }
        if self.problems > 0 {
            let _ =
                writeln!(told, "  {} values are not of their type: see `problems`", self.problems);
        }
        if self.beyond > 0 {
            let _ = writeln!(told, "  {} elements beyond {ROWS_MAX} of a page", self.beyond);
        }
        told
    }
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
