//! The rows of an extraction rule, as files that grow with its JSON lines.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crawler_content::Rule;

use super::file::{begins, entries, name, rows_of, write_file};
use super::rule_columns::{columns, push};
use super::table::{Column, Table};
use super::write::Layout;
use crate::error::ResultError;

/// Bytes of JSON whose rows fill a file.
pub(crate) const RULE_FILE_BYTES: u64 = 32 << 20;

/// Makes `parquet/extracted/{rule}/` of `extracted/{rule}.jsonl`.
///
/// A file is full at the first row that ends [`RULE_FILE_BYTES`] behind its beginning, whenever it is
/// made: so the names of the files tell how far they are, and nothing else need be noted.
#[derive(Debug)]
pub(crate) struct RuleFiles {
    lines: PathBuf,
    folder: PathBuf,
    columns: Vec<Column>,
    file_bytes: u64,
    /// Where the rows of the newest file begin in the JSON lines.
    from: u64,
    /// Behind the rows that it has.
    to: u64,
}

/// Which files are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Those that are full, and the newest when its rows would double: so each row is written twice
    /// on average, however often it is asked.
    Worthwhile,
    /// All.
    Whole,
}

impl RuleFiles {
    /// Of a rule of the crawl in `data_dir`.
    pub(crate) fn new(data_dir: &Path, rule: &Rule, file_bytes: u64) -> Self {
        Self {
            lines: data_dir.join("extracted").join(format!("{}.jsonl", rule.name)),
            folder: data_dir.join("parquet").join("extracted").join(&rule.name),
            columns: columns(rule),
            file_bytes,
            from: 0,
            to: 0,
        }
    }

    /// Finds how far the files are, and removes what they have behind the first `bytes` of the lines.
    ///
    /// # Errors
    /// When files cannot be read or removed.
    pub(crate) fn open(&mut self, bytes: u64) -> Result<(), ResultError> {
        (self.from, self.to) = (0, 0);
        let io = |action| ResultError::io(action, &self.folder);
        let mut newest = None;
        for path in entries(&self.folder).map_err(io("read"))? {
            match begins(&path) {
                Some(from) if from < bytes => newest = Some((from, path)),
                _ => fs::remove_file(&path).map_err(io("remove a file of"))?,
            }
        }
        let Some((from, path)) = newest else { return Ok(()) };
        let end = rows_of(&path).map(|rows| self.end_of(from, bytes, rows)).transpose()?.flatten();
        if end.is_none() {
            fs::remove_file(&path).map_err(io("remove a file of"))?;
        }
        (self.from, self.to) = (from, end.unwrap_or(from));
        Ok(())
    }

    /// Makes one file that is wanted of the first `bytes` of the lines; whether there was one.
    ///
    /// # Errors
    /// When the lines cannot be read or the file not be written.
    pub(crate) fn write_next(&mut self, bytes: u64, extent: Extent) -> Result<bool, ResultError> {
        if self.to - self.from >= self.file_bytes {
            self.from = self.to;
        }
        let added = bytes.saturating_sub(self.to);
        let is_full = bytes.saturating_sub(self.from) >= self.file_bytes;
        let has_doubled = added >= self.to - self.from;
        if added == 0 || !(is_full || has_doubled || extent == Extent::Whole) {
            return Ok(false);
        }
        let mut table = Table::new(self.columns.clone());
        let mut at = self.from;
        let mut lines = self.lines(at, bytes)?;
        let mut line = Vec::new();
        while at - self.from < self.file_bytes && self.read(&mut lines, &mut line)? > 0 {
            push(&line, &self.columns, &mut table).map_err(|error| self.broken(at, &error))?;
            at += line.len() as u64;
        }
        let order: Vec<u32> = (0..table.rows() as u32).collect();
        write_file(&self.folder.join(name(self.from)), &table, &order, Layout::default())?;
        self.to = at;
        Ok(true)
    }

    /// Where `rows` rows end that begin at byte `from`; none if they end behind `bytes`.
    fn end_of(&self, from: u64, bytes: u64, rows: usize) -> Result<Option<u64>, ResultError> {
        let mut lines = self.lines(from, bytes)?;
        let (mut line, mut end) = (Vec::new(), from);
        for _ in 0..rows {
            let length = self.read(&mut lines, &mut line)?;
            if length == 0 {
                return Ok(None);
            }
            end += length as u64;
        }
        Ok(Some(end))
    }

    fn lines(&self, from: u64, to: u64) -> Result<io::Take<BufReader<File>>, ResultError> {
        let open = || {
            let mut file = File::open(&self.lines)?;
            file.seek(SeekFrom::Start(from))?;
            Ok(BufReader::with_capacity(1 << 16, file).take(to.saturating_sub(from)))
        };
        open().map_err(ResultError::io("read", &self.lines))
    }

    /// Reads a line into `line`; its length, 0 at the end.
    fn read(&self, lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<usize, ResultError> {
        line.clear();
        lines.read_until(b'\n', line).map_err(ResultError::io("read", &self.lines))
    }

    fn broken(&self, at: u64, why: &ResultError) -> ResultError {
        ResultError::Other(format!(
            "{} at byte {at}: {why}: remove it and results/extracted.json, and all of it is made again",
            self.lines.display()
        ))
    }
}
