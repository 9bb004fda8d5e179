//! Sorts what was added to the index.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::segment::{header, range_of};
use super::{SortedIndex, sorted_dir};
use crate::error::StoreError;
use crate::paths::cdxj_file;
use crate::read::cdxj::ROW_BYTES_MAX;
use crate::sort::LineSorter;

/// So much of the index may be unsorted: it is searched in a millisecond or two.
const UNSORTED_BYTES_MAX: u64 = 4 << 20;

/// Sorts what was added to the index of captures, when that is more than 4 MiB, so that
/// [`find_capture`](crate::find_capture) need not read it. `begins` is told how many bytes will be
/// sorted. May run beside a writer: of the index only what is there is read, and segments appear
/// whole.
///
/// # Errors
/// [`StoreError::Io`] when a file cannot be read or written; captures are found all the same.
pub fn sort_index(data_dir: &Path, begins: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    sort_beyond(data_dir, UNSORTED_BYTES_MAX, begins)
}

/// The same, from so many bytes on.
pub(crate) fn sort_beyond(
    data_dir: &Path,
    unsorted_bytes_max: u64,
    begins: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let index = cdxj_file(data_dir);
    let mut file = match File::open(&index) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file.map_err(StoreError::io("open", &index))?,
    };
    let to = end_of_rows(&file).map_err(StoreError::io("read", &index))?;
    let mut sorted = SortedIndex::open(data_dir)?;
    let mut from = sorted.end();
    if to.saturating_sub(from) <= unsorted_bytes_max {
        return Ok(());
    }
    // A segment that is not twice as large as what follows it is sorted again with that.
    while let Some(last) = sorted.segments.pop_if(|last| last.to - last.from < 2 * (to - from)) {
        from = last.from;
    }
    begins(to - from);
    let dir = sorted_dir(data_dir);
    fs::create_dir_all(&dir).map_err(StoreError::io("create folder", &dir))?;
    let mut lines = LineSorter::new(&dir);
    read_lines(&index, &mut file, from..to, &mut lines)?;
    let path = dir.join(format!("{from:020}-{to:020}.cdxj"));
    let head = header(&file, to).map_err(StoreError::io("read", &index))?;
    write(&path, &head, lines)?;
    let mut kept: Vec<PathBuf> = sorted.segments.iter().map(|it| it.path.clone()).collect();
    kept.push(path);
    remove_others(&dir, &kept)
}

/// Where the last whole row ends.
pub(super) fn end_of_rows(index: &File) -> std::io::Result<u64> {
    let len = index.metadata()?.len();
    let from = len.saturating_sub(ROW_BYTES_MAX as u64);
    let mut tail = vec![0; usize::try_from(len - from).unwrap_or_default()];
    index.read_exact_at(&mut tail, from)?;
    Ok(memchr::memrchr(b'\n', &tail).map_or(0, |at| from + at as u64 + 1))
}

pub(super) fn read_lines(
    index: &Path,
    file: &mut File,
    range: std::ops::Range<u64>,
    sorter: &mut LineSorter,
) -> Result<(), StoreError> {
    let failed = || StoreError::io("read", index);
    file.seek(SeekFrom::Start(range.start)).map_err(failed())?;
    let mut rows = BufReader::with_capacity(1 << 18, file.take(range.end - range.start));
    let (mut at, mut line) = (range.start, Vec::new());
    while at < range.end {
        line.clear();
        rows.by_ref().take(ROW_BYTES_MAX as u64).read_until(b'\n', &mut line).map_err(failed())?;
        let Some(row) = line.strip_suffix(b"\n") else {
            return Err(StoreError::malformed(index, at, "line is too long for a row"));
        };
        sorter.push(row)?;
        at += line.len() as u64;
    }
    Ok(())
}

/// Writes a segment under another name, makes it durable and only then gives it its own.
fn write(path: &Path, head: &str, sorter: LineSorter) -> Result<(), StoreError> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let failed = || StoreError::io("write", &new);
    let mut file = BufWriter::with_capacity(1 << 18, File::create(&new).map_err(failed())?);
    file.write_all(head.as_bytes()).map_err(failed())?;
    let mut lines = sorter.finish()?;
    while let Some(line) = lines.next_line()? {
        file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(failed())?;
    }
    let file = file.into_inner().map_err(|error| failed()(error.into_error()))?;
    file.sync_all().map_err(failed())?;
    fs::rename(&new, path).map_err(StoreError::io("rename", &new))
}

/// Removes segments that are not used any more, and what a killed process left.
fn remove_others(dir: &Path, kept: &[PathBuf]) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let path = entry.map_err(StoreError::io("list", dir))?.path();
        let is_segment = range_of(&path).is_some();
        let is_left = path.extension().is_some_and(|it| it.to_string_lossy().starts_with("new-"));
        if (is_segment || is_left) && !kept.contains(&path) {
            // Another process may have removed it already.
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
