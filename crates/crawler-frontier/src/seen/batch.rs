//! Deferred keys on their way: collected, judged, let out.

use super::candidate::{candidate, key_bits, ordinal};
use super::key::SeenKey;
use super::run::RunMeta;
use super::{BatchId, SeenEvent, SeenLimits};
use std::collections::VecDeque;

/// Keys that a caller may offer at once (the links of some pages) before it looks whether there
/// is room.
const OVERSHOOT: usize = 1 << 16;

/// Keys to be judged at once, with what travels with them.
pub(super) struct Batch<P> {
    pub(super) id: BatchId,
    pub(super) candidates: Vec<u128>,
    /// In the order of discovery: a candidate's ordinal is its payload's index.
    payloads: Vec<P>,
    bytes: usize,
}

impl<P> Batch<P> {
    pub(super) fn new(id: BatchId, room: Room<P>) -> Self {
        Self { id, candidates: room.candidates, payloads: room.payloads, bytes: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, key: SeenKey, payload: P, bytes: usize) {
        self.candidates.push(candidate(key, self.payloads.len()));
        self.payloads.push(payload);
        self.bytes += bytes;
    }

    /// Keys offered; judging leaves it as it is.
    pub(super) fn len(&self) -> usize {
        self.payloads.len()
    }

    pub(super) fn is_full(&self, limits: &SeenLimits) -> bool {
        self.len() >= limits.batch_keys || self.bytes >= limits.batch_bytes
    }

    /// Sorts by key and keeps the first discovered of equal ones.
    pub(super) fn sort_unique(&mut self) {
        self.candidates.sort_unstable();
        self.candidates.dedup_by_key(|&mut candidate| key_bits(candidate));
    }

    /// The candidates that are left are new, the others were seen before.
    pub(super) fn into_verdicts(mut self) -> Verdicts<P> {
        self.candidates.sort_unstable_by_key(|&candidate| ordinal(candidate));
        let offered = self.len();
        let mut new = self.candidates.iter().map(|&candidate| ordinal(candidate)).peekable();
        let mut at = 0;
        self.payloads.retain(|_| {
            let keep = new.next_if_eq(&at).is_some();
            at += 1;
            keep
        });
        Verdicts {
            dropped: (offered - self.candidates.len()) as u64,
            new: self.candidates.into(),
            payloads: self.payloads.into(),
            batch: Some(self.id),
            run: None,
        }
    }
}

/// The new keys of a batch, in the order of discovery, and what is to be told behind them.
pub(super) struct Verdicts<P> {
    new: VecDeque<u128>,
    payloads: VecDeque<P>,
    batch: Option<BatchId>,
    pub(super) run: Option<RunMeta>,
    dropped: u64,
}

impl<P> Verdicts<P> {
    /// Of no batch.
    pub(super) fn none() -> Self {
        let (new, payloads) = (VecDeque::new(), VecDeque::new());
        Self { new, payloads, batch: None, run: None, dropped: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.new.len()
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<SeenEvent<P>> {
        let key = SeenKey::from_bits(key_bits(self.new.pop_front()?));
        Some(SeenEvent::New(key, self.payloads.pop_front()?))
    }

    pub(super) fn done(&self) -> SeenEvent<P> {
        SeenEvent::Done { batch: self.batch, run: self.run, dropped: self.dropped }
    }

    /// The memory of the batch, if there was one, once all is let out.
    pub(super) fn into_room(self) -> Option<Room<P>> {
        let (mut candidates, mut payloads) = (Vec::from(self.new), Vec::from(self.payloads));
        candidates.clear();
        payloads.clear();
        self.batch.map(|_| Room { candidates, payloads })
    }
}

/// The memory of a batch, used again and again.
pub(super) struct Room<P> {
    candidates: Vec<u128>,
    payloads: Vec<P>,
}

impl<P> Room<P> {
    /// Reserves addresses for all keys at once: untouched memory costs nothing, while growing
    /// would copy on the shard's thread.
    pub(super) fn new(limits: &SeenLimits) -> Self {
        let candidates = Vec::with_capacity(limits.batch_keys.saturating_add(OVERSHOOT));
        Self { candidates, payloads: Vec::new() }
    }
}
