//! Rows of an extraction rule as a table: the same fields as in its JSON lines, by their types.

use std::borrow::Cow;

use crawler_content::{FieldRule, FieldValue, Rule, ValueType};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::table::{Cell, Column, Kind, Likeness, Table};
use super::time::{instant, millis};
use crate::error::ResultError;

/// The structure with the fields that the rule names.
const FIELDS: &str = "fields";
const TEXT: Kind = Kind::Text(Likeness::Repeated);

/// The columns of a rule: those of every row, its fields, and what is wrong with them.
pub(super) fn columns(rule: &Rule) -> Vec<Column> {
    let field = |field: &FieldRule| Column {
        group: Some(FIELDS),
        name: Cow::Owned(field.name.clone()),
        kind: kind(field),
    };
    let mut columns =
        vec![Column::new("url", TEXT), Column::new("ts", Kind::Time), Column::new("rule", TEXT)];
    columns.extend(rule.fields.iter().map(field));
    columns.push(Column::new("problems", Kind::Json));
    columns
}

fn kind(field: &FieldRule) -> Kind {
    match field.value {
        _ if field.list => Kind::Json,
        FieldValue::Object(_) => Kind::Json,
        FieldValue::One { is, .. } => match is {
            ValueType::String | ValueType::Url => TEXT,
            ValueType::Integer => Kind::Large,
            ValueType::Number => Kind::Double,
            ValueType::Boolean => Kind::Bool,
            ValueType::Date => Kind::Time,
        },
    }
}

/// A line of `extracted/{rule}.jsonl`.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow)]
    ts: Cow<'a, str>,
    #[serde(borrow)]
    rule: Cow<'a, str>,
    fields: Map<String, Value>,
    #[serde(default)]
    problems: Option<Value>,
}

/// Adds the row that a line tells of. What an earlier form of the rule found and is of another type
/// is left out.
pub(super) fn push(line: &[u8], columns: &[Column], table: &mut Table) -> Result<(), ResultError> {
    let row: Row<'_> =
        serde_json::from_slice(line).map_err(|error| ResultError::Other(error.to_string()))?;
    let value = |column: &Column| match column.group {
        Some(_) => row.fields.get(&*column.name),
        None => row.problems.as_ref(),
    };
    let json = |column: &Column| match value(column) {
        Some(value) if column.kind == Kind::Json && !value.is_null() => Some(value.to_string()),
        _ => None,
    };
    let texts: Vec<Option<String>> = columns.iter().map(json).collect();
    table.push(columns.iter().zip(&texts).map(|(column, json)| {
        match (column.group, &*column.name) {
            (None, "url") => Cell::Text(Some(&row.url)),
            (None, "ts") => Cell::Number(millis(&row.ts)),
            (None, "rule") => Cell::Text(Some(&row.rule)),
            _ => cell(column.kind, value(column), json.as_deref()),
        }
    }))
}

fn cell<'a>(kind: Kind, value: Option<&'a Value>, json: Option<&'a str>) -> Cell<'a> {
    match kind {
        Kind::Text(_) => Cell::Text(value.and_then(Value::as_str)),
        Kind::Json => Cell::Text(json),
        Kind::Small | Kind::Large | Kind::Bits => Cell::Number(value.and_then(Value::as_i64)),
        Kind::Time => Cell::Number(value.and_then(Value::as_str).and_then(instant)),
        Kind::Float => Cell::Float(value.and_then(Value::as_f64).map(|number| number as f32)),
        Kind::Double => Cell::Double(value.and_then(Value::as_f64)),
        Kind::Bool => Cell::Bool(value.and_then(Value::as_bool)),
    }
}
