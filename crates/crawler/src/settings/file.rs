//! A configuration file, read with the line of every value.

use toml_edit::{Document, Item, Value};

use super::host_rules;
use super::layers::{Entry, Layer, unknown_key};
use super::problem::Problem;
use super::table::{self, Setting};
use crate::rules;

/// Reads TOML into a layer; what cannot be used is reported and left out.
pub(crate) fn read_toml(name: &str, text: &str, problems: &mut Vec<Problem>) -> Layer {
    let file = File { name, text };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let message = error.message().trim().replace('\n', "; ");
            problems.push(file.problem(start, format!("not TOML: {message}"), Vec::new()));
            return Layer::default();
        }
    };
    let mut layer = Layer::default();
    for (key, item) in document.as_table() {
        let span = document.as_table().key(key).and_then(toml_edit::Key::span).or(item.span());
        let start = span.map_or(0, |span| span.start);
        match (table::find(key), item) {
            (None, Item::ArrayOfTables(tables)) if key == host_rules::TABLES => {
                let rules = host_rules::read_tables(&file, tables, problems);
                layer.entries.entry(host_rules::SETTING).or_default().extend(rules);
            }
            // Read by those who need them, from this file.
            (None, Item::ArrayOfTables(_)) if key == rules::TABLES => {
                let entry = file.entry_at(start, name.to_owned());
                layer.entries.entry(rules::SETTING).or_default().push(entry);
            }
            (None, Item::Table(_) | Item::ArrayOfTables(_)) => {
                let note =
                    "settings are not grouped: write each key at the top level, but for [[host]] \
                            and [[extract]]"
                        .to_owned();
                problems.push(file.problem(
                    start,
                    format!("there is no table `[{key}]`"),
                    vec![note],
                ));
            }
            (None, _) => {
                let (place, line) = file.place(start);
                problems.push(unknown_key(&place, Some(line), key));
            }
            (Some(setting), item) => match file.entries(setting, item) {
                Ok(entries) => drop(layer.entries.insert(setting.key, entries)),
                Err(problem) => problems.push(problem),
            },
        }
    }
    layer
}

/// A file's name and text, to turn byte offsets into places.
pub(crate) struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> File<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text }
    }

    fn entries(&self, setting: &Setting, item: &Item) -> Result<Vec<Entry>, Problem> {
        let start = item.span().map_or(0, |span| span.start);
        let Some(value) = item.as_value() else {
            return Err(self.problem(
                start,
                format!("`{}` is not a table", setting.key),
                Vec::new(),
            ));
        };
        let Value::Array(array) = value else {
            return Ok(vec![self.entry(setting, value)?]);
        };
        if !setting.form.is_list() {
            let what = format!("`{}` takes one value, not a list", setting.key);
            return Err(self.problem(start, what, Vec::new()));
        }
        array.iter().map(|value| self.entry(setting, value)).collect()
    }

    fn entry(&self, setting: &Setting, value: &Value) -> Result<Entry, Problem> {
        let start = value.span().map_or(0, |span| span.start);
        let text = match value {
            Value::String(text) => text.value().clone(),
            Value::Integer(number) => number.value().to_string(),
            Value::Float(number) => number.value().to_string(),
            Value::Boolean(yes) => yes.value().to_string(),
            Value::Datetime(_) | Value::Array(_) | Value::InlineTable(_) => {
                let what = format!("`{}` cannot be a {}", setting.key, value.type_name());
                return Err(self.problem(start, what, Vec::new()));
            }
        };
        let (place, line) = self.place(start);
        Ok(Entry { text, place, source_line: Some(line) })
    }

    /// A value that was put together from what begins at `start`.
    pub(crate) fn entry_at(&self, start: usize, text: String) -> Entry {
        let (place, line) = self.place(start);
        Entry { text, place, source_line: Some(line) }
    }

    pub(crate) fn problem(&self, start: usize, what: String, notes: Vec<String>) -> Problem {
        let (place, line) = self.place(start);
        Problem { place, source_line: Some(line), what, notes }
    }

    /// `name:line` of a byte offset, and that line's text.
    fn place(&self, start: usize) -> (String, String) {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_idx = before.matches('\n').count();
        let line = self.text.lines().nth(line_idx).unwrap_or_default();
        (format!("{}:{}", self.name, line_idx + 1), line.to_owned())
    }
}
