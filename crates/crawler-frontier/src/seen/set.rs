//! One shard's seen set.

use super::batch::{Batch, Room, Verdicts};
use super::error::SeenError;
use super::judge::{Job, Judged, Reply};
use super::key::SeenKey;
use super::recent::RecentKeys;
use super::shared::Owner;
use super::store::SeenHandle;
use super::{BatchId, Offer, SeenEvent, SeenLimits};
use crate::hash::KeySet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// One shard's seen set: what it knows in memory, and its way to the runs.
///
/// Two sets never share a slot. `P` travels with a key until it is judged. All calls are made by
/// one thread; none blocks or touches the disk.
pub struct SeenSet<P> {
    handle: SeenHandle,
    owner: Owner,
    limits: SeenLimits,
    wake: Arc<dyn Fn() + Send + Sync>,
    recent: RecentKeys,
    /// Keys let through that are in no run yet; empty while they are away for a judgement.
    fresh: KeySet<SeenKey>,
    len_fresh: usize,
    /// Whether a run may hold this shard's keys, so that only a judgement can let them through.
    has_runs: bool,
    open: Batch<P>,
    judgement: Judgement<P>,
    verdicts: VecDeque<Verdicts<P>>,
    failure: Option<SeenError>,
    spare: Vec<Room<P>>,
}

enum Judgement<P> {
    None,
    /// Of so many candidates.
    UnderWay(Receiver<Judged<P>>, usize),
    /// To be tried again.
    Failed(Option<Batch<P>>),
    /// There is no thread to try it again.
    Ended,
}

/// For so many keys at once: to make room for them later would make the caller wait.
fn roomy(keys: usize) -> KeySet<SeenKey> {
    let mut set = KeySet::default();
    set.reserve(keys);
    set
}

/// Batches let out at a time: one, and the next one that is judged meanwhile.
const VERDICTS_MAX: usize = 2;

impl<P: Send + 'static> SeenSet<P> {
    /// An empty set on the runs of the store. `wake` is called by the store's thread when
    /// [`SeenSet::poll`] has something to give.
    #[must_use]
    pub fn new(handle: SeenHandle, limits: SeenLimits, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            owner: handle.shared.next_owner(),
            has_runs: !handle.shared.published().is_empty(),
            handle,
            limits,
            wake,
            recent: RecentKeys::new(limits.recent_slots),
            fresh: roomy(limits.fresh_keys),
            len_fresh: 0,
            open: Batch::new(BatchId(0), Room::new(&limits)),
            judgement: Judgement::None,
            verdicts: VecDeque::new(),
            failure: None,
            spare: Vec::new(),
        }
    }

    /// At recovery, before the first offer: a key let through earlier that is in no run yet.
    pub fn restore(&mut self, key: SeenKey) {
        self.fresh.insert(key);
        self.len_fresh = self.fresh.len();
    }

    /// Whether the key was offered before, for certain; `false` says nothing.
    #[inline]
    #[must_use]
    pub fn knows(&self, key: SeenKey) -> bool {
        self.recent.contains(key) || self.fresh.contains(&key)
    }

    /// Offers a key. `payload` is called unless it was seen; `bytes` is what the payload counts
    /// against [`SeenLimits::batch_bytes`].
    pub fn offer(&mut self, key: SeenKey, payload: impl FnOnce() -> P, bytes: usize) -> Offer<P> {
        if self.knows(key) {
            return Offer::Seen;
        }
        self.recent.remember(key);
        let offer = if matches!(self.judgement, Judgement::None) && !self.has_runs {
            self.fresh.insert(key);
            self.len_fresh = self.fresh.len();
            Offer::New(payload())
        } else {
            self.open.push(key, payload(), bytes);
            Offer::Deferred(self.open.id)
        };
        self.start_if_due();
        offer
    }

    /// Keys deferred and neither let out nor dropped yet.
    #[must_use]
    pub fn deferred(&self) -> usize {
        let judging = match &self.judgement {
            Judgement::UnderWay(_, candidates) => *candidates,
            Judgement::Failed(Some(batch)) => batch.len(),
            _ => 0,
        };
        self.open.len() + judging + self.verdicts.iter().map(Verdicts::len).sum::<usize>()
    }

    /// Whether the next key that must be deferred still fits into the open batch. When not, the
    /// batch before it is still judged or let out: call [`SeenSet::poll`] before offering more.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.open.is_full(&self.limits)
    }

    /// Whether a judgement is under way, whose end will be told by `wake`.
    #[must_use]
    pub fn is_judging(&self) -> bool {
        matches!(self.judgement, Judgement::UnderWay(..))
    }

    /// Has the open batch judged now, however small, unless another is under judgement; tries
    /// again what failed. A full batch needs no flush.
    pub fn flush(&mut self) {
        self.collect();
        match std::mem::replace(&mut self.judgement, Judgement::None) {
            Judgement::Failed(batch) => self.start(batch),
            Judgement::None if self.open.len() > 0 && self.verdicts.len() < VERDICTS_MAX => {
                self.start_open();
            }
            other => self.judgement = other,
        }
    }

    /// Lets the next thing out; `None` when there is nothing now.
    pub fn poll(&mut self) -> Option<SeenEvent<P>> {
        if self.verdicts.is_empty() {
            self.collect();
        }
        self.start_if_due();
        if let Some(error) = self.failure.take() {
            return Some(SeenEvent::Failed(error));
        }
        if let Some(new) = self.verdicts.front_mut()?.next() {
            return Some(new);
        }
        let verdicts = self.verdicts.pop_front()?;
        let done = verdicts.done();
        self.spare.extend(verdicts.into_room());
        Some(done)
    }

    /// Keys let through that are in no run yet, as of the last judgement.
    #[must_use]
    pub fn len_fresh(&self) -> usize {
        self.len_fresh
    }

    /// Starts a judgement when a limit is reached and nothing stands against it.
    #[inline]
    fn start_if_due(&mut self) {
        if !self.open.is_full(&self.limits) && self.fresh.len() < self.limits.fresh_keys {
            return;
        }
        self.collect();
        if matches!(self.judgement, Judgement::None)
            && self.verdicts.len() < VERDICTS_MAX
            && (self.open.is_full(&self.limits) || self.fresh.len() >= self.limits.fresh_keys)
        {
            self.start_open();
        }
    }

    fn start_open(&mut self) {
        if self.open.len() == 0 {
            return self.start(None);
        }
        let room = self.spare.pop().unwrap_or_else(|| Room::new(&self.limits));
        let next = Batch::new(BatchId(self.open.id.0 + 1), room);
        let batch = std::mem::replace(&mut self.open, next);
        self.start(Some(batch));
    }

    fn start(&mut self, batch: Option<Batch<P>>) {
        let (results, receiver) = channel();
        self.judgement = Judgement::UnderWay(receiver, batch.as_ref().map_or(0, Batch::len));
        let job = Job {
            owner: self.owner,
            batch,
            fresh: std::mem::take(&mut self.fresh),
            fresh_keys_max: self.limits.fresh_keys,
            reply: Reply { results: Some(results), wake: Arc::clone(&self.wake) },
        };
        // When the thread has ended the job is dropped, and `collect` finds that.
        let _ = self.handle.tasks.send(job.into_task());
    }

    /// Takes back what was judged.
    fn collect(&mut self) {
        let Judgement::UnderWay(results, _) = &self.judgement else { return };
        match results.try_recv() {
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                self.judgement = Judgement::Ended;
                self.failure = Some(SeenError::Ended);
            }
            Ok(Judged { fresh, outcome }) => {
                self.fresh = fresh;
                self.len_fresh = self.fresh.len();
                self.judgement = match outcome {
                    Ok(verdicts) => {
                        self.has_runs |= verdicts.run.is_some();
                        self.verdicts.push_back(verdicts);
                        Judgement::None
                    }
                    Err((error, batch)) => {
                        self.failure = Some(error);
                        Judgement::Failed(batch)
                    }
                };
            }
        }
    }
}
