//! The rows of a JSON Lines file, one at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// A longer line is no row.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Damaged lines that are named; of the others only the number is told.
const NAMED_MAX: usize = 5;

/// Reads rows and passes over lines that are none.
pub(crate) struct Rows {
    path: PathBuf,
    source: BufReader<File>,
    line: Vec<u8>,
    position: u64,
    number: u64,
    damaged: u64,
    named: Vec<u64>,
}

/// A row and the text it was read from.
pub(crate) struct Row<'a> {
    pub(crate) text: &'a str,
    pub(crate) value: Value,
}

impl Rows {
    /// Opens `file` of the crawl in `data_dir`.
    pub(crate) fn open(data_dir: &Path, file: &str) -> anyhow::Result<Self> {
        let path = data_dir.join(file);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "there is no {}: name the directory of a crawl with --output DIR",
                path.display()
            ),
            file => file.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let source = BufReader::with_capacity(1 << 18, file);
        Ok(Self {
            path,
            source,
            line: Vec::new(),
            position: 0,
            number: 0,
            damaged: 0,
            named: Vec::new(),
        })
    }

    /// Bytes of the file that were read.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The next row. What has no line end is being written, or was when the crawl died: the end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Row<'_>>> {
        let value = loop {
            if !self.read().with_context(|| format!("cannot read {}", self.path.display()))? {
                return Ok(None);
            }
            match serde_json::from_slice::<Value>(&self.line) {
                Ok(value) if value.is_object() => break value,
                _ => self.count_damaged(),
            }
        };
        let text = std::str::from_utf8(&self.line).unwrap_or_default().trim_end();
        Ok(Some(Row { text, value }))
    }

    /// Counts the row read last as damaged, too.
    pub(crate) fn count_damaged(&mut self) {
        self.damaged += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(self.number);
        }
    }

    /// Tells on standard error what was passed over.
    pub(crate) fn tell_damaged(&self) {
        if self.damaged == 0 {
            return;
        }
        let mut numbers: Vec<String> = self.named.iter().map(u64::to_string).collect();
        if self.damaged > NAMED_MAX as u64 {
            numbers.push("…".to_owned());
        }
        let (s, n) = (if self.damaged == 1 { "" } else { "s" }, self.damaged);
        let (path, numbers) = (self.path.display(), numbers.join(", "));
        eprintln!("warning: {path}: {n} damaged line{s} passed over: {numbers}");
    }

    /// Reads a whole line; a line that is too long is read without its end.
    fn read(&mut self) -> io::Result<bool> {
        self.line.clear();
        let read =
            self.source.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut self.line)? as u64;
        self.position += read;
        if read == LINE_BYTES_MAX && !self.line.ends_with(b"\n") {
            self.line.clear();
            self.position += self.source.skip_until(b'\n')? as u64;
        } else if !self.line.ends_with(b"\n") {
            return Ok(false);
        }
        self.number += 1;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rows_are_read_and_others_counted() {
        let dir = tempfile::tempdir().unwrap();
        let long = "x".repeat(LINE_BYTES_MAX as usize + 9);
        let text =
            format!("{{\"a\":1}}\n{{\"a\":\n[]\n{long}\n\u{fffd}\n{{\"a\":2}}\r\n{{\"a\":3}}");
        std::fs::write(dir.path().join("f"), text).unwrap();
        let mut rows = Rows::open(dir.path(), "f").unwrap();
        let row = rows.next().unwrap().unwrap();
        assert_eq!((row.text, row.value["a"].as_u64()), ("{\"a\":1}", Some(1)));
        assert_eq!(rows.next().unwrap().unwrap().text, "{\"a\":2}");
        assert!(rows.next().unwrap().is_none());
        assert_eq!((rows.damaged, &*rows.named), (4, &[2, 3, 4, 5][..]));
        assert!(Rows::open(dir.path(), "none").is_err());
    }
}
