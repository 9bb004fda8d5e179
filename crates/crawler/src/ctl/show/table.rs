//! Tables that fit the terminal: one column gives way, the others keep their width.

use std::io::IsTerminal;

use ratatui::crossterm::terminal;
use ratatui::text::Span;

use crate::terminal::escape;

const GAP: &str = "  ";
/// The column that gives way keeps so much.
const FLEXIBLE_MIN: usize = 12;

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
    /// Text that is cut where the terminal is too narrow.
    Flexible,
}

/// Rows of text below headings.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one.
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; what a terminal would obey in it is escaped.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| escape(&cell).into_owned()).collect());
    }

    /// The text for standard output.
    pub(crate) fn for_stdout(&self) -> String {
        let columns = std::io::stdout().is_terminal().then(terminal::size).and_then(Result::ok);
        self.text(columns.map(|(columns, _)| usize::from(columns)))
    }

    fn text(&self, columns_max: Option<usize>) -> String {
        let headings: Vec<String> =
            self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut widths: Vec<usize> = headings.iter().map(|name| width(name)).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        if let Some(max) = columns_max {
            let total = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
            let flexible = self.columns.iter().position(|(_, align)| *align == Align::Flexible);
            if let Some(flexible) = flexible.and_then(|idx| widths.get_mut(idx)) {
                let over = total.saturating_sub(max);
                *flexible = flexible.saturating_sub(over).max(FLEXIBLE_MIN.min(*flexible));
            }
        }
        std::iter::once(&headings).chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, (_, align)), widest) in row.iter().zip(&self.columns).zip(widths) {
            let cell = cut(cell, *widest);
            let blanks = " ".repeat(widest.saturating_sub(width(&cell)));
            match align {
                Align::Right => line.extend([blanks.as_str(), &cell, GAP]),
                Align::Left | Align::Flexible => line.extend([cell.as_str(), &blanks, GAP]),
            }
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    }
}

/// Columns of a terminal that a text takes.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// A text cut to so many columns, with a mark where it was cut.
pub(crate) fn cut(text: &str, columns_max: usize) -> String {
    if width(text) <= columns_max {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > columns_max {
            break;
        }
        shown.push(c);
    }
    shown + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_column_gives_way() {
        let mut table = Table::new(&[
            ("host", Align::Flexible),
            ("queued", Align::Right),
            ("state", Align::Left),
        ]);
        table.row(["a-rather-long-name.example".to_owned(), "7".to_owned(), "ready".to_owned()]);
        table.row(["b.example\u{1b}".to_owned(), "1,234,567".to_owned(), "dead".to_owned()]);
        let whole = "\
host                           queued  state
a-rather-long-name.example          7  ready
b.example\\u{1b}             1,234,567  dead
";
        assert_eq!(table.text(None), whole);
        let narrow = "\
host                queued  state
a-rather-long-…          7  ready
b.example\\u{1b}  1,234,567  dead
";
        assert_eq!(table.text(Some(33)), narrow);
        // Narrower than what can give way: lines wrap rather than lose numbers.
        assert!(table.text(Some(5)).contains("a-rather-lo…"));
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
