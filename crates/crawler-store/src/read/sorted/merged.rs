//! All of the index in order.

use std::fs::File;
use std::path::Path;

use super::SortedIndex;
use super::build::{end_of_rows, read_lines};
use crate::error::StoreError;
use crate::paths::cdxj_file;
use crate::sort::{LineSorter, SortedLines};

/// The rows of the index of captures in the order of their bytes: by SURT and time, as CDXJ files are
/// (`LC_ALL=C sort`). What [`sort_index`](crate::sort_index) has sorted is merged, the rest is sorted
/// in files without a name in `spill_dir`; memory does not grow with the index. The data directory is
/// only read, and may be written to meanwhile: later rows are left out.
///
/// # Errors
/// [`StoreError::Io`] when there is no index, or a file cannot be read or written.
pub fn sorted_index(data_dir: &Path, spill_dir: &Path) -> Result<SortedLines, StoreError> {
    let index = cdxj_file(data_dir);
    let mut file = File::open(&index).map_err(StoreError::io("open", &index))?;
    let end = end_of_rows(&file).map_err(StoreError::io("read", &index))?;
    let sorted = SortedIndex::open(data_dir)?;
    let mut rest = LineSorter::new(spill_dir);
    // The index may have been cut since the segments were made.
    let from = sorted.end().min(end);
    read_lines(&index, &mut file, from..end, &mut rest)?;
    let segments = sorted.segments.into_iter().map(super::segment::Segment::into_rows);
    rest.finish_with(segments.collect::<Result<_, _>>()?)
}
