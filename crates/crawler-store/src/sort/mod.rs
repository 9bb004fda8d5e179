//! Sorts more lines than memory holds: sorted runs on disk, merged while they are read.

mod merge;
mod spill;

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
pub use merge::SortedLines;
use merge::Source;

/// Bytes of lines, with what is kept about each, that are sorted at once.
const BATCH_BYTES: usize = 32 << 20;
/// Runs merged at once: a bound on open files and on their buffers.
const RUNS_MAX: usize = 128;

/// Takes lines in any order. Holds at most 32 MiB of them and 16 MiB of buffers; the rest is in
/// files without a name, which end with the process.
#[derive(Debug)]
pub struct LineSorter {
    spill_dir: PathBuf,
    batch_bytes: usize,
    batch: Batch,
    runs: Vec<File>,
}

/// Lines in memory.
#[derive(Debug, Default)]
struct Batch {
    text: Vec<u8>,
    /// Where each line begins and ends.
    lines: Vec<(usize, usize)>,
}

impl LineSorter {
    /// A sorter that puts its files into `spill_dir`, none as long as one batch is enough.
    #[must_use]
    pub fn new(spill_dir: &Path) -> Self {
        Self::with_batch(spill_dir, BATCH_BYTES)
    }

    pub(crate) fn with_batch(spill_dir: &Path, batch_bytes: usize) -> Self {
        let spill_dir = spill_dir.to_owned();
        Self { spill_dir, batch_bytes, batch: Batch::default(), runs: Vec::new() }
    }

    /// Adds a line, which holds no line end.
    ///
    /// # Errors
    /// [`StoreError::Io`] when a file cannot be written.
    pub fn push(&mut self, line: &[u8]) -> Result<(), StoreError> {
        let start = self.batch.text.len();
        self.batch.text.extend_from_slice(line);
        self.batch.lines.push((start, start + line.len()));
        if self.batch.bytes() >= self.batch_bytes { self.spill() } else { Ok(()) }
    }

    /// All lines in the order of their bytes; equal ones as often as they were added.
    ///
    /// # Errors
    /// [`StoreError::Io`] when a file cannot be read.
    pub fn finish(self) -> Result<SortedLines, StoreError> {
        self.finish_with(Vec::new())
    }

    /// The same together with the lines of files that are sorted already, from where they stand.
    pub(crate) fn finish_with(mut self, sorted: Vec<File>) -> Result<SortedLines, StoreError> {
        self.batch.sort();
        let mut sources = vec![Source::of_batch(self.batch)];
        sources.extend(sorted.into_iter().map(Source::of_sorted));
        for run in self.runs {
            sources.push(Source::of_run(run).map_err(StoreError::io("read", &self.spill_dir))?);
        }
        SortedLines::merge(sources, &self.spill_dir)
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> Result<(), StoreError> {
        self.batch.sort();
        let mut batch = std::mem::take(&mut self.batch);
        let run = spill::write_run(&self.spill_dir, batch.lines())?;
        self.runs.push(run);
        if self.runs.len() == RUNS_MAX {
            let mut sources = Vec::with_capacity(RUNS_MAX);
            for run in self.runs.drain(..) {
                sources.push(Source::of_run(run).map_err(StoreError::io("read", &self.spill_dir))?);
            }
            let merged = SortedLines::merge(sources, &self.spill_dir)?;
            self.runs.push(spill::write_merged(&self.spill_dir, merged)?);
        }
        batch.text.clear();
        batch.lines.clear();
        self.batch = batch;
        Ok(())
    }
}

impl Batch {
    fn bytes(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<(usize, usize)>()
    }

    fn sort(&mut self) {
        let text = &self.text;
        let line = |(start, end): (usize, usize)| text.get(start..end).unwrap_or_default();
        self.lines.sort_unstable_by(|a, b| line(*a).cmp(line(*b)));
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(|(start, end)| self.text.get(*start..*end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(lines: &[Vec<u8>], batch_bytes: usize) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let mut sorter = LineSorter::with_batch(dir.path(), batch_bytes);
        for line in lines {
            sorter.push(line).unwrap();
            assert!(sorter.runs.len() < RUNS_MAX);
        }
        // The files have no name, so nothing is left whatever happens.
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let mut merged = sorter.finish().unwrap();
        let mut found = Vec::new();
        while let Some(line) = merged.next_line().unwrap() {
            found.push(line.to_vec());
        }
        found
    }

    #[test]
    fn lines_come_sorted_however_little_fits_in_memory() {
        let mut state: u64 = 7;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 33
        };
        let lines: Vec<Vec<u8>> =
            (0..3000).map(|_| vec![b'a' + (next() % 3) as u8; (next() % 40) as usize]).collect();
        let mut expected = lines.clone();
        expected.sort();
        for batch_bytes in [1, 40, 1000, 1 << 20] {
            assert!(sorted(&lines, batch_bytes) == expected, "{batch_bytes}");
        }
        assert!(sorted(&[], 1).is_empty());
    }

    #[test]
    fn a_folder_that_is_missing_is_told() {
        let mut sorter = LineSorter::with_batch(Path::new("/nonexistent"), 1);
        let error = sorter.push(b"a").unwrap_err().to_string();
        assert!(error.contains("/nonexistent"), "{error}");
    }
}
