//! The list of complete WARC files: a later start can tell whether each is whole.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::StoreError;

use super::append_file::{AppendFile, sync_dir};

/// A complete WARC file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClosedWarc {
    /// File name without folder.
    pub(crate) file: String,
    pub(crate) bytes: u64,
}

/// Adds a row. A name and a number cannot fail to be encoded.
pub(super) fn push(list: &mut AppendFile, closed: &ClosedWarc) {
    let row = serde_json::to_vec(closed).unwrap_or_default();
    list.push(&row);
    list.push(b"\n");
}

/// The first `bytes` of the list at `path`.
///
/// # Errors
/// [`StoreError::Damaged`] when there are fewer, [`StoreError::Malformed`] for what is no row.
pub(crate) fn read(path: &Path, bytes: u64) -> Result<Vec<ClosedWarc>, StoreError> {
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let found = fs::metadata(path).map_or(0, |found| found.len());
    if found < bytes {
        return Err(StoreError::Damaged { path: path.to_owned(), expected: bytes, found });
    }
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let mut rows = Vec::new();
    let mut offset = 0;
    for line in BufReader::new(file.take(bytes)).split(b'\n') {
        let line = line.map_err(StoreError::io("read", path))?;
        let row = serde_json::from_slice(&line).map_err(|error| StoreError::Malformed {
            path: path.to_owned(),
            offset,
            reason: format!("it is no row about a closed WARC file: {error}"),
        })?;
        rows.push(row);
        offset += line.len() as u64 + 1;
    }
    Ok(rows)
}

/// Whether each listed file is as long as when it was closed. One that is gone was moved away:
/// nothing will be appended to it.
///
/// # Errors
/// [`StoreError::Damaged`] for the first that is not.
pub(super) fn check(warc_dir: &Path, listed: &[ClosedWarc]) -> Result<(), StoreError> {
    for closed in listed {
        let path = warc_dir.join(&closed.file);
        match fs::metadata(&path) {
            Ok(found) if found.len() != closed.bytes => {
                let found = found.len();
                return Err(StoreError::Damaged { path, expected: closed.bytes, found });
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("inspect", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes the list anew; gives its length.
///
/// # Errors
/// [`StoreError::Io`] when it cannot be written.
pub(crate) fn write(path: &Path, listed: &[ClosedWarc]) -> Result<u64, StoreError> {
    let new = path.with_extension("jsonl.new");
    let mut list = AppendFile::open_cut(new.clone(), 0)?;
    for closed in listed {
        push(&mut list, closed);
    }
    list.sync()?;
    fs::rename(&new, path).map_err(StoreError::io("rename", &new))?;
    path.parent().map_or(Ok(()), sync_dir)?;
    Ok(list.bytes())
}
