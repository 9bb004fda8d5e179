//! Reading a run from its first key to its last.

use super::block::{BLOCK, Block};
use super::{PIECE, Run, offset_of};
use crate::seen::error::SeenError;

/// All keys of a run in order, each block checked as it is read.
pub(in crate::seen) struct RunStream<'a> {
    run: &'a Run,
    piece: Vec<u8>,
    /// The block to be read next, and where it is in `piece`.
    next: usize,
    at: usize,
    /// The keys of the block read last, as bits, the next one last.
    keys: Vec<u128>,
}

impl<'a> RunStream<'a> {
    pub(in crate::seen) fn new(run: &'a Run) -> Self {
        Self { run, piece: Vec::new(), next: 0, at: 0, keys: Vec::new() }
    }

    /// The next key's bits.
    pub(in crate::seen) fn next_key(&mut self) -> Result<Option<u128>, SeenError> {
        if self.keys.is_empty() {
            let mut keys = std::mem::take(&mut self.keys);
            if let Some(block) = self.next_block()? {
                keys.extend((0..block.len()).rev().map(|at| block.key(at).bits()));
            }
            self.keys = keys;
        }
        Ok(self.keys.pop())
    }

    pub(super) fn next_block(&mut self) -> Result<Option<Block<'_>>, SeenError> {
        if self.at == self.piece.len() {
            let left = self.run.blocks() - self.next;
            self.piece.resize(left.min(PIECE / BLOCK) * BLOCK, 0);
            self.run.read(&mut self.piece, offset_of(self.next))?;
            self.at = 0;
        }
        if self.at == self.piece.len() {
            return Ok(None);
        }
        let block = self.run.check_block(&self.piece[self.at..self.at + BLOCK], self.next)?;
        self.next += 1;
        self.at += BLOCK;
        Ok(Some(block))
    }
}
