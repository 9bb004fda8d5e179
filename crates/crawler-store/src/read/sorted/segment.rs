//! One file of sorted rows, searched by bisection.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::digest::content_digest;
use crate::error::StoreError;
use crate::read::cdxj::{ROW_BYTES_MAX, RowVisit};

/// Bytes of the index before the end of a segment by which it is known again.
const TAIL_BYTES: u64 = 4096;
/// Bytes read at once: a few rows.
const PIECE_BYTES: usize = 4096;

/// Bytes `from` to `to` of the index as sorted lines.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) from: u64,
    pub(super) to: u64,
    file: File,
    /// Where the rows begin and end in the file.
    start: u64,
    end: u64,
}

/// The range in a file name.
pub(super) fn range_of(path: &Path) -> Option<(u64, u64)> {
    let (from, to) = path.file_name()?.to_str()?.strip_suffix(".cdxj")?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?)).filter(|(from, to)| from < to)
}

/// The first line of a segment that ends at byte `to` of the index; sorts before every row.
pub(super) fn header(index: &File, to: u64) -> io::Result<String> {
    let from = to.saturating_sub(TAIL_BYTES);
    let mut tail = vec![0; usize::try_from(to - from).unwrap_or_default()];
    index.read_exact_at(&mut tail, from)?;
    Ok(format!("!crawler sorted index 1, made up to a tail of {}\n", content_digest(&tail)))
}

impl Segment {
    /// Opens a segment; `None` when it does not agree with the index, or is gone.
    pub(super) fn open(
        path: &Path,
        from: u64,
        to: u64,
        index: &Path,
    ) -> Result<Option<Self>, StoreError> {
        let failed = || StoreError::io("read", path);
        let (file, index) = match (File::open(path), File::open(index)) {
            (Ok(file), Ok(index)) => (file, index),
            (Err(error), _) | (_, Err(error)) if error.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            (Err(error), _) | (_, Err(error)) => return Err(failed()(error)),
        };
        let expected = match header(&index, to) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            header => header.map_err(failed())?,
        };
        let end = file.metadata().map_err(failed())?.len();
        let start = expected.len() as u64;
        let mut found = vec![0; expected.len()];
        let is_whole = end == start + (to - from)
            && file.read_exact_at(&mut found, 0).is_ok()
            && found == expected.as_bytes();
        let path = path.to_owned();
        Ok(is_whole.then_some(Self { path, from, to, file, start, end }))
    }

    /// Its file, which stands at the first row.
    pub(super) fn into_rows(mut self) -> Result<File, StoreError> {
        let begin = self.file.seek(SeekFrom::Start(self.start));
        begin.map_err(StoreError::io("seek in", &self.path))?;
        Ok(self.file)
    }

    /// Visits the rows that begin with `needle`.
    pub(super) fn find(&self, needle: &[u8], visit: &mut RowVisit<'_>) -> Result<(), StoreError> {
        let mut line = Vec::new();
        let mut at = self.first_from(needle, &mut line)?;
        while self.read_line(at, &mut line)? && line.starts_with(needle) {
            visit(&self.path, at, line.strip_suffix(b"\n").unwrap_or(&line))?;
            at += line.len() as u64;
        }
        Ok(())
    }

    /// Visits the rows from `needle` on until `visit` has enough.
    pub(super) fn rows_from(
        &self,
        needle: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut line = Vec::new();
        let mut at = self.first_from(needle, &mut line)?;
        while self.read_line(at, &mut line)?
            && visit(line.strip_suffix(b"\n").unwrap_or(&line)).is_continue()
        {
            at += line.len() as u64;
        }
        Ok(())
    }

    /// Where the first row begins that is not less than `needle`.
    fn first_from(&self, needle: &[u8], line: &mut Vec<u8>) -> Result<u64, StoreError> {
        // Rows that begin before `low` are less than the needle; the first that begins at `high`
        // or later is not.
        let (mut low, mut high) = (self.start, self.end);
        while low < high {
            let middle = low + (high - low) / 2;
            let at = self.line_start(middle, line)?;
            if at < high && self.read_line(at, line)? && **line < *needle {
                low = at + line.len() as u64;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Where the first line begins that does so at `at` or later.
    fn line_start(&self, at: u64, line: &mut Vec<u8>) -> Result<u64, StoreError> {
        if at <= self.start {
            return Ok(self.start);
        }
        self.read_line(at - 1, line)?;
        Ok(at - 1 + line.len() as u64)
    }

    /// Reads from `at` to the next line end; `false` at the end of the file.
    fn read_line(&self, at: u64, line: &mut Vec<u8>) -> Result<bool, StoreError> {
        line.clear();
        while at + (line.len() as u64) < self.end {
            let begun = line.len();
            line.resize(begun + PIECE_BYTES, 0);
            let piece = line.get_mut(begun..).unwrap_or_default();
            let read = self
                .file
                .read_at(piece, at + begun as u64)
                .map_err(StoreError::io("read", &self.path))?;
            line.truncate(begun + read);
            if let Some(end) = memchr::memchr(b'\n', line.get(begun..).unwrap_or_default()) {
                line.truncate(begun + end + 1);
                return Ok(true);
            }
            if read == 0 || line.len() > ROW_BYTES_MAX {
                return Err(StoreError::malformed(&self.path, at, "the row has no end"));
            }
        }
        Ok(!line.is_empty())
    }
}
