//! The index in compressed blocks of rows, and what each block begins with, so that a reader fetches
//! one block and not all: `cdxj-gzip-1.0`, which replay programs read over HTTP.

use std::io::Write;
use std::path::Path;

use crawler_store::SortedLines;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::package::digest;
use crate::error::ResultError;

/// Rows of a block.
const BLOCK_ROWS: u64 = 3000;
/// Bytes of rows after which a block ends, however few they are.
const BLOCK_BYTES_MAX: usize = 4 << 20;

/// Writes the rows to `entry`; gives their number and the text of `index.idx`.
pub(super) fn write(
    rows: &mut SortedLines,
    path: &Path,
    entry: &mut dyn Write,
) -> Result<(u64, Vec<u8>), ResultError> {
    let meta = json!({"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"});
    let mut blocks = Blocks {
        entry,
        path,
        text: Vec::new(),
        rows: 0,
        offset: 0,
        index: format!("!meta 0 {meta}\n").into_bytes(),
    };
    let mut count = 0;
    while let Some(row) = rows.next_line()? {
        blocks.push(row)?;
        count += 1;
    }
    blocks.end()?;
    Ok((count, blocks.index))
}

struct Blocks<'a> {
    entry: &'a mut dyn Write,
    path: &'a Path,
    /// Rows of the block at work.
    text: Vec<u8>,
    rows: u64,
    /// Where it will begin.
    offset: u64,
    index: Vec<u8>,
}

impl Blocks<'_> {
    fn push(&mut self, row: &[u8]) -> Result<(), ResultError> {
        self.text.extend_from_slice(row);
        self.text.push(b'\n');
        self.rows += 1;
        if self.rows == BLOCK_ROWS || self.text.len() >= BLOCK_BYTES_MAX {
            self.end()?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ResultError> {
        if self.rows == 0 {
            return Ok(());
        }
        let failed = || ResultError::io("write", self.path);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        let compressed = gzip.write_all(&self.text).and_then(|()| gzip.finish());
        let compressed = compressed.map_err(failed())?;
        self.entry.write_all(&compressed).map_err(failed())?;
        let (offset, length) = (self.offset, compressed.len() as u64);
        let mut hash = Sha256::new();
        hash.update(&compressed);
        // Key and time of the first row: what is before its JSON.
        let first = self.text.split(|byte| *byte == b'{').next().unwrap_or_default();
        self.index.extend_from_slice(first.trim_ascii_end());
        let place = json!({"offset": offset, "length": length, "digest": digest(hash)});
        self.index.extend_from_slice(format!(" {place}\n").as_bytes());
        self.offset += length;
        self.text.clear();
        self.rows = 0;
        Ok(())
    }
}
