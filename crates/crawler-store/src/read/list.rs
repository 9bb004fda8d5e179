//! Lists captures by their key, in memory bounded by what is asked for.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crawler_url::{WireUrl, surt};

use super::cdxj::{CdxjRow, ROW_BYTES_MAX, scan};
use super::sorted::SortedIndex;
use crate::error::StoreError;
use crate::paths::cdxj_file;

/// Captures of one URL that are listed; of more, those added last.
const CAPTURES_MAX: usize = 10_000;
/// Where the latest captures are looked for, at the end of the index.
const LATEST_BYTES: u64 = 256 << 10;

/// What the index says of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// The key by which rows are sorted, [`surt`] of the URL.
    pub key: String,
    /// Time of the capture in UTC, `YYYYMMDDhhmmss`.
    pub timestamp: String,
    /// The URL as requested.
    pub url: String,
    /// HTTP status.
    pub status: Option<u16>,
    /// Media type without parameters; `warc/revisit` for a page that had not changed.
    pub mime: Option<String>,
}

/// The captures of a URL and of those with the same key (the other scheme, with `www.` or without),
/// oldest first.
///
/// # Errors
/// [`StoreError::Io`] and [`StoreError::Malformed`] name the file of the index.
pub fn captures_of(data_dir: &Path, url: &WireUrl) -> Result<Vec<IndexRow>, StoreError> {
    let mut rows = std::collections::VecDeque::new();
    let mut take = |path: &Path, offset: u64, line: &[u8]| {
        let row = parse(line).map_err(|reason| StoreError::malformed(path, offset, reason))?;
        if rows.len() == CAPTURES_MAX {
            rows.pop_front();
        }
        rows.push_back(row);
        Ok(())
    };
    let key = surt(url);
    let sorted = SortedIndex::open(data_dir)?;
    sorted.find(format!("{key} ").as_bytes(), &mut take)?;
    scan(&cdxj_file(data_dir), sorted.end(), &key, &mut take)?;
    let mut rows = Vec::from(rows);
    rows.sort_by(|a: &IndexRow, b| a.timestamp.cmp(&b.timestamp));
    Ok(rows)
}

/// The first `max` captures whose key begins with `prefix` and is not less than `from`, by key and
/// time.
///
/// # Errors
/// Those of [`captures_of`].
pub fn captures_under(
    data_dir: &Path,
    prefix: &str,
    from: &str,
    max: usize,
) -> Result<Vec<IndexRow>, StoreError> {
    let from = from.max(prefix).as_bytes();
    let sorted = SortedIndex::open(data_dir)?;
    let mut first = First { lines: BTreeSet::new(), max };
    // Each segment is sorted, so after a line that is not wanted none is.
    sorted.rows_from(from, &mut |line| {
        if line.starts_with(prefix.as_bytes()) { first.take(line) } else { ControlFlow::Break(()) }
    })?;
    each_row(&cdxj_file(data_dir), sorted.end(), &mut |line| {
        if line >= from && line.starts_with(prefix.as_bytes()) {
            let _ = first.take(line);
        }
    })?;
    first.rows(&cdxj_file(data_dir))
}

/// The first `max` hosts that have captures, from `from` on; each as the beginning of its keys,
/// `com,example)`.
///
/// # Errors
/// Those of [`captures_of`].
pub fn hosts_from(data_dir: &Path, from: &str, max: usize) -> Result<Vec<String>, StoreError> {
    let sorted = SortedIndex::open(data_dir)?;
    let mut first = First { lines: BTreeSet::new(), max };
    each_row(&cdxj_file(data_dir), sorted.end(), &mut |line| {
        if let Some(host) = host_of(line).filter(|host| *host >= from.as_bytes()) {
            let _ = first.take(host);
        }
    })?;
    sorted.each_host(from.as_bytes(), max, &mut |host| {
        let _ = first.take(host);
    })?;
    Ok(first.lines.iter().map(|host| String::from_utf8_lossy(host).into_owned()).collect())
}

/// The captures added last, at most `max`, newest first.
///
/// # Errors
/// Those of [`captures_of`].
pub fn latest_captures(data_dir: &Path, max: usize) -> Result<Vec<IndexRow>, StoreError> {
    let path = cdxj_file(data_dir);
    let mut tail = Vec::new();
    let from = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        file => {
            let file = file.map_err(StoreError::io("open", &path))?;
            let len = file.metadata().map_err(StoreError::io("read", &path))?.len();
            let from = len.saturating_sub(LATEST_BYTES);
            tail.resize(usize::try_from(len - from).unwrap_or_default(), 0);
            file.read_exact_at(&mut tail, from).map_err(StoreError::io("read", &path))?;
            from
        }
    };
    // The first piece may be a part of a row, the last one is being written or empty.
    let skipped = usize::from(from > 0);
    let mut lines: Vec<&[u8]> = tail.split(|byte| *byte == b'\n').skip(skipped).collect();
    lines.pop();
    let rows = lines.iter().rev().take(max).map(|line| parse(line));
    rows.map(|row| row.map_err(|reason| StoreError::malformed(&path, from, reason))).collect()
}

/// The smallest of many lines.
struct First {
    lines: BTreeSet<Vec<u8>>,
    max: usize,
}

impl First {
    /// Takes a line if it belongs to the smallest; tells to go on if a greater one still could.
    fn take(&mut self, line: &[u8]) -> ControlFlow<()> {
        let is_full = self.lines.len() >= self.max;
        if is_full && self.lines.last().is_none_or(|last| **last <= *line) {
            return ControlFlow::Break(());
        }
        if self.lines.insert(line.to_vec()) && is_full {
            self.lines.pop_last();
        }
        ControlFlow::Continue(())
    }

    fn rows(&self, path: &Path) -> Result<Vec<IndexRow>, StoreError> {
        let rows = self.lines.iter().map(|line| parse(line));
        rows.map(|row| row.map_err(|reason| StoreError::malformed(path, 0, reason))).collect()
    }
}

/// The beginning of a key that all keys of a host share.
pub(super) fn host_of(line: &[u8]) -> Option<&[u8]> {
    line.get(..=memchr::memchr(b')', line)?)
}

fn parse(line: &[u8]) -> Result<IndexRow, String> {
    let row = CdxjRow::parse(line)?;
    let key = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    Ok(IndexRow {
        key: String::from_utf8_lossy(key).into_owned(),
        timestamp: row.timestamp.to_owned(),
        url: row.url().to_owned(),
        status: row.status(),
        mime: row.mime().map(str::to_owned),
    })
}

/// Visits every whole row from byte `from` on, where one begins. A missing file has none.
fn each_row(path: &Path, from: u64, visit: &mut dyn FnMut(&[u8])) -> Result<(), StoreError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file.map_err(StoreError::io("open", path))?,
    };
    file.seek(SeekFrom::Start(from)).map_err(StoreError::io("seek in", path))?;
    let mut rows = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = rows.by_ref().take(ROW_BYTES_MAX as u64).read_until(b'\n', &mut line);
        read.map_err(StoreError::io("read", path))?;
        match line.strip_suffix(b"\n") {
            Some(row) => visit(row),
            None => return Ok(()),
        }
    }
}
