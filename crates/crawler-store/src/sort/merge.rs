//! Merges sorted runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::Batch;
use crate::error::StoreError;

const READ_BYTES: usize = 128 << 10;

/// Lines in the order of their bytes.
#[derive(Debug)]
pub struct SortedLines {
    dir: PathBuf,
    sources: Vec<Source>,
    /// The next line of each source that has one.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    line: Vec<u8>,
}

/// Where sorted lines come from.
#[derive(Debug)]
pub(super) enum Source {
    Batch { batch: Batch, next: usize },
    Run(BufReader<File>),
}

impl Source {
    pub(super) fn of_batch(batch: Batch) -> Self {
        Self::Batch { batch, next: 0 }
    }

    pub(super) fn of_run(mut run: File) -> io::Result<Self> {
        run.seek(SeekFrom::Start(0))?;
        Ok(Self::of_sorted(run))
    }

    /// The lines of a file from where it stands.
    pub(super) fn of_sorted(file: File) -> Self {
        Self::Run(BufReader::with_capacity(READ_BYTES, file))
    }

    /// Puts the next line into `line`; tells whether there was one.
    fn read(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        match self {
            Self::Batch { batch, next } => {
                let Some((start, end)) = batch.lines.get(*next) else { return Ok(false) };
                line.extend_from_slice(batch.text.get(*start..*end).unwrap_or_default());
                *next += 1;
                Ok(true)
            }
            Self::Run(run) => {
                let read = run.read_until(b'\n', line)?;
                line.pop();
                Ok(read > 0)
            }
        }
    }
}

impl SortedLines {
    pub(super) fn merge(mut sources: Vec<Source>, dir: &Path) -> Result<Self, StoreError> {
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (idx, source) in sources.iter_mut().enumerate() {
            let mut line = Vec::new();
            if source.read(&mut line).map_err(StoreError::io("read", dir))? {
                heads.push(Reverse((line, idx)));
            }
        }
        Ok(Self { dir: dir.to_owned(), sources, heads, line: Vec::new() })
    }

    /// The next line.
    ///
    /// # Errors
    /// [`StoreError::Io`] when a run cannot be read.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, StoreError> {
        let Some(Reverse((line, idx))) = self.heads.pop() else { return Ok(None) };
        let mut next = std::mem::replace(&mut self.line, line);
        if let Some(source) = self.sources.get_mut(idx)
            && source.read(&mut next).map_err(StoreError::io("read", &self.dir))?
        {
            self.heads.push(Reverse((next, idx)));
        }
        Ok(Some(&self.line))
    }
}
