//! Writing a run: complete and durable, or not there.

use super::block::{self, BLOCK, KEYS_MAX};
use super::{PIECE, Run, RunMeta, file_name, offset_of};
use crate::seen::error::SeenError;
use crate::seen::files::{Appending, Files};
use crate::seen::key::SeenKey;
use std::path::{Path, PathBuf};

/// Syncing what was written piece by piece keeps the last sync short, and with it those of others.
const SYNC_EVERY: usize = 64 * PIECE;

/// A run being written, under a temporary name. Dropping it removes the file.
pub(in crate::seen) struct RunWriter<'a> {
    files: &'a dyn Files,
    dir: &'a Path,
    id: u64,
    temporary: PathBuf,
    file: Option<Box<dyn Appending>>,
    /// Finished blocks not yet written, then the one being filled.
    piece: Vec<u8>,
    in_block: usize,
    unsynced: usize,
    digest: u64,
    keys: u64,
    last: u128,
    firsts: Vec<SeenKey>,
}

impl<'a> RunWriter<'a> {
    pub(in crate::seen) fn create(
        files: &'a dyn Files,
        dir: &'a Path,
        id: u64,
    ) -> Result<Self, SeenError> {
        let temporary = dir.join(format!("{id:010}.tmp"));
        let file = files.create(&temporary).map_err(SeenError::io(&temporary))?;
        let header = block::header(id);
        let sum = block::check_header(&header, id).unwrap_or_default();
        let mut piece = Vec::with_capacity(PIECE);
        piece.extend_from_slice(&header);
        Ok(Self {
            files,
            dir,
            id,
            temporary,
            file: Some(file),
            piece,
            in_block: 0,
            unsynced: 0,
            digest: sum,
            keys: 0,
            last: 0,
            firsts: Vec::new(),
        })
    }

    /// Adds the next key, given as bits; keys come in order, each once.
    #[inline]
    pub(in crate::seen) fn push(&mut self, bits: u128) -> Result<(), SeenError> {
        let key = SeenKey::from_bits(bits);
        if self.in_block == 0 {
            self.firsts.push(key);
            self.piece.resize(self.piece.len() + BLOCK, 0);
        }
        let start = self.piece.len() - BLOCK;
        block::put(&mut self.piece[start..], self.in_block, key);
        self.in_block += 1;
        self.last = bits;
        if self.in_block == KEYS_MAX { self.end_block() } else { Ok(()) }
    }

    /// Makes the run durable under its own name and opens it.
    pub(in crate::seen) fn finish(mut self) -> Result<Run, SeenError> {
        if self.in_block > 0 {
            self.end_block()?;
        }
        self.write_piece()?;
        if let Some(mut file) = self.file.take() {
            file.sync().map_err(SeenError::io(&self.temporary))?;
        }
        let path = self.dir.join(file_name(self.id));
        crawler_faults::reached("seen.run.written");
        self.files.rename(&self.temporary, &path).map_err(SeenError::io(&path))?;
        crawler_faults::reached("seen.run.renamed");
        self.files.sync_dir(self.dir).map_err(SeenError::io(self.dir))?;
        let meta = RunMeta {
            id: self.id,
            keys: self.keys,
            len: offset_of(self.firsts.len()),
            checksum: self.digest,
            first: self.firsts.first().copied().unwrap_or(SeenKey::from_bits(0)),
            last: SeenKey::from_bits(self.last),
        };
        let file = self.files.open(&path).map_err(SeenError::io(&path))?;
        let mut firsts = std::mem::take(&mut self.firsts);
        firsts.shrink_to_fit();
        Ok(Run { meta, path, file, firsts })
    }

    fn end_block(&mut self) -> Result<(), SeenError> {
        let start = self.piece.len() - BLOCK;
        let offset = offset_of(self.firsts.len() - 1);
        let sum = block::seal(&mut self.piece[start..], self.in_block, self.id, offset);
        self.digest = block::digest(self.digest, sum);
        self.keys += self.in_block as u64;
        self.in_block = 0;
        if self.piece.len() >= PIECE { self.write_piece() } else { Ok(()) }
    }

    fn write_piece(&mut self) -> Result<(), SeenError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.append(&self.piece).map_err(SeenError::io(&self.temporary))?;
        self.unsynced += self.piece.len();
        self.piece.clear();
        if self.unsynced >= SYNC_EVERY {
            file.sync().map_err(SeenError::io(&self.temporary))?;
            self.unsynced = 0;
        }
        Ok(())
    }
}

impl Drop for RunWriter<'_> {
    fn drop(&mut self) {
        // After `finish` there is no such file any more, and a failure leaves what the next
        // opening removes.
        if self.file.is_some() {
            let _ = self.files.remove(&self.temporary);
        }
    }
}
