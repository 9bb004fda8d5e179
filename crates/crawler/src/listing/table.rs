//! Aligned columns without knowing all rows: the first ones set the widths.

use std::io::{self, Write};

use crate::filter::Cell;
use crate::terminal::escape;

/// Rows that are held back to see how wide columns must be.
const HELD_MAX: usize = 200;
/// A cell that is not the last of its row is cut to so many characters.
const CELL_CHARS_MAX: usize = 60;

/// A table under way.
pub(super) struct Table {
    columns: Vec<Column>,
    held: Vec<Vec<String>>,
    are_widths_set: bool,
}

struct Column {
    chars: usize,
    is_right: bool,
}

impl Table {
    pub(super) fn new(names: &[&str]) -> Self {
        let columns = names.iter().map(|_| Column { chars: 0, is_right: false }).collect();
        let header = names.iter().map(|name| (*name).to_owned()).collect();
        Self { columns, held: vec![header], are_widths_set: false }
    }

    pub(super) fn push(
        &mut self,
        cells: &[Option<Cell<'_>>],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let last = self.columns.len().saturating_sub(1);
        let mut row = Vec::with_capacity(cells.len());
        for (idx, (cell, column)) in cells.iter().zip(&mut self.columns).enumerate() {
            column.is_right |= !self.are_widths_set && matches!(cell, Some(Cell::Number(_)));
            let text = cell.as_ref().map(Cell::to_string).unwrap_or_default();
            let text = escape(&text);
            row.push(if idx < last { cut(&text) } else { text.into_owned() });
        }
        if self.are_widths_set {
            return self.write(&row, out);
        }
        self.held.push(row);
        if self.held.len() > HELD_MAX { self.write_held(out) } else { Ok(()) }
    }

    pub(super) fn write_held(&mut self, out: &mut impl Write) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.are_widths_set = true;
        for row in &held {
            for (text, column) in row.iter().zip(&mut self.columns) {
                column.chars = column.chars.max(text.chars().count());
            }
        }
        held.iter().try_for_each(|row| self.write(row, out))
    }

    fn write(&self, row: &[String], out: &mut impl Write) -> io::Result<()> {
        let mut line = String::new();
        for (text, column) in row.iter().zip(&self.columns) {
            let pad = column.chars.saturating_sub(text.chars().count());
            let (before, after) = if column.is_right { (pad, 0) } else { (0, pad) };
            line.extend(std::iter::repeat_n(' ', before));
            line.push_str(text);
            line.extend(std::iter::repeat_n(' ', after + 2));
        }
        writeln!(out, "{}", line.trim_end())
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(CELL_CHARS_MAX - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_not_held_for_ever_and_long_cells_are_cut() {
        let mut table = Table::new(&["a", "b"]);
        let mut out = Vec::new();
        let long = "é".repeat(100);
        for _ in 0..HELD_MAX + 7 {
            let cells = [Some(Cell::Text(long.as_str().into())), Some(Cell::Text("x".into()))];
            table.push(&cells, &mut out).unwrap();
            assert!(table.held.len() <= HELD_MAX);
        }
        table.write_held(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), HELD_MAX + 8);
        let expected = format!("{}…  x", "é".repeat(59));
        assert!(text.lines().skip(1).all(|line| line == expected), "{text}");
    }
}
