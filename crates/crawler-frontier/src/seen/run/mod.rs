//! Sorted runs: immutable files of keys, and the small index of each in memory.

mod block;
mod search;
mod stream;
mod writer;

pub(super) use search::SearchRoom;
pub(super) use stream::RunStream;
pub(super) use writer::RunWriter;

use super::error::SeenError;
use super::files::{Files, Reading};
use super::key::SeenKey;
use block::{BLOCK, Block, HeaderError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Bytes read or written at once.
pub(super) const PIECE: usize = 64 * BLOCK;

/// A run as the durable manifest names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMeta {
    /// Unique among the runs of a store.
    pub id: u64,
    /// Number of keys.
    pub keys: u64,
    /// Bytes of the file.
    pub len: u64,
    /// Digest of the checksums of all blocks.
    pub checksum: u64,
    /// The smallest key.
    pub first: SeenKey,
    /// The greatest key.
    pub last: SeenKey,
}

/// An open run.
pub(super) struct Run {
    pub(super) meta: RunMeta,
    path: PathBuf,
    file: Box<dyn Reading>,
    /// The first key of each block.
    firsts: Vec<SeenKey>,
}

pub(super) fn file_name(id: u64) -> String {
    format!("{id:010}.run")
}

/// The id in a run's file name.
pub(super) fn id_of(file_name: &str) -> Option<u64> {
    file_name.strip_suffix(".run")?.parse().ok()
}

impl Run {
    /// Opens the run and checks every byte of it.
    pub(super) fn open(files: &dyn Files, dir: &Path, meta: RunMeta) -> Result<Self, SeenError> {
        let path = dir.join(file_name(meta.id));
        let file = files.open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SeenError::damaged(&path, "the file is missing"),
            _ => SeenError::io(&path)(error),
        })?;
        let len = file.size().map_err(SeenError::io(&path))?;
        if len != meta.len {
            let detail = format!("it has {len} bytes, {} were written", meta.len);
            return Err(SeenError::damaged(&path, detail));
        }
        let mut run = Self { meta, path, file, firsts: Vec::new() };
        run.firsts = run.check()?;
        Ok(run)
    }

    /// The keys in those blocks of a run that are as they were written; none of a missing file.
    pub(super) fn salvage(dir: &Path, meta: RunMeta) -> Result<Vec<SeenKey>, SeenError> {
        let path = dir.join(file_name(meta.id));
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            bytes => bytes.map_err(SeenError::io(&path))?,
        };
        let mut keys = Vec::new();
        for (at, block) in bytes.chunks_exact(BLOCK).skip(1).enumerate() {
            if let Some(block) = Block::check(block, meta.id, offset_of(at)) {
                keys.extend((0..block.len()).map(|at| block.key(at)));
            }
        }
        Ok(keys)
    }

    /// Reads the whole file; gives the first key of each block.
    fn check(&self) -> Result<Vec<SeenKey>, SeenError> {
        let mut firsts = Vec::new();
        let mut header = [0; BLOCK];
        self.read(&mut header, 0)?;
        let mut digest =
            block::check_header(&header, self.meta.id).map_err(|error| match error {
                HeaderError::Damaged(detail) => SeenError::damaged(&self.path, detail),
                HeaderError::Format(found) => {
                    let path = self.path.clone();
                    SeenError::Format { path, found, expected: block::FORMAT }
                }
            })?;
        let (mut keys, mut last) = (0, None);
        let mut stream = RunStream::new(self);
        while let Some(block) = stream.next_block()? {
            digest = block::digest(digest, block.checksum());
            keys += block.len() as u64;
            firsts.push(block.key(0));
            last = Some(block.key(block.len() - 1));
        }
        let meta = &self.meta;
        let whole = keys == meta.keys && firsts.first() == Some(&meta.first);
        if !whole || last != Some(meta.last) || digest != meta.checksum {
            return Err(SeenError::damaged(&self.path, "it is not the run that was written"));
        }
        Ok(firsts)
    }

    /// Number of key blocks, from the length.
    fn blocks(&self) -> usize {
        (self.meta.len / BLOCK as u64).saturating_sub(1) as usize
    }

    fn read(&self, buffer: &mut [u8], offset: u64) -> Result<(), SeenError> {
        self.file.read_at(buffer, offset).map_err(SeenError::io(&self.path))
    }

    fn check_block<'a>(&self, bytes: &'a [u8], at: usize) -> Result<Block<'a>, SeenError> {
        let offset = offset_of(at);
        Block::check(bytes, self.meta.id, offset).ok_or_else(|| {
            let detail = format!("wrong checksum of the block at byte {offset}");
            SeenError::damaged(&self.path, detail)
        })
    }
}

/// Where a key block stands: behind the header.
fn offset_of(block: usize) -> u64 {
    (block as u64 + 1) * BLOCK as u64
}
