//! What the seen set decides later.

use super::{Admitted, Frontier};
use crate::error::FrontierError;
use crate::ops::{Ops, RowOp, remove_row};
use crate::seen::{BatchId, SeenEvent, SeenKey};
use crate::seen_row::{SeenRowKey, SeenRowKind, Undecided};
use crawler_politeness::UnixMillis;
use crawler_url::ShardId;
use std::collections::BTreeMap;

/// What the seen set holds in memory only, as rows that bring it back after a crash.
///
/// A key let through goes out with the URL that it lets in, in one hand-over. So a crash between
/// two hand-overs of one batch finds either both or neither, and judging the batch's rows again
/// lets in exactly the rest.
#[derive(Debug, Default)]
pub(super) struct SeenRows {
    /// Keys let through since the last hand-over.
    fresh: Vec<u8>,
    /// Rows of keys that are in no run.
    fresh_ids: Vec<u64>,
    /// Candidates deferred since the last hand-over, by their batch.
    candidates: BTreeMap<BatchId, Vec<u8>>,
    /// Rows of the candidates of each batch.
    candidate_ids: BTreeMap<BatchId, Vec<u64>>,
}

impl SeenRows {
    pub(super) fn add_fresh(&mut self, key: SeenKey) {
        self.fresh.extend_from_slice(&key.to_bytes());
    }

    pub(super) fn add_candidate(&mut self, batch: BatchId, url: &Undecided) {
        url.push_to(self.candidates.entry(batch).or_default());
    }

    /// A stored row of keys let through.
    pub(super) fn restore_fresh(&mut self, id: u64) {
        self.fresh_ids.push(id);
    }

    /// A stored row of candidates, the last of which is now in `batch`.
    pub(super) fn restore_candidates(&mut self, id: u64, batch: BatchId) {
        self.candidate_ids.entry(batch).or_default().push(id);
    }

    /// A stored row of candidates that were decided at once.
    pub(super) fn drop_candidates(id: u64, ops: &mut Ops, shard: ShardId) {
        remove_row(&mut ops.seen, SeenRowKey { kind: SeenRowKind::Candidates, shard, id });
    }

    /// Makes what came since the last call part of `ops`.
    pub(super) fn hand_over(&mut self, ops: &mut Ops, shard: ShardId, next_id: &mut u64) {
        let mut insert = |kind, row| {
            let id = *next_id;
            *next_id += 1;
            ops.seen.insert(SeenRowKey { kind, shard, id }, RowOp::Insert(row));
            id
        };
        if !self.fresh.is_empty() {
            let row = std::mem::take(&mut self.fresh);
            self.fresh_ids.push(insert(SeenRowKind::Fresh, row));
        }
        for (batch, row) in std::mem::take(&mut self.candidates) {
            let id = insert(SeenRowKind::Candidates, row);
            self.candidate_ids.entry(batch).or_default().push(id);
        }
    }

    /// All candidates of `batch` are decided.
    fn forget_batch(&mut self, batch: BatchId, ops: &mut Ops, shard: ShardId) {
        self.candidates.remove(&batch);
        for id in self.candidate_ids.remove(&batch).unwrap_or_default() {
            let kind = SeenRowKind::Candidates;
            remove_row(&mut ops.seen, SeenRowKey { kind, shard, id });
        }
    }

    /// All keys let through so far are in runs.
    fn forget_fresh(&mut self, ops: &mut Ops, shard: ShardId) {
        self.fresh.clear();
        for id in std::mem::take(&mut self.fresh_ids) {
            remove_row(&mut ops.seen, SeenRowKey { kind: SeenRowKind::Fresh, shard, id });
        }
    }
}

impl Frontier {
    /// Queues those of the undecided URLs that turned out to be new, in the order in which they
    /// were offered, at most `urls_max` in one call.
    ///
    /// # Errors
    /// When the store cannot be read or written, or holds something else than was written.
    pub fn admit_judged(
        &mut self,
        now: UnixMillis,
        urls_max: usize,
    ) -> Result<Admitted, FrontierError> {
        let mut admitted = Admitted::default();
        self.offer_again(now, &mut admitted)?;
        for _ in 0..urls_max {
            match self.seen.poll() {
                Some(SeenEvent::New(key, url)) => {
                    self.seen_rows.add_fresh(key);
                    self.tallies.note_new(key);
                    self.let_in(url, now, &mut admitted)?;
                }
                Some(SeenEvent::Done { batch, run, dropped }) => {
                    admitted.seen += u32::try_from(dropped).unwrap_or(u32::MAX);
                    if let Some(batch) = batch {
                        self.seen_rows.forget_batch(batch, &mut self.ops, self.shard);
                        self.tallies.note_done(batch);
                    }
                    if let Some(run) = run {
                        self.seen_rows.forget_fresh(&mut self.ops, self.shard);
                        self.ops.runs.push(run);
                    }
                }
                Some(SeenEvent::Failed(error)) => return Err(error.into()),
                None => return Ok(admitted),
            }
        }
        admitted.more = true;
        Ok(admitted)
    }

    /// Has the undecided URLs judged now: there is nothing better to do.
    pub fn judge(&mut self) {
        self.seen.flush();
    }

    /// Whether more URLs may be offered: the seen set keeps up.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.seen.has_room()
    }
}
