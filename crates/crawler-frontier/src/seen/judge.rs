//! Judging a batch, on a thread of its own.

use super::batch::{Batch, Verdicts};
use super::candidate::key_bits;
use super::error::SeenError;
use super::key::SeenKey;
use super::run::{Run, RunWriter, SearchRoom};
use super::shared::{Owner, Shared};
use crate::hash::KeySet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

/// What the judging thread is told.
pub(super) enum Task {
    Judge(Judge),
    Stop,
}

/// A [`Job`] of whatever payload.
type Judge = Box<dyn FnOnce(&Shared, &mut SearchRoom) + Send>;

/// One shard's batch with all that is needed to judge it.
pub(super) struct Job<P> {
    pub(super) owner: Owner,
    /// `None` when only a run is to be written.
    pub(super) batch: Option<Batch<P>>,
    pub(super) fresh: KeySet<SeenKey>,
    pub(super) fresh_keys_max: usize,
    pub(super) reply: Reply<P>,
}

/// What comes back: the fresh keys, and the batch in one form or the other.
pub(super) struct Judged<P> {
    pub(super) fresh: KeySet<SeenKey>,
    pub(super) outcome: Result<Verdicts<P>, (SeenError, Option<Batch<P>>)>,
}

/// Sends the result and then wakes the shard; that the thread has ended is told by waking, too.
pub(super) struct Reply<P> {
    pub(super) results: Option<Sender<Judged<P>>>,
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
}

impl<P> Drop for Reply<P> {
    fn drop(&mut self) {
        self.results = None;
        (self.wake)();
    }
}

/// The judging thread.
pub(super) fn run(shared: &Shared, tasks: &Receiver<Task>) {
    let mut room = SearchRoom::default();
    while let Ok(Task::Judge(judge)) = tasks.recv() {
        judge(shared, &mut room);
    }
}

impl<P: Send + 'static> Job<P> {
    pub(super) fn into_task(self) -> Task {
        Task::Judge(Box::new(move |shared, room| self.judge(shared, room)))
    }

    fn judge(mut self, shared: &Shared, room: &mut SearchRoom) {
        let outcome = match self.try_judge(shared, room) {
            Ok(run) => {
                let mut verdicts = self.batch.map_or_else(Verdicts::none, Batch::into_verdicts);
                verdicts.run = run.as_ref().map(|run| run.meta);
                if let Some(run) = run {
                    shared.written(self.owner, run);
                }
                Ok(verdicts)
            }
            Err(error) => Err((error, self.batch)),
        };
        if let Some(results) = &self.reply.results {
            // A shard that was restarted meanwhile does not listen any more.
            let _ = results.send(Judged { fresh: self.fresh, outcome });
        }
    }

    /// Leaves only new candidates in the batch, sorted, and adds them to the fresh keys or, when
    /// these become too many, writes all of them as a run.
    ///
    /// After an error the batch can be judged again: what was dropped until then was seen.
    fn try_judge(
        &mut self,
        shared: &Shared,
        room: &mut SearchRoom,
    ) -> Result<Option<Run>, SeenError> {
        let mut none = Vec::new();
        let candidates = match &mut self.batch {
            Some(batch) => {
                batch.sort_unique();
                &mut batch.candidates
            }
            None => &mut none,
        };
        for run in shared.judges_of(self.owner) {
            run.drop_known(candidates, room)?;
        }
        if !self.fresh.is_empty() {
            let known = &self.fresh;
            candidates.retain(|&one| !known.contains(&SeenKey::from_bits(key_bits(one))));
        }
        if self.fresh.len() + candidates.len() < self.fresh_keys_max {
            self.fresh.extend(candidates.iter().map(|&one| SeenKey::from_bits(key_bits(one))));
            return Ok(None);
        }
        let run = write(shared, &self.fresh, candidates)?;
        self.fresh.clear();
        Ok(Some(run))
    }
}

/// Writes the fresh keys and the new candidates (sorted, not among the fresh) as one run.
fn write(shared: &Shared, fresh: &KeySet<SeenKey>, candidates: &[u128]) -> Result<Run, SeenError> {
    let mut fresh: Vec<u128> = fresh.iter().map(|key| key.bits()).collect();
    fresh.sort_unstable();
    let mut fresh = fresh.into_iter().peekable();
    let mut writer = RunWriter::create(&*shared.files, &shared.dir, shared.next_run())?;
    for new in candidates.iter().map(|&candidate| key_bits(candidate)) {
        while let Some(older) = fresh.next_if(|&older| older < new) {
            writer.push(older)?;
        }
        writer.push(new)?;
    }
    fresh.try_for_each(|older| writer.push(older))?;
    writer.finish()
}
