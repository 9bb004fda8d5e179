//! Rows for people and for programs: a table, JSON Lines or CSV, written as they come.

mod table;

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::ValueEnum;

use crate::filter::Cell;
use crate::terminal::{escape, escape_json};
use table::Table;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header line (RFC 4180)
    Csv,
}

/// Writes rows with these columns.
pub(crate) struct Listing<W> {
    out: W,
    names: Vec<&'static str>,
    form: Form,
    text: String,
}

enum Form {
    Table(Table),
    Jsonl,
    Csv { for_terminal: bool },
}

impl<W: Write> Listing<W> {
    /// A listing without rows. What goes to a terminal cannot act on it.
    pub(crate) fn start(
        mut out: W,
        format: Format,
        names: Vec<&'static str>,
        for_terminal: bool,
    ) -> io::Result<Self> {
        let form = match format {
            Format::Table => Form::Table(Table::new(&names)),
            Format::Jsonl => Form::Jsonl,
            Format::Csv => {
                write!(out, "{}\r\n", names.join(","))?;
                Form::Csv { for_terminal }
            }
        };
        Ok(Self { out, names, form, text: String::new() })
    }

    /// Adds a row with a cell for each column.
    pub(crate) fn push(&mut self, cells: &[Option<Cell<'_>>]) -> io::Result<()> {
        match &mut self.form {
            Form::Table(table) => return table.push(cells, &mut self.out),
            Form::Jsonl => {
                let json = json(&self.names, cells);
                return self.push_text(&json);
            }
            Form::Csv { for_terminal } => {
                self.text.clear();
                push_csv(&mut self.text, cells, *for_terminal);
            }
        }
        self.out.write_all(self.text.as_bytes())
    }

    /// Adds a row of JSON Lines that is text already.
    pub(crate) fn push_text(&mut self, json: &str) -> io::Result<()> {
        self.out.write_all(escape_json(json).as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Writes what is held back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if let Form::Table(table) = &mut self.form {
            table.write_held(&mut self.out)?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// An object with the columns in their order; a cell that is empty is left out.
fn json(names: &[&str], cells: &[Option<Cell<'_>>]) -> String {
    let mut out = String::new();
    let mut before = '{';
    for (name, cell) in names.iter().zip(cells) {
        let Some(cell) = cell else { continue };
        let value = match cell {
            Cell::Text(text) => serde_json::Value::from(text.as_ref()).to_string(),
            Cell::Number(_) | Cell::Flag(_) => cell.to_string(),
        };
        // Names need no escape, and writing to a `String` cannot fail.
        let _ = write!(out, "{before}\"{name}\":{value}");
        before = ',';
    }
    out.push_str(if before == '{' { "{}" } else { "}" });
    out
}

fn push_csv(out: &mut String, cells: &[Option<Cell<'_>>], for_terminal: bool) {
    for (idx, cell) in cells.iter().enumerate() {
        if idx > 0 {
            out.push(',');
        }
        let Some(cell) = cell else { continue };
        let text = cell.to_string();
        let text = if for_terminal { escape(&text) } else { text.as_str().into() };
        if text.contains([',', '"', '\r', '\n']) {
            out.push('"');
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&text);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(format: Format, for_terminal: bool) -> String {
        let mut listing =
            Listing::start(Vec::new(), format, vec!["url", "status"], for_terminal).unwrap();
        let text = |text: &'static str| Some(Cell::Text(text.into()));
        let number = |n: u64| Some(Cell::Number(n.into()));
        listing.push(&[text("http://e.com/\u{9b}2J,\"x\""), number(200)]).unwrap();
        listing.push(&[text("a"), None]).unwrap();
        String::from_utf8(listing.finish().unwrap()).unwrap()
    }

    #[test]
    fn rows_have_three_forms() {
        let table = "url                        status\n\
                     http://e.com/\\u{9b}2J,\"x\"     200\n\
                     a\n";
        assert_eq!(listed(Format::Table, false), table);
        let json =
            "{\"url\":\"http://e.com/\\u009b2J,\\\"x\\\"\",\"status\":200}\n{\"url\":\"a\"}\n";
        assert_eq!(listed(Format::Jsonl, false), json);
        let csv = |c: &str| format!("url,status\r\n\"http://e.com/{c}2J,\"\"x\"\"\",200\r\na,\r\n");
        assert_eq!(listed(Format::Csv, false), csv("\u{9b}"));
        assert_eq!(listed(Format::Csv, true), csv("\\u{9b}"));
    }
}
