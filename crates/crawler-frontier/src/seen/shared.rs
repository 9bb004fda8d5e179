//! What the store's threads and the shards' sets share: which runs there are.

use super::error::SeenError;
use super::files::Files;
use super::run::{Run, RunMeta, id_of};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Names a [`super::SeenSet`] among those of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(u64);

/// The directory and the list of its runs.
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) files: Arc<dyn Files>,
    runs: Mutex<Runs>,
    next_run: AtomicU64,
    next_owner: AtomicU64,
    stopping: AtomicBool,
}

#[derive(Default)]
struct Runs {
    /// Named by the durable manifest: part of every judgement.
    published: Vec<Arc<Run>>,
    /// Written, but not yet committed: only the set that wrote a run judges against it. After a
    /// restart of a shard its new set begins from what is durable, where the run may be missing.
    written: Vec<(Owner, Arc<Run>)>,
}

impl Shared {
    /// Opens and checks the runs of the manifest and removes all others.
    pub(super) fn open(
        dir: &Path,
        files: Arc<dyn Files>,
        metas: &[RunMeta],
    ) -> Result<Self, SeenError> {
        files.create_dir(dir).map_err(SeenError::io(dir))?;
        let opened = metas.iter().map(|&meta| Run::open(&*files, dir, meta).map(Arc::new));
        let published = opened.collect::<Result<Vec<_>, _>>()?;
        remove_unnamed(&*files, dir, metas)?;
        let next_run = metas.iter().map(|meta| meta.id + 1).max().unwrap_or(1);
        Ok(Self {
            dir: dir.to_owned(),
            files,
            runs: Mutex::new(Runs { published, written: Vec::new() }),
            next_run: AtomicU64::new(next_run),
            next_owner: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        })
    }

    pub(super) fn next_run(&self) -> u64 {
        self.next_run.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn next_owner(&self) -> Owner {
        Owner(self.next_owner.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn published(&self) -> Vec<Arc<Run>> {
        self.lock().published.clone()
    }

    /// The runs this owner's keys are judged against, largest first: most repeats are found there,
    /// and what was found need not be searched for again.
    pub(super) fn judges_of(&self, owner: Owner) -> Vec<Arc<Run>> {
        let runs = self.lock();
        let own = runs.written.iter().filter(|(by, _)| *by == owner).map(|(_, run)| run);
        let mut judges: Vec<_> = runs.published.iter().chain(own).cloned().collect();
        drop(runs);
        judges.sort_by_key(|run| std::cmp::Reverse(run.meta.keys));
        judges
    }

    pub(super) fn written(&self, owner: Owner, run: Run) {
        self.lock().written.push((owner, Arc::new(run)));
    }

    pub(super) fn publish(&self, metas: &[RunMeta]) {
        let mut runs = self.lock();
        let Runs { published, written } = &mut *runs;
        written.retain(|(_, run)| {
            let durable = metas.iter().any(|meta| meta.id == run.meta.id);
            if durable {
                published.push(Arc::clone(run));
            }
            !durable
        });
    }

    /// Puts one run in the place of those it was merged from, which are given back.
    pub(super) fn replace(&self, added: Arc<Run>, removed: &[RunMeta]) -> Vec<Arc<Run>> {
        let mut runs = self.lock();
        let (gone, mut kept): (Vec<_>, Vec<_>) = std::mem::take(&mut runs.published)
            .into_iter()
            .partition(|run| removed.iter().any(|meta| meta.id == run.meta.id));
        kept.push(added);
        runs.published = kept;
        gone
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Runs> {
        lock(&self.runs)
    }
}

/// Locks; each change under a lock of this module is whole, whatever its thread did afterwards.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes runs and temporary files that a crash left; other files are not ours.
fn remove_unnamed(files: &dyn Files, dir: &Path, metas: &[RunMeta]) -> Result<(), SeenError> {
    for name in files.list(dir).map_err(SeenError::io(dir))? {
        let temporary = name.strip_suffix(".tmp").is_some_and(|id| id.parse::<u64>().is_ok());
        let unnamed = id_of(&name).is_some_and(|id| metas.iter().all(|meta| meta.id != id));
        if temporary || unnamed {
            let path = dir.join(&name);
            files.remove(&path).map_err(SeenError::io(&path))?;
        }
    }
    files.sync_dir(dir).map_err(SeenError::io(dir))
}
