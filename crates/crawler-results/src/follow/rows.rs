//! The page list, row by row.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::row::PageRow;
use crate::error::ResultError;

/// Reads rows of `pages/pages.jsonl` in order, never behind what it is told is committed.
#[derive(Debug)]
pub struct PageRows {
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    position: u64,
}

impl PageRows {
    /// Opens the page list of `data_dir` at the row that begins at byte `position`.
    ///
    /// # Errors
    /// [`ResultError::Io`] when there is none.
    pub fn open(data_dir: &Path, position: u64) -> Result<Self, ResultError> {
        let path = data_dir.join("pages").join("pages.jsonl");
        let mut file = File::open(&path).map_err(ResultError::io("open", &path))?;
        file.seek(SeekFrom::Start(position)).map_err(ResultError::io("read", &path))?;
        Ok(Self { path, file: BufReader::with_capacity(1 << 16, file), line: Vec::new(), position })
    }

    /// Where the next row begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next row, if it begins before `upto`, which is the end of a row.
    ///
    /// # Errors
    /// [`ResultError::Malformed`] names the row.
    pub fn next_before(&mut self, upto: u64) -> Result<Option<PageRow<'_>>, ResultError> {
        if self.position >= upto {
            return Ok(None);
        }
        self.line.clear();
        let begins = self.position;
        self.file.read_until(b'\n', &mut self.line).map_err(ResultError::io("read", &self.path))?;
        let malformed = |reason: String| ResultError::Malformed {
            path: self.path.clone(),
            offset: begins,
            reason,
        };
        if self.line.last() != Some(&b'\n') {
            return Err(malformed("the row has no end".to_owned()));
        }
        self.position += self.line.len() as u64;
        let row = serde_json::from_slice::<PageRow<'_>>(&self.line);
        let row = row.map_err(|error| malformed(error.to_string()))?;
        Ok(Some(PageRow { line: &self.line, ..row }))
    }
}
