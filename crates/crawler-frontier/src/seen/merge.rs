//! Many sorted runs made one, in a stream.

use super::error::SeenError;
use super::run::{Run, RunStream, RunWriter};
use super::shared::Shared;
use std::sync::Arc;

/// Keys between two looks at whether the store is being closed.
const STOP_CHECK_KEYS: u64 = 1 << 16;

/// Writes a run with the keys of all of `runs`, each once; `None` when the store is being closed.
pub(super) fn merge(shared: &Shared, runs: &[Arc<Run>]) -> Result<Option<Run>, SeenError> {
    let mut writer = RunWriter::create(&*shared.files, &shared.dir, shared.next_run())?;
    let (mut merged, mut pushed) = (Merged::new(runs)?, 0);
    while let Some(key) = merged.next_key()? {
        writer.push(key)?;
        pushed += 1;
        if pushed % STOP_CHECK_KEYS == 0 && shared.is_stopping() {
            return Ok(None);
        }
    }
    writer.finish().map(Some)
}

/// The keys of many runs in order, each once.
pub(super) struct Merged<'a> {
    /// The next key of each run that has one, as bits.
    heads: Vec<(u128, RunStream<'a>)>,
    last: Option<u128>,
}

impl<'a> Merged<'a> {
    pub(super) fn new(runs: &'a [Arc<Run>]) -> Result<Self, SeenError> {
        let mut heads = Vec::with_capacity(runs.len());
        for run in runs {
            let mut stream = RunStream::new(run);
            if let Some(key) = stream.next_key()? {
                heads.push((key, stream));
            }
        }
        Ok(Self { heads, last: None })
    }

    /// The next key's bits.
    #[inline]
    pub(super) fn next_key(&mut self) -> Result<Option<u128>, SeenError> {
        let heads = &mut self.heads;
        // Few streams: the least head is found sooner by looking at each than with a heap.
        while let Some(at) = (0..heads.len()).min_by_key(|&at| heads[at].0) {
            let (head, stream) = &mut heads[at];
            let key = *head;
            match stream.next_key()? {
                Some(next) => *head = next,
                None => drop(heads.swap_remove(at)),
            }
            if self.last != Some(key) {
                self.last = Some(key);
                return Ok(self.last);
            }
        }
        Ok(None)
    }
}
