//! Choosing rows by an expression: `status=404 and host=example.com`.
//!
//! ```text
//! any     = all ("or" all)*
//! all     = one ("and" one)*
//! one     = "not" one | "(" any ")" | field | field op value | field "in" "(" value ("," value)* ")"
//! op      = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//! value   = "'" … "'" | '"' … '"' | what stands up to a space, a parenthesis or, in a list, a comma
//! ```
//! A field alone asks whether the row has it. A field that a row has not is unequal to everything.

mod error;
mod expr;
mod fields;
mod parse;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub(crate) use error::BadExpr;
use expr::Expr;
pub(crate) use fields::{Cell, Field, PAGE_FIELDS, SKIPPED_FIELDS};

use crate::settings::nearest;

/// An expression, ready to be asked.
#[derive(Debug)]
pub(crate) struct Filter(Expr);

impl Filter {
    /// Parses an expression over `fields`.
    ///
    /// # Errors
    /// What is wrong, where, and how it is mended.
    pub(crate) fn parse(text: &str, fields: &'static [Field]) -> Result<Self, BadExpr> {
        parse::parse(text, fields).map(Self)
    }

    /// Whether the row is chosen.
    pub(crate) fn matches(&self, row: &Value) -> bool {
        self.0.matches(row)
    }
}

/// The fields named in `a,b,c`.
///
/// # Errors
/// Where a name is that no field has.
pub(crate) fn fields_in(
    list: &str,
    fields: &'static [Field],
) -> Result<Vec<&'static Field>, BadExpr> {
    let mut start = 0;
    let mut found = Vec::new();
    for name in list.split(',') {
        let at = start + (name.len() - name.trim_start().len());
        found.push(field(list, name.trim(), at, fields)?);
        start += name.len() + 1;
    }
    Ok(found)
}

/// The field of this name, which stands at `at` of `text`.
fn field(
    text: &str,
    name: &str,
    at: usize,
    fields: &'static [Field],
) -> Result<&'static Field, BadExpr> {
    fields.iter().find(|field| field.name == name).ok_or_else(|| {
        let names = || fields.iter().map(|field| field.name);
        let mend = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("fields: {}", names().collect::<Vec<_>>().join(" ")),
        };
        BadExpr::new(text, at..at + name.len(), format!("there is no field `{name}`"), mend)
    })
}
