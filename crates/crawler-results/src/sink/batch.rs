//! Rows that wait to be delivered together.

use crate::follow::PageRow;

/// Rows as they stand in the page list, one behind the other.
#[derive(Debug)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    rows: usize,
    rows_max: usize,
    bytes_max: usize,
}

impl Batch {
    pub(super) fn new(rows_max: usize, bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), rows: 0, rows_max, bytes_max }
    }

    pub(super) fn push(&mut self, row: &PageRow<'_>) {
        self.bytes.extend_from_slice(row.line);
        self.rows += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= self.rows_max || self.bytes.len() >= self.bytes_max
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.rows = 0;
    }
}
