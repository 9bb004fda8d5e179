//! A file line by line, with a bound on what is held of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use anyhow::Context as _;

/// The name that means standard input.
const STDIN: &str = "-";

/// The lines of a file or of standard input.
pub(crate) struct Lines {
    name: String,
    reader: Box<dyn BufRead>,
    bytes_max: u64,
    number: u64,
    line: Vec<u8>,
    /// The line is to be given once more.
    again: bool,
}

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Its text; what is not UTF-8 is replaced.
    Text(std::borrow::Cow<'a, str>),
    /// It has more than this many bytes.
    TooLong(u64),
}

impl Lines {
    /// Opens `path`, or standard input for `-`. No line may have more than `bytes_max` bytes.
    pub(crate) fn open(path: &str, bytes_max: u64) -> anyhow::Result<Self> {
        if path == STDIN {
            return Ok(Self::new("standard input", Box::new(io::stdin().lock()), bytes_max));
        }
        let file = File::open(path).with_context(|| format!("cannot read {path}"))?;
        Ok(Self::new(path, Box::new(BufReader::with_capacity(1 << 16, file)), bytes_max))
    }

    fn new(name: &str, reader: Box<dyn BufRead>, bytes_max: u64) -> Self {
        Self { name: name.to_owned(), reader, bytes_max, number: 0, line: Vec::new(), again: false }
    }

    /// Where the line read last is: `urls.txt:7`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.name, self.number)
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Line<'_>>> {
        if !std::mem::take(&mut self.again) && !self.read()? {
            return Ok(None);
        }
        if self.line.len() as u64 > self.bytes_max {
            return Ok(Some(Line::TooLong(self.bytes_max)));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.number == 1 { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        Ok(Some(Line::Text(String::from_utf8_lossy(line))))
    }

    /// The first line that is neither blank nor a comment; it will be given again.
    pub(crate) fn peek(&mut self) -> anyhow::Result<String> {
        loop {
            let text = match self.next()? {
                Some(Line::Text(text)) => text.trim().to_owned(),
                Some(Line::TooLong(_)) => "too long".to_owned(),
                None => return Ok(String::new()),
            };
            if !text.is_empty() && !text.starts_with('#') {
                self.again = true;
                return Ok(text);
            }
        }
    }

    fn read(&mut self) -> anyhow::Result<bool> {
        let failed = || format!("cannot read {}", self.name);
        self.line.clear();
        // One byte more than allowed tells that there are more.
        let mut bounded = self.reader.by_ref().take(self.bytes_max + 1);
        let len = bounded.read_until(b'\n', &mut self.line).with_context(failed)?;
        if len as u64 > self.bytes_max && !self.line.ends_with(b"\n") {
            self.reader.skip_until(b'\n').with_context(failed)?;
        }
        self.number += u64::from(len > 0);
        Ok(len > 0)
    }
}

/// Some editors put it before the first line.
const BOM: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Lines {
        Lines::new("a.txt", Box::new(text.as_bytes()), 8)
    }

    #[test]
    fn long_lines_are_told_and_passed_over() {
        let mut lines = lines("\u{feff}ab\r\n123456789012\n12345678\n\nz");
        let text = |text: &str| Some(Line::Text(text.to_owned().into()));
        assert_eq!(lines.next().unwrap(), text("ab"));
        assert_eq!(lines.next().unwrap(), Some(Line::TooLong(8)));
        assert_eq!(lines.place(), "a.txt:2");
        for expected in [Some(Line::TooLong(8)), text(""), text("z"), None, None] {
            assert_eq!(lines.next().unwrap(), expected);
        }
        assert_eq!(lines.place(), "a.txt:5");
    }

    #[test]
    fn the_first_line_can_be_looked_at() {
        let mut lines = lines("# x\n\n ab\ncd\n");
        assert_eq!(lines.peek().unwrap(), "ab");
        assert_eq!(lines.next().unwrap(), Some(Line::Text(" ab".into())));
        assert_eq!(lines.place(), "a.txt:3");
        assert_eq!(lines.next().unwrap(), Some(Line::Text("cd".into())));
    }
}
