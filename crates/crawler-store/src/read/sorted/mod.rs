//! A sorted copy of the index, so that a URL is found without reading all of it.
//!
//! `index.cdxj` is in the order of capture. Beside it, `cdxj/sorted/FROM-TO.cdxj` holds its bytes
//! FROM to TO as sorted lines. Segments follow each other from byte 0 and each is at least twice as
//! large as the next, so there are few and a row is sorted again a few times only; what is behind
//! the last is searched as it is. A segment begins with a digest of the last bytes it was made
//! from: when the index was cut back or mended since, it is not used and made anew.

mod build;
mod merged;
mod segment;

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::paths::cdxj_file;
use crate::read::cdxj::RowVisit;
use crate::read::list::host_of;
#[cfg(test)]
pub(crate) use build::sort_beyond;
pub use build::sort_index;
pub use merged::sorted_index;
use segment::Segment;

/// Folder of the segments.
fn sorted_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("cdxj").join("sorted")
}

/// The segments that agree with the index, from its beginning on.
#[derive(Debug, Default)]
pub(super) struct SortedIndex {
    segments: Vec<Segment>,
}

impl SortedIndex {
    /// Opens what there is; without segments nothing is sorted.
    pub(super) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let dir = sorted_dir(data_dir);
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            entries => entries.map_err(StoreError::io("list", &dir))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(StoreError::io("list", &dir))?.path();
            found.extend(segment::range_of(&path).map(|range| (range, path)));
        }
        // Of those that begin at one byte the longest first: it was made from the others.
        found.sort_by_key(|((from, to), _)| (*from, u64::MAX - to));
        let index = cdxj_file(data_dir);
        let mut sorted = Self::default();
        for ((from, to), path) in found {
            if from == sorted.end()
                && let Some(segment) = Segment::open(&path, from, to, &index)?
            {
                sorted.segments.push(segment);
            }
        }
        Ok(sorted)
    }

    /// Up to which byte of the index lines are sorted.
    pub(super) fn end(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.to)
    }

    /// Visits the rows that begin with `needle`.
    pub(super) fn find(&self, needle: &[u8], visit: &mut RowVisit<'_>) -> Result<(), StoreError> {
        self.segments.iter().try_for_each(|segment| segment.find(needle, visit))
    }

    /// Visits the hosts of the rows from `from` on, at most `max` of each segment; one step of bisection
    /// for each, however many rows it has.
    pub(super) fn each_host(
        &self,
        from: &[u8],
        max: usize,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StoreError> {
        for segment in &self.segments {
            let mut next = Some(from.to_vec());
            for _ in 0..max {
                let Some(from) = next.take() else { break };
                segment.rows_from(&from, &mut |line| {
                    next = host_of(line).map(|host| {
                        visit(host);
                        // No key of the host is as great as that, and all of the next host's are.
                        [&host[..host.len() - 1], b"*"].concat()
                    });
                    ControlFlow::Break(())
                })?;
            }
        }
        Ok(())
    }

    /// Visits the rows from `needle` on, those of each segment until `visit` has enough of it.
    pub(super) fn rows_from(
        &self,
        needle: &[u8],
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.segments.iter().try_for_each(|segment| segment.rows_from(needle, visit))
    }
}
