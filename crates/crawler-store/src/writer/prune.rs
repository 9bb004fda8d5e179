//! Takes rows out of files of which nothing was committed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::StoreError;
use crate::read::{CdxjRow, ROW_BYTES_MAX};

use super::append_file::{AppendFile, sync_dir};

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Cdxj,
    Page,
    Skipped,
}

/// Opens the rows at `path` for appending and keeps only whole rows, of those with a record only
/// the ones whose record is within a closed WARC file. A file that needs no change is not written.
pub(super) fn prune(path: &Path, kind: RowKind, warc_dir: &Path) -> Result<AppendFile, StoreError> {
    if !path.exists() {
        return AppendFile::open_cut(path.to_owned(), 0);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".pruned");
    let pruned = PathBuf::from(name);
    let mut judge = RowJudge { kind, warc_dir, warc_bytes: HashMap::new() };
    let kept = copy_rows(path, &pruned, &mut judge)?;
    let bytes = fs::metadata(path).map_err(StoreError::io("inspect", path))?.len();
    if kept == bytes {
        fs::remove_file(&pruned).map_err(StoreError::io("remove", &pruned))?;
    } else {
        fs::rename(&pruned, path).map_err(StoreError::io("rename", &pruned))?;
        path.parent().map_or(Ok(()), sync_dir)?;
    }
    AppendFile::open_cut(path.to_owned(), kept)
}

/// Copies the rows that may stay; returns their bytes.
fn copy_rows(from: &Path, to: &Path, judge: &mut RowJudge<'_>) -> Result<u64, StoreError> {
    let file = File::open(from).map_err(StoreError::io("open", from))?;
    let mut source = BufReader::new(file);
    let mut target = BufWriter::new(File::create(to).map_err(StoreError::io("create", to))?);
    let mut row = Vec::new();
    let mut kept = 0;
    loop {
        row.clear();
        let mut bounded = (&mut source).take(ROW_BYTES_MAX as u64);
        let read = bounded.read_until(b'\n', &mut row).map_err(StoreError::io("read", from))?;
        if read == 0 {
            break;
        }
        // A piece without an end is the torn last row, or part of something that is no row.
        if row.ends_with(b"\n") && judge.may_stay(&row) {
            target.write_all(&row).map_err(StoreError::io("write", to))?;
            kept += row.len() as u64;
        }
    }
    let file = target
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .map_err(StoreError::io("write", to))?;
    file.sync_all().map_err(StoreError::io("sync", to))?;
    Ok(kept)
}

struct RowJudge<'a> {
    kind: RowKind,
    warc_dir: &'a Path,
    /// Length of each closed WARC file asked for; 0 when there is none.
    warc_bytes: HashMap<String, u64>,
}

impl RowJudge<'_> {
    fn may_stay(&mut self, row: &[u8]) -> bool {
        let place = match self.kind {
            RowKind::Skipped => return true,
            RowKind::Cdxj => CdxjRow::parse(row).ok().and_then(|row| {
                Some((row.file()?.to_owned(), row.offset().checked_add(row.length())?))
            }),
            RowKind::Page => serde_json::from_slice::<PagePlace<'_>>(row).ok().and_then(|page| {
                Some((page.warc.file.into_owned(), page.warc.offset.checked_add(page.warc.length)?))
            }),
        };
        place.is_some_and(|(file, end)| end <= self.bytes_of(file))
    }

    fn bytes_of(&mut self, file: String) -> u64 {
        let path = self.warc_dir.join(&file);
        *self
            .warc_bytes
            .entry(file)
            .or_insert_with(|| fs::metadata(path).map_or(0, |metadata| metadata.len()))
    }
}

#[derive(Deserialize)]
struct PagePlace<'a> {
    #[serde(borrow)]
    warc: WarcPlace<'a>,
}

#[derive(Deserialize)]
struct WarcPlace<'a> {
    #[serde(borrow)]
    file: Cow<'a, str>,
    offset: u64,
    length: u64,
}
