//! Makes rows of a page.

use dom_query::{NodeRef, Selection};
use serde_json::{Map, Value};

use super::field::{FieldRule, FieldValue, Select, Take};
use super::{ROWS_MAX, Rows, Rule, RuleRow};
use crate::page::{Page, squeezed};

/// Values of one list.
const LIST_MAX: usize = 10_000;
/// Characters of a value.
const VALUE_CHARS_MAX: usize = 100_000;
/// Problems told in a row.
const PROBLEMS_MAX: usize = 20;
/// Characters of a text that is quoted in a problem.
const QUOTE_CHARS_MAX: usize = 60;

pub(super) fn rows(rule: &Rule, page: &Page) -> Rows {
    let mut rows = Rows::default();
    for element in selected(rule.each.as_ref(), page.document.root()) {
        if rows.rows.len() >= ROWS_MAX {
            rows.beyond += 1;
            continue;
        }
        let mut reader = Reader { page, problems: Vec::new() };
        match reader.object(&rule.fields, element, "") {
            Some(fields) => rows.rows.push(RuleRow { fields, problems: reader.problems }),
            None => rows.incomplete += 1,
        }
    }
    rows
}

fn selected<'a>(select: Option<&Select>, within: NodeRef<'a>) -> Vec<NodeRef<'a>> {
    match select {
        Some(select) => Selection::from(within).select_matcher(&select.0).nodes().to_vec(),
        None => vec![within],
    }
}

struct Reader<'p> {
    page: &'p Page,
    problems: Vec<String>,
}

impl Reader<'_> {
    /// The fields of an element; none if a required one is missing.
    fn object(
        &mut self,
        fields: &[FieldRule],
        element: NodeRef<'_>,
        path: &str,
    ) -> Option<Map<String, Value>> {
        let mut object = Map::new();
        for field in fields {
            let value = self.field(field, element, path).or_else(|| field.default.clone());
            let value = match value {
                None if field.required => return None,
                None if field.list => Value::Array(Vec::new()),
                None => Value::Null,
                Some(value) => value,
            };
            object.insert(field.name.clone(), value);
        }
        Some(object)
    }

    /// What is found of a field.
    fn field(&mut self, field: &FieldRule, element: NodeRef<'_>, path: &str) -> Option<Value> {
        let max = if field.list { LIST_MAX } else { 1 };
        let mut values = Vec::new();
        let mut tried = 0;
        for element in selected(field.select.as_ref(), element) {
            if tried >= max {
                break;
            }
            tried += self.values(field, element, path, max - tried, &mut values);
        }
        if field.list { (!values.is_empty()).then_some(Value::Array(values)) } else { values.pop() }
    }

    /// Adds what one element has to `values`, up to `max`. Returns how many it had, of the right
    /// type or not.
    fn values(
        &mut self,
        field: &FieldRule,
        element: NodeRef<'_>,
        path: &str,
        max: usize,
        values: &mut Vec<Value>,
    ) -> usize {
        let (take, pattern, is) = match &field.value {
            FieldValue::Object(fields) => {
                let path = format!("{path}{}.", field.name);
                let object = self.object(fields, element, &path);
                let tried = usize::from(object.is_some());
                values.extend(object.map(Value::Object));
                return tried;
            }
            FieldValue::One { take, pattern, is } => (take, pattern, *is),
        };
        let Some(text) = taken(take, element) else { return 0 };
        let mut tried = 0;
        let parts: Box<dyn Iterator<Item = &str>> = match pattern {
            Some(pattern) => Box::new(pattern.parts(&text)),
            None => Box::new(std::iter::once(&*text)),
        };
        for part in parts.take(max) {
            tried += 1;
            match is.read(part, self.page) {
                Some(value) => values.push(value),
                None if self.problems.len() < PROBLEMS_MAX => {
                    let quote = squeezed(part, QUOTE_CHARS_MAX);
                    let name = &field.name;
                    self.problems.push(format!("{path}{name}: `{quote}` is no {}", is.name()));
                }
                None => {}
            }
        }
        tried
    }
}

/// What an element has at the place; none if that is nothing.
fn taken(take: &Take, element: NodeRef<'_>) -> Option<String> {
    let text = match take {
        Take::Text => squeezed(&element.text(), VALUE_CHARS_MAX),
        Take::Html => element.inner_html().trim().chars().take(VALUE_CHARS_MAX).collect(),
        Take::Attribute(name) => element.attr(name)?.trim().chars().take(VALUE_CHARS_MAX).collect(),
    };
    Some(text).filter(|text| !text.is_empty())
}
