//! The runs of a process and the two threads that work on them.

use super::candidate::candidate;
use super::compact::{self, Compaction, Finished, Signal};
use super::error::SeenError;
use super::files::Files;
use super::judge::{self, Task};
use super::key::SeenKey;
use super::run::{RunMeta, SearchRoom};
use super::shared::Shared;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

/// The runs below a directory, owned by the side that commits.
///
/// Dropping it ends its threads, after the judgement at hand.
pub struct SeenStore {
    pub(super) shared: Arc<Shared>,
    tasks: Sender<Task>,
    signals: Sender<Signal>,
    finished: Arc<Finished>,
    threads: Vec<JoinHandle<()>>,
}

/// What a [`super::SeenSet`] needs of the store.
#[derive(Clone)]
pub struct SeenHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) tasks: Sender<Task>,
}

impl SeenHandle {
    /// Whether a published run has the key; those that are in no run yet stand elsewhere.
    ///
    /// # Errors
    /// [`SeenError::Io`] and [`SeenError::Damaged`] when a run cannot be read.
    pub fn contains(&self, key: SeenKey) -> Result<bool, SeenError> {
        let mut left = vec![candidate(key, 0)];
        let mut room = SearchRoom::default();
        for run in self.shared.published() {
            run.drop_known(&mut left, &mut room)?;
            if left.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl SeenStore {
    /// Opens and checks the runs named by `runs`, the durable manifest, and removes run files and
    /// temporary files that it does not name. Starts the threads `seen-merge` and `seen-compact`.
    ///
    /// # Errors
    /// [`SeenError::Damaged`] when a run is not what was written, [`SeenError::Format`] when
    /// another version wrote it, [`SeenError::Io`] when the operating system refuses.
    pub fn open(dir: &Path, files: Arc<dyn Files>, runs: &[RunMeta]) -> Result<Self, SeenError> {
        let shared = Arc::new(Shared::open(dir, files, runs)?);
        let finished = Arc::new(Finished::default());
        let (tasks, to_judge) = channel();
        let (signals, to_compact) = channel();
        let mut store = Self {
            shared: Arc::clone(&shared),
            tasks,
            signals,
            finished: Arc::clone(&finished),
            threads: Vec::new(),
        };
        let judging = Arc::clone(&shared);
        store.start("seen-merge", move || judge::run(&judging, &to_judge))?;
        store.start("seen-compact", move || compact::run(&shared, &to_compact, &finished))?;
        store.look();
        Ok(store)
    }

    /// For shards.
    #[must_use]
    pub fn handle(&self) -> SeenHandle {
        SeenHandle { shared: Arc::clone(&self.shared), tasks: self.tasks.clone() }
    }

    /// Runs that the caller's commit has just made durable: from now on part of every judgement
    /// and of compaction.
    pub fn publish(&self, added: &[RunMeta]) {
        self.shared.publish(added);
        self.look();
    }

    /// A finished compaction: the caller's next commit is to record it, then [`Self::apply`] is
    /// to be called. Until then there is no other. After an error the next [`Self::publish`]
    /// tries again; nothing was changed.
    #[must_use = "there is no other until this one is applied"]
    pub fn take_compaction(&self) -> Option<Result<Compaction, SeenError>> {
        self.finished.take()
    }

    /// Uses a compaction that is recorded. The files it replaces are removed by another thread.
    pub fn apply(&self, compaction: Compaction) {
        let Compaction { run, removed } = compaction;
        let removed = self.shared.replace(run, &removed);
        self.finished.applied();
        self.signal(Signal::Remove(removed));
        self.look();
    }

    /// The runs published so far.
    #[must_use]
    pub fn runs(&self) -> Vec<RunMeta> {
        self.shared.published().iter().map(|run| run.meta).collect()
    }

    /// Keys in these runs.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.shared.published().iter().map(|run| run.meta.keys).sum()
    }

    /// Returns when the compacting thread has done what it was told until now.
    #[cfg(test)]
    pub(super) fn settle(&self) {
        let (done, settled) = channel();
        self.signal(Signal::Settled(done));
        let _ = settled.recv();
    }

    fn look(&self) {
        self.signal(Signal::Look);
    }

    /// A thread that has ended by a panic compacts no more; judging goes on without it.
    fn signal(&self, signal: Signal) {
        let _ = self.signals.send(signal);
    }

    fn start(&mut self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), SeenError> {
        let thread = Builder::new().name(name.to_owned()).spawn(body);
        self.threads.push(thread.map_err(SeenError::io(&self.shared.dir))?);
        Ok(())
    }
}

impl SeenStore {
    /// Ends the threads.
    pub(super) fn close(&mut self) {
        self.shared.stop();
        let _ = self.tasks.send(Task::Stop);
        let _ = self.signals.send(Signal::Stop);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for SeenStore {
    fn drop(&mut self) {
        self.close();
    }
}
