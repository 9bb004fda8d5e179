//! A table as files of one day each, which grow with the page list.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::file::{begins, entries, name, rows_of, write_file};
use super::table::{Column, Table};
use super::write::Layout;
use crate::error::ResultError;
use crate::follow::{Follower, PageRow, PageRows, RowRange};

/// How long a row may wait for its file while the crawl goes on.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a file holds that is final; a few rows more where one page brings many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileSize {
    pub(crate) rows: usize,
    /// Of texts: what is held in memory.
    pub(crate) bytes: usize,
}

impl Default for FileSize {
    fn default() -> Self {
        Self { rows: 1 << 17, bytes: 32 << 20 }
    }
}

/// What rows a table has of a page.
pub(crate) trait Tabular {
    /// Of the follower.
    const NAME: &'static str;
    /// Of the table and its folder.
    const TABLE: &'static str;
    /// How its columns are stored.
    const LAYOUT: Layout;

    /// Its columns.
    fn columns() -> Vec<Column>;

    /// Adds the rows of a page.
    fn take(&mut self, row: &PageRow<'_>, table: &mut Table) -> Result<(), ResultError>;
}

/// Makes files of a table, in a folder for each day.
///
/// The rows of the newest files are held in memory until there are enough of them. When these
/// are sealed, each day's file is made anew, and takes the place of the one with fewer rows at
/// once; so is each after a crash that has not as many rows as it should.
#[derive(Debug)]
pub(crate) struct DailyFiles<T> {
    data_dir: PathBuf,
    tabular: T,
    table: Table,
    size: FileSize,
    days: Vec<Day>,
    /// Where the first row held begins in the page list.
    from: u64,
}

/// The rows of one day.
#[derive(Debug)]
struct Day {
    date: String,
    rows: Vec<u32>,
    /// How many of them are in its file.
    written: usize,
}

impl<T: Tabular> DailyFiles<T> {
    pub(crate) fn new(data_dir: &Path, tabular: T, size: FileSize) -> Self {
        let table = Table::new(T::columns());
        let data_dir = data_dir.to_owned();
        Self { data_dir, tabular, table, size, days: Vec::new(), from: 0 }
    }

    fn hold(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        let date = row.date()?;
        let before = self.table.rows() as u32;
        self.tabular.take(row, &mut self.table)?;
        let rows = before..self.table.rows() as u32;
        match self.days.iter_mut().rfind(|day| day.date == date) {
            Some(day) => day.rows.extend(rows),
            None => {
                self.days.push(Day { date: date.to_owned(), rows: rows.collect(), written: 0 });
            }
        }
        Ok(())
    }

    /// Holds the rows before `position` again whose files are not final.
    fn hold_again(&mut self, position: u64) -> Result<(), ResultError> {
        if self.from == position {
            return Ok(());
        }
        let mut rows = PageRows::open(&self.data_dir, self.from)?;
        while let Some(row) = rows.next_before(position)? {
            self.hold(&row)?;
        }
        Ok(())
    }

    fn root(&self) -> PathBuf {
        self.data_dir.join("parquet").join(T::TABLE)
    }

    /// Removes what is behind the rows held and what is not whole, and finds which of the files of
    /// the rows held are as they should be.
    fn look_through(&mut self) -> io::Result<()> {
        for folder in entries(&self.root())? {
            for path in entries(&folder)? {
                match begins(&path) {
                    Some(from) if from < self.from => continue,
                    Some(from) if from == self.from => {
                        let day = self.days.iter_mut().find(|day| folder.ends_with(day.folder()));
                        if let Some(day) = day
                            && rows_of(&path) == Some(day.rows.len())
                        {
                            day.written = day.rows.len();
                            continue;
                        }
                    }
                    _ => {}
                }
                fs::remove_file(path)?;
            }
            // One with files stays.
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    /// Makes the files that do not have all the rows held of their day.
    fn write(&mut self) -> Result<(), ResultError> {
        let (root, from) = (self.root(), self.from);
        for day in self.days.iter_mut().filter(|day| day.written < day.rows.len()) {
            let path = root.join(day.folder()).join(name(from));
            let mut order = day.rows.clone();
            if let Some(column) = T::LAYOUT.sorted_by {
                self.table.sort(&mut order, column.into());
            }
            write_file(&path, &self.table, &order, T::LAYOUT)?;
            day.written = day.rows.len();
        }
        Ok(())
    }

    fn clear(&mut self, from: u64) {
        self.table.clear();
        self.days.clear();
        self.from = from;
    }
}

impl<T: Tabular> Follower for DailyFiles<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn open(&mut self, position: u64, state: &Value) -> Result<(), ResultError> {
        let pages = self.data_dir.join("pages").join("pages.jsonl");
        if fs::metadata(&pages).map_or(0, |pages| pages.len()) < position {
            return Ok(()); // it was cut, which whoever gives the rows will tell
        }
        self.clear(state.get("from").and_then(Value::as_u64).unwrap_or(0).min(position));
        let root = self.root();
        if self.from > 0 && !root.is_dir() {
            return Err(ResultError::Gone { path: root, name: T::NAME });
        }
        self.hold_again(position)?;
        self.look_through().map_err(ResultError::io("read", &root))?;
        self.write()
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        self.hold(row)
    }

    fn is_full(&self) -> bool {
        self.table.rows() >= self.size.rows || self.table.bytes() >= self.size.bytes
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn seal(&mut self, range: RowRange) -> Result<Value, ResultError> {
        self.write()?;
        if self.is_full() {
            self.clear(range.to);
        }
        Ok(json!({ "from": self.from }))
    }
}

impl Day {
    fn folder(&self) -> String {
        format!("date={}", self.date)
    }
}
