//! Keeps the runs few: small ones of like size are merged, on a thread of its own.

use super::error::SeenError;
use super::merge::merge;
use super::run::{Run, RunMeta, file_name};
use super::shared::{Shared, lock};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

/// Runs that are merged at once, none of them this many times as large as another. So a key is
/// written again only each time its run has grown about fourfold.
const FAN_OUT: usize = 4;

/// Runs merged into one: to be recorded by the caller's next commit, then given to
/// [`super::SeenStore::apply`].
pub struct Compaction {
    pub(super) run: Arc<Run>,
    pub(super) removed: Vec<RunMeta>,
}

impl Compaction {
    /// The run to be added to the durable manifest.
    #[must_use]
    pub fn added(&self) -> RunMeta {
        self.run.meta
    }

    /// The runs to be removed from it in the same step.
    #[must_use]
    pub fn removed(&self) -> &[RunMeta] {
        &self.removed
    }
}

/// What the compacting thread is told.
pub(super) enum Signal {
    /// The list of runs has changed.
    Look,
    /// These are in the durable manifest no more.
    Remove(Vec<Arc<Run>>),
    /// Everything told before was done.
    #[cfg(test)]
    Settled(std::sync::mpsc::Sender<()>),
    Stop,
}

/// Hands a compaction from its thread to the caller.
#[derive(Default)]
pub(super) struct Finished(Mutex<Stage>);

#[derive(Default)]
enum Stage {
    #[default]
    Free,
    Ready(Result<Compaction, SeenError>),
    /// Taken, but not yet applied.
    Taken,
}

impl Finished {
    pub(super) fn take(&self) -> Option<Result<Compaction, SeenError>> {
        let mut stage = lock(&self.0);
        match std::mem::take(&mut *stage) {
            Stage::Free => None,
            Stage::Ready(Ok(compaction)) => {
                *stage = Stage::Taken;
                Some(Ok(compaction))
            }
            Stage::Ready(Err(error)) => Some(Err(error)),
            Stage::Taken => {
                *stage = Stage::Taken;
                None
            }
        }
    }

    pub(super) fn applied(&self) {
        *lock(&self.0) = Stage::Free;
    }

    fn is_free(&self) -> bool {
        matches!(*lock(&self.0), Stage::Free)
    }
}

/// The compacting thread.
pub(super) fn run(shared: &Shared, signals: &Receiver<Signal>, finished: &Finished) {
    while let Ok(signal) = signals.recv() {
        match signal {
            Signal::Look => {
                if let Some(outcome) = finished.is_free().then(|| compact(shared)).flatten() {
                    *lock(&finished.0) = Stage::Ready(outcome);
                }
            }
            Signal::Remove(runs) => remove(shared, runs),
            #[cfg(test)]
            Signal::Settled(done) => drop(done),
            Signal::Stop => return,
        }
    }
}

fn compact(shared: &Shared) -> Option<Result<Compaction, SeenError>> {
    let mut runs = shared.published();
    runs.sort_by_key(|run| run.meta.keys);
    let chosen = runs.windows(FAN_OUT).find(|window| {
        let size = |at: usize| window[at].meta.keys;
        size(FAN_OUT - 1) < size(0) * FAN_OUT as u64
    })?;
    let removed = chosen.iter().map(|run| run.meta).collect();
    match merge(shared, chosen) {
        Ok(merged) => merged.map(|run| Ok(Compaction { run: Arc::new(run), removed })),
        Err(error) => Some(Err(error)),
    }
}

/// Removes files. A judgement that still reads one keeps it open; one that cannot be removed now
/// is removed at the next opening.
fn remove(shared: &Shared, runs: Vec<Arc<Run>>) {
    for run in runs {
        let path = shared.dir.join(file_name(run.meta.id));
        if let Err(error) = shared.files.remove(&path) {
            tracing::warn!(path = %path.display(), %error, "run not removed");
        }
    }
}
