//! The store under test, driven beside the truth.

use super::truth::{Model, State, host_of};
use super::{HOST_CONCURRENCY, HOSTS, Step};
use crate::tests::tree::Tree;
use crate::tests::*;
use crate::{Disposition, Wake};
use crawler_url::Fingerprint;
use std::sync::mpsc;
use std::time::Duration;

/// The store under test beside the truth.
pub(super) struct World {
    dir: tempfile::TempDir,
    hosts_in_memory: usize,
    db: Option<FrontierDb>,
    shards: Vec<Frontier>,
    /// Rings when a shard's seen set has decided something.
    bell: (mpsc::Sender<()>, mpsc::Receiver<()>),
    leases: Vec<(usize, Lease)>,
    /// Handed over but not committed: the operations, each shard's number, the truth then.
    pending: Option<(Ops, Vec<u64>, Model)>,
    now: u64,
    model: Model,
    committed: Model,
}

impl World {
    pub(super) fn new(shards: u16, hosts_in_memory: usize) -> Self {
        let (dir, model) = (tempfile::tempdir().unwrap(), Model::default());
        let mut world = Self {
            dir,
            hosts_in_memory,
            db: None,
            shards: Vec::new(),
            bell: mpsc::channel(),
            leases: Vec::new(),
            pending: None,
            now: 1000,
            committed: model.clone(),
            model,
        };
        world.reopen(shards);
        world
    }

    fn reopen(&mut self, shards: u16) {
        self.leases.clear();
        self.shards.clear();
        self.pending = None;
        self.db = None;
        let mut db = FrontierDb::open(self.dir.path()).unwrap();
        let hosts_in_memory = self.hosts_in_memory;
        let seen = SeenLimits { fresh_keys: 40, batch_keys: 25, ..TINY.seen };
        let limits =
            FrontierLimits { host_concurrency: HOST_CONCURRENCY, hosts_in_memory, seen, ..TINY };
        let count = ShardCount::new(shards).unwrap();
        db.assign(count).unwrap();
        let rope = self.bell.0.clone();
        let wake: Wake = Arc::new(move || rope.send(()).unwrap());
        let recover =
            |id| Frontier::recover(db.reader(), id, count, limits, Arc::clone(&wake)).unwrap();
        self.shards = count.iter().map(recover).collect();
        self.db = Some(db);
        self.model = self.committed.clone().crashed();
        self.judge();
    }

    fn shard_of(&self, host: HostHash) -> usize {
        let count = ShardCount::new(self.shards.len() as u16).unwrap();
        usize::from(host.slot().shard(count).0)
    }

    pub(super) fn run(&mut self, step: Step) {
        self.now += 1;
        match step {
            Step::Offer(urls) => self.offer(&urls),
            Step::Judge => self.judge(),
            Step::CrashWhileJudging(n, shards) => self.crash_while_judging(n, shards),
            Step::Lease(n, wait) => {
                for _ in 0..n {
                    for shard in 0..self.shards.len() {
                        self.lease(shard, wait);
                    }
                }
            }
            Step::Release(n) => self.release(n),
            Step::Settle(n, disposition) => self.settle(n, disposition),
            Step::Snooze(n, wait) => self.snooze(n, wait),
            Step::Take => self.take(),
            Step::Commit => self.commit(),
            Step::Crash(shards) => self.reopen(shards),
            Step::CrashInCommit(thousandths, shards) => self.crash_in_commit(thousandths, shards),
        }
        self.check_counts();
    }

    fn check_counts(&self) {
        let sum = |count: fn(&Frontier) -> u64| self.shards.iter().map(count).sum::<u64>();
        assert_eq!(sum(Frontier::queued), self.model.queued());
        assert_eq!(sum(Frontier::seen), self.model.urls.len() as u64);
        // Those judged and not new are not counted any more, but not yet known here.
        assert!(sum(Frontier::undecided) <= self.model.undecided.len() as u64);
        let in_flight = sum(|shard| shard.hosts().in_flight as u64);
        let busy = |host: &usize| {
            let host = format!("h{host}.example");
            self.model.of_host(&host).any(|(_, entry)| entry.state == State::Leased)
        };
        assert_eq!(in_flight, (0..HOSTS).filter(busy).count() as u64);
    }

    /// Exactly the unsettled URLs stand on disk, and nothing that nobody would ever read.
    fn check_disk(&self) {
        let reader = self.db.as_ref().unwrap().reader();
        let mut prints = Vec::new();
        let mut note = |print| {
            prints.push(print);
            Ok(())
        };
        reader.for_each_queued(&mut note).unwrap();
        assert_eq!(prints.len() as u64, self.committed.queued());
        let print_of = |record: &[u8], host| Fingerprint {
            host,
            url: crate::record::decode(record).unwrap().fingerprint_url,
        };
        for (key, chunk) in reader.chunks().unwrap() {
            let mut urls = chunk.urls.iter();
            let is_waiting = urls.any(|(_, record)| prints.contains(&print_of(record, key.host)));
            assert!(is_waiting, "a chunk is left over");
        }
    }

    fn offer(&mut self, urls: &[(usize, u16, u8)]) {
        for &(host, n, class) in urls {
            let url = format!("http://h{host}.example/{n}");
            let source = [Source::Seed, Source::Sitemap, Source::Link, Source::Link];
            let depth = u16::from(class) - u16::from(class > 0);
            let offered = candidate(&url, source[usize::from(class)], depth);
            let shard = self.shard_of(offered.fingerprint.host);
            let admitted = self.shards[shard].admit([offered], at(self.now)).unwrap();
            let is_known = self.model.urls.contains_key(&url);
            let is_offered = self.model.undecided.iter().any(|(other, _)| *other == url);
            match (admitted.new, admitted.seen) {
                (1, 0) => {
                    assert!(!is_known, "{url} is let in twice");
                    self.model.let_in(url, class);
                }
                (0, 1) => assert!(is_known || is_offered, "{url} is not let in"),
                _ => self.model.undecided.push((url, class)),
            }
        }
    }

    fn judge(&mut self) {
        for shard in &mut self.shards {
            while shard.undecided() > 0 {
                while shard.admit_judged(at(self.now), 7).unwrap().more {}
                shard.judge();
                if shard.undecided() > 0 {
                    self.bell.1.recv_timeout(Duration::from_secs(60)).unwrap();
                }
            }
            // The end of the last batch.
            shard.admit_judged(at(self.now), 7).unwrap();
        }
        self.model.decide();
    }

    /// A batch that is committed by half is decided to its end after the crash.
    fn crash_while_judging(&mut self, n: usize, shards: u16) {
        for shard in &mut self.shards {
            shard.judge();
            shard.admit_judged(at(self.now), n).unwrap();
        }
        self.take();
        self.commit_unchecked();
        self.model.decide();
        self.committed = self.model.clone();
        self.reopen(shards);
        self.take();
        self.commit();
    }

    /// What the disk holds then is the old state of all files, and the first part of what the
    /// commit appended to the journal.
    fn crash_in_commit(&mut self, thousandths: usize, shards: u16) {
        let (before, model_before) = (Tree::read(self.dir.path()), self.committed.clone());
        self.take();
        self.commit_unchecked();
        let after = Tree::read(self.dir.path());
        if let Some(torn) = Tree::torn(before, &after, thousandths) {
            self.committed = model_before;
            self.db = None;
            self.shards.clear();
            self.dir = tempfile::tempdir().unwrap();
            torn.write(self.dir.path());
        }
        self.reopen(shards);
    }

    fn lease(&mut self, shard: usize, wait: u64) {
        match self.shards[shard].lease(at(self.now)).unwrap() {
            Next::Lease(lease) => {
                let url = lease.url.to_string();
                let host = host_of(&url).to_owned();
                assert!(self.model.has_capacity(&host), "{url} is one too many");
                assert!(self.model.next_fetch_at(&host) <= self.now, "{url} is too early");
                assert_eq!(self.model.best(&host).as_deref(), Some(&*url), "not the best");
                let entry = self.model.urls.get_mut(&url).unwrap();
                assert_eq!(lease.attempts, entry.attempts);
                entry.state = State::Leased;
                let next = self.now + wait;
                self.shards[shard].pace(lease.fingerprint.host).unwrap().next_fetch_at = at(next);
                self.model.next_fetch_at.insert(host, next);
                self.leases.push((shard, *lease));
            }
            Next::At(time) => {
                assert!(time > at(self.now));
                assert!(
                    self.is_tight() || self.due_hosts(shard).is_empty() || self.is_uncommitted()
                );
            }
            Next::AwaitCommit => {
                // Or a host that has left memory, whose time nobody knows before the commit.
                assert!(self.is_tight() || self.is_uncommitted(), "nothing is to be committed");
            }
            Next::Empty => {
                let hosts = (0..HOSTS).map(|n| format!("h{n}.example"));
                let mut left =
                    hosts.filter(|name| self.shard_of(crate::tests::host(name)) == shard);
                let left = left
                    .find(|host| self.model.has_capacity(host) && self.model.best(host).is_some());
                assert_eq!(left, None, "not empty");
            }
        }
    }

    /// Hosts of a shard that could be leased from, were it not for the disk.
    fn due_hosts(&self, shard: usize) -> Vec<String> {
        let names = (0..HOSTS).map(|n| format!("h{n}.example"));
        let own = names.filter(|name| self.shard_of(crate::tests::host(name)) == shard);
        own.filter(|host| {
            self.model.has_capacity(host)
                && self.model.best(host).is_some()
                && self.model.next_fetch_at(host) <= self.now
        })
        .collect()
    }

    /// Whether hosts may have to wait for others to leave memory.
    fn is_tight(&self) -> bool {
        self.hosts_in_memory <= HOSTS
    }

    fn is_uncommitted(&self) -> bool {
        self.model.places != self.committed.places
    }

    fn release(&mut self, n: usize) {
        let Some((shard, lease)) = self.leases.get(n) else { return };
        self.shards[*shard].release(lease);
        self.model.urls.get_mut(lease.url.as_str()).unwrap().state = State::Released;
    }

    fn settle(&mut self, n: usize, disposition: Disposition) {
        if n >= self.leases.len() {
            return;
        }
        let (shard, lease) = self.leases.remove(n);
        let rank = match disposition {
            Disposition::Retry => Some(self.model.rank(15)),
            _ => None,
        };
        let entry = self.model.urls.get_mut(lease.url.as_str()).unwrap();
        entry.state = match disposition {
            Disposition::Fetched | Disposition::Done | Disposition::Failed => State::Done,
            Disposition::Retry | Disposition::GiveBack => State::Waiting,
        };
        if let Some(rank) = rank {
            entry.rank = rank;
            entry.attempts += 1;
        }
        self.shards[shard].settle(lease, disposition);
    }

    fn snooze(&mut self, n: usize, wait: u64) {
        if n >= self.leases.len() {
            return;
        }
        let (shard, lease) = self.leases.remove(n);
        let url = lease.url.to_string();
        self.shards[shard].snooze(lease, at(self.now + wait));
        self.model.urls.get_mut(&url).unwrap().state = State::Waiting;
        let next = self.model.next_fetch_at.entry(host_of(&url).to_owned()).or_default();
        *next = (*next).max(self.now + wait);
    }

    fn take(&mut self) {
        let mut taken: Vec<Ops> = self.shards.iter_mut().map(Frontier::take_ops).collect();
        let numbers = taken.iter().map(Ops::number).collect();
        let mut merged = self.pending.take().map(|(ops, ..)| ops).unwrap_or_default();
        taken.drain(..).for_each(|ops| merged.merge(ops));
        self.pending = Some((merged, numbers, self.model.clone()));
    }

    fn commit(&mut self) {
        self.commit_unchecked();
        self.check_disk();
    }

    fn commit_unchecked(&mut self) {
        let Some((ops, numbers, model)) = self.pending.take() else { return };
        self.db.as_mut().unwrap().commit(ops, &[]).unwrap();
        self.committed = model;
        for (shard, number) in self.shards.iter_mut().zip(numbers) {
            shard.committed(number);
        }
    }

    /// Fetches everything that is left, each once.
    pub(super) fn finish(&mut self) {
        while !self.leases.is_empty() {
            self.settle(0, Disposition::Done);
        }
        self.judge();
        let mut rounds = 0;
        while self.model.queued() > 0 {
            rounds += 1;
            assert!(rounds < 10_000, "stuck with {} urls", self.model.queued());
            self.now += 100;
            for shard in 0..self.shards.len() {
                self.lease(shard, 0);
            }
            if self.leases.is_empty() {
                self.take();
                self.commit();
            }
            while !self.leases.is_empty() {
                self.settle(0, Disposition::Done);
            }
        }
        self.check_counts();
        self.take();
        self.commit();
        self.reopen(2);
        self.check_counts();
    }
}
