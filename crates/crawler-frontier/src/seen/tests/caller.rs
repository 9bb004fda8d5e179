//! A caller that keeps the three rules, with a database that commits in one step.

use super::{LIMITS, Random, key, set};
use crate::seen::faulty::FaultyFiles;
use crate::seen::{BatchId, Offer, RunMeta, SeenError, SeenEvent, SeenKey, SeenSet, SeenStore};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

pub(super) const SHARDS: usize = 2;

/// The caller's database: as committed, and as it will be with the next commit.
#[derive(Clone, Default)]
pub(super) struct Database {
    pub(super) manifest: Vec<RunMeta>,
    pub(super) shards: [Rows; SHARDS],
}

#[derive(Clone, Default)]
pub(super) struct Rows {
    pub(super) offered: BTreeSet<u64>,
    pub(super) let_through: BTreeSet<u64>,
    fresh: BTreeSet<SeenKey>,
    deferred: Vec<(BatchId, u64)>,
}

/// A key's number, and its place among all offers.
type Payload = (u64, u64);

pub(super) struct Caller {
    pub(super) files: FaultyFiles,
    pub(super) store: SeenStore,
    pub(super) now: Database,
    committed: Database,
    sets: Vec<(SeenSet<Payload>, Receiver<()>)>,
    unpublished: Vec<RunMeta>,
    offers: u64,
    let_out_last: [u64; SHARDS],
    pub(super) errors: Vec<SeenError>,
}

impl Caller {
    pub(super) fn start(files: FaultyFiles, committed: Database) -> Result<Self, SeenError> {
        let (dir, runs) = (Path::new("/seen"), &committed.manifest);
        let store = SeenStore::open(dir, Arc::new(files.clone()), runs)?;
        let mut caller = Self {
            sets: (0..SHARDS).map(|_| set(store.handle(), LIMITS)).collect(),
            files,
            store,
            now: committed.clone(),
            committed,
            unpublished: Vec::new(),
            offers: 0,
            let_out_last: [0; SHARDS],
            errors: Vec::new(),
        };
        for shard in 0..SHARDS {
            let rows = &mut caller.now.shards[shard];
            rows.fresh.iter().for_each(|&key| caller.sets[shard].0.restore(key));
            for (_, number) in std::mem::take(&mut rows.deferred) {
                caller.offer(shard, number);
            }
        }
        Ok(caller)
    }

    /// The machine stops (unless it has) and starts again.
    pub(super) fn restart(self, random: &mut Random) -> Self {
        let Self { mut files, store, committed, sets, .. } = self;
        drop((store, sets));
        loop {
            files = files.restart(|bound| random.below(bound));
            match Self::start(files.clone(), committed.clone()) {
                Ok(caller) => return caller,
                Err(error) => assert!(files.is_crashed(), "{error}"),
            }
        }
    }

    pub(super) fn offer(&mut self, shard: usize, number: u64) {
        self.offers += 1;
        let key = key(shard as u64, number);
        let payload = (number, self.offers);
        let (set, rows) = (&mut self.sets[shard].0, &mut self.now.shards[shard]);
        let first = rows.offered.insert(number);
        assert!(!(first && set.knows(key)), "{number} is known before it was offered");
        match set.offer(key, || payload, 1) {
            Offer::Seen => assert!(!first, "{number} is seen at its first offer"),
            Offer::New(payload) => self.let_through(shard, key, payload),
            Offer::Deferred(batch) => rows.deferred.push((batch, number)),
        }
    }

    pub(super) fn poll(&mut self, shard: usize) -> bool {
        match self.sets[shard].0.poll() {
            None => return false,
            Some(SeenEvent::New(key, payload)) => self.let_through(shard, key, payload),
            Some(SeenEvent::Done { batch, run, dropped }) => {
                let rows = &mut self.now.shards[shard];
                let before = rows.deferred.len();
                rows.deferred.retain(|(of, _)| Some(*of) != batch);
                assert!(dropped as usize <= before - rows.deferred.len());
                if let Some(run) = run {
                    assert_eq!(run.keys, rows.fresh.len() as u64);
                    assert_eq!(Some(&run.first), rows.fresh.first());
                    assert_eq!(Some(&run.last), rows.fresh.last());
                    rows.fresh.clear();
                    self.now.manifest.push(run);
                    self.unpublished.push(run);
                }
            }
            Some(SeenEvent::Failed(error)) => self.errors.push(error),
        }
        true
    }

    pub(super) fn flush(&mut self, shard: usize) {
        self.sets[shard].0.flush();
    }

    /// Takes what is there, then waits for the end of a judgement if one is still under way.
    pub(super) fn wait(&mut self, shard: usize) {
        while self.poll(shard) {}
        let (set, woken) = &self.sets[shard];
        if set.is_judging() {
            woken.recv().unwrap();
        }
    }

    pub(super) fn commit(&mut self) {
        let compaction = match self.store.take_compaction() {
            None => None,
            Some(Ok(compaction)) => Some(compaction),
            Some(Err(error)) => {
                self.errors.push(error);
                None
            }
        };
        if let Some(compaction) = &compaction {
            let gone = |run: &RunMeta| compaction.removed().contains(run);
            self.now.manifest.retain(|run| !gone(run));
            self.now.manifest.push(compaction.added());
        }
        self.committed = self.now.clone();
        self.store.publish(&std::mem::take(&mut self.unpublished));
        if let Some(compaction) = compaction {
            self.store.apply(compaction);
        }
    }

    /// Has everything judged and let out; false when the machine stopped meanwhile.
    pub(super) fn drain(&mut self) -> bool {
        for shard in 0..SHARDS {
            while self.sets[shard].0.deferred() > 0 || self.sets[shard].0.is_judging() {
                if self.files.is_crashed() {
                    return false;
                }
                self.flush(shard);
                self.wait(shard);
                while self.poll(shard) {}
            }
            while self.poll(shard) {}
        }
        true
    }

    /// After [`Caller::drain`]: everything offered was let through.
    pub(super) fn assert_complete(&self) {
        for rows in &self.now.shards {
            assert_eq!(rows.let_through, rows.offered);
            assert!(rows.deferred.is_empty());
        }
        let fresh: usize = self.now.shards.iter().map(|rows| rows.fresh.len()).sum();
        let in_runs: u64 = self.now.manifest.iter().map(|run| run.keys).sum();
        let offered: usize = self.now.shards.iter().map(|rows| rows.offered.len()).sum();
        assert_eq!(in_runs as usize + fresh, offered);
    }

    fn let_through(&mut self, shard: usize, key: SeenKey, (number, place): Payload) {
        assert!(place > self.let_out_last[shard], "{number} is let out of order");
        self.let_out_last[shard] = place;
        let rows = &mut self.now.shards[shard];
        assert!(rows.let_through.insert(number), "{number} is let through twice");
        assert_eq!(key, super::key(shard as u64, number));
        assert!(rows.fresh.insert(key));
    }
}
