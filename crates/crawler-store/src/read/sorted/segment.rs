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
/// Bytes read in a step of the bisection: a few rows.
const PIECE_BYTES: u64 = 4096;
/// Bytes among which no step is made any more, since all of them are read as soon.
const LEFT_BYTES: u64 = 16 * PIECE_BYTES;

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
        let mut rows = self.rows_near(needle)?;
        while let Some((at, row)) = rows.next()? {
            if row < needle {
                continue;
            }
            if !row.starts_with(needle) {
                break;
            }
            visit(&self.path, at, row)?;
        }
        Ok(())
    }

    /// Visits the rows from `needle` on until `visit` has enough.
    pub(super) fn rows_from(
        &self,
        needle: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut rows = self.rows_near(needle)?;
        while let Some((_, row)) = rows.next()? {
            if row >= needle && visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The rows from a little before the first one that is not less than `needle`.
    fn rows_near(&self, needle: &[u8]) -> Result<Rows<'_>, StoreError> {
        let mut rows = Rows { segment: self, at: self.start, piece: Vec::new(), read: 0 };
        // Rows that begin before `low` are less than the needle; the first that begins at `high`
        // or later is not. Each step reads one piece, and what is left is read at once.
        let (mut low, mut high) = (self.start, self.end);
        while high - low > LEFT_BYTES {
            // Pieces are pages of the system's cache.
            let middle = (low + (high - low) / 2) / PIECE_BYTES * PIECE_BYTES;
            rows.seek(middle);
            rows.next_of(PIECE_BYTES)?; // the rest of a row
            match rows.next_of(PIECE_BYTES)? {
                Some((at, row)) if at < high && row < needle => low = rows.at,
                _ => high = middle + 1,
            }
        }
        rows.seek(low);
        Ok(rows)
    }
}

/// Reads rows one behind the other.
struct Rows<'a> {
    segment: &'a Segment,
    /// Where the next row begins.
    at: u64,
    /// What was read from there on; the first `read` bytes of it are rows given already.
    piece: Vec<u8>,
    read: usize,
}

impl Rows<'_> {
    fn seek(&mut self, at: u64) {
        self.at = at;
        self.piece.clear();
        self.read = 0;
    }

    /// The next row without its line end, and where it begins.
    fn next(&mut self) -> Result<Option<(u64, &[u8])>, StoreError> {
        self.next_of(LEFT_BYTES)
    }

    /// The same; `bytes` are read at once when nothing is left.
    fn next_of(&mut self, bytes: u64) -> Result<Option<(u64, &[u8])>, StoreError> {
        let at = self.at;
        let path = &self.segment.path;
        if at >= self.segment.end {
            return Ok(None);
        }
        let mut searched = self.read;
        let end = loop {
            let fresh = self.piece.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', fresh) {
                break searched + end;
            }
            self.piece.drain(..self.read);
            self.read = 0;
            searched = self.piece.len();
            self.piece.resize(searched + bytes as usize, 0);
            let room = self.piece.get_mut(searched..).unwrap_or_default();
            let read = self.segment.file.read_at(room, at + searched as u64);
            let read = read.map_err(StoreError::io("read", path))?;
            self.piece.truncate(searched + read);
            if read == 0 || searched > ROW_BYTES_MAX {
                return Err(StoreError::malformed(path, at, "the row has no end"));
            }
        };
        let begun = std::mem::replace(&mut self.read, end + 1);
        self.at = at + (self.read - begun) as u64;
        Ok(Some((at, self.piece.get(begun..end).unwrap_or_default())))
    }
}
