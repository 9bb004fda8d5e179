//! Random lives of a store against a model that keeps everything in a map.

use super::tree::Tree;
use super::*;
use crate::{Disposition, Wake};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

const HOSTS: usize = 3;
const HOST_CONCURRENCY: u16 = 2;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Offer these: host, URL number, class 0 to 3.
    Offer(Vec<(usize, u16, u8)>),
    /// Have all that was offered decided.
    Judge,
    /// Decide so many of what was offered, commit that, and crash.
    CrashWhileJudging(usize, u16),
    /// Lease up to so many, and make each host wait so long afterwards.
    Lease(usize, u64),
    /// The fetch of the n-th lease ends.
    Release(usize),
    /// The n-th lease ends.
    Settle(usize, Disposition),
    Snooze(usize, u64),
    /// Hand everything over, but do not commit yet.
    Take,
    /// Commit what was handed over.
    Commit,
    /// Lose everything not committed and come back with so many shards.
    Crash(u16),
    /// Lose power when so much of a commit, in thousandths, has reached the disk.
    CrashInCommit(usize, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let url = (0..HOSTS, 0..150u16, 0..4u8);
    let disposition = prop_oneof![
        2 => Just(Disposition::Fetched),
        1 => Just(Disposition::Done),
        1 => Just(Disposition::Retry),
        1 => Just(Disposition::GiveBack),
    ];
    prop_oneof![
        6 => prop::collection::vec(url, 1..60).prop_map(Step::Offer),
        6 => Just(Step::Judge),
        1 => (0..40usize, 1..5u16).prop_map(|(n, shards)| Step::CrashWhileJudging(n, shards)),
        8 => (1..40usize, 0..20u64).prop_map(|(n, wait)| Step::Lease(n, wait)),
        3 => (0..9usize).prop_map(Step::Release),
        9 => (0..9usize, disposition).prop_map(|(n, end)| Step::Settle(n, end)),
        1 => (0..9usize, 0..50u64).prop_map(|(n, wait)| Step::Snooze(n, wait)),
        3 => Just(Step::Take),
        3 => Just(Step::Commit),
        1 => (1..5u16).prop_map(Step::Crash),
        1 => (0..1001usize, 1..5u16).prop_map(|(n, shards)| Step::CrashInCommit(n, shards)),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Leased,
    Released,
    Done,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Class, place: the order within the host.
    rank: (u8, u64),
    attempts: u8,
    state: State,
}

/// The truth: what a frontier should hold.
#[derive(Clone, Debug, Default)]
struct Model {
    urls: BTreeMap<String, Entry>,
    /// Offered with their class, and neither let in nor dropped.
    undecided: Vec<(String, u8)>,
    places: u64,
    next_fetch_at: BTreeMap<String, u64>,
}

impl Model {
    fn rank(&mut self, class: u8) -> (u8, u64) {
        self.places += 1;
        (class, self.places)
    }

    fn let_in(&mut self, url: String, class: u8) {
        let rank = self.rank(class);
        self.urls.insert(url, Entry { rank, attempts: 0, state: State::Waiting });
    }

    /// Lets those in that are new.
    fn decide(&mut self) {
        for (url, class) in std::mem::take(&mut self.undecided) {
            if !self.urls.contains_key(&url) {
                self.let_in(url, class);
            }
        }
    }

    fn of_host<'a>(&'a self, host: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        self.urls.iter().filter(move |(url, _)| host_of(url) == host)
    }

    /// The URL a host has to give next.
    fn best(&self, host: &str) -> Option<String> {
        let waiting = self.of_host(host).filter(|(_, entry)| entry.state == State::Waiting);
        waiting.min_by_key(|(_, entry)| entry.rank).map(|(url, _)| url.clone())
    }

    fn has_capacity(&self, host: &str) -> bool {
        let leased = self.of_host(host).filter(|(_, entry)| entry.state == State::Leased);
        leased.count() < usize::from(HOST_CONCURRENCY)
    }

    fn next_fetch_at(&self, host: &str) -> u64 {
        self.next_fetch_at.get(host).copied().unwrap_or(0)
    }

    fn queued(&self) -> u64 {
        self.urls.values().filter(|entry| entry.state != State::Done).count() as u64
    }

    fn crashed(mut self) -> Self {
        for entry in self.urls.values_mut().filter(|entry| entry.state != State::Done) {
            entry.state = State::Waiting;
        }
        self
    }
}

fn host_of(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap()
}

/// The store under test beside the truth.
struct World {
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
    fn new(shards: u16, hosts_in_memory: usize) -> Self {
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

    fn run(&mut self, step: Step) {
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
        let mut rows = 0;
        let mut count = |_| {
            rows += 1;
            Ok(())
        };
        self.db.as_ref().unwrap().reader().for_each_queued(&mut count).unwrap();
        assert_eq!(rows, self.committed.queued());
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
                let mut left = hosts.filter(|name| self.shard_of(super::host(name)) == shard);
                let left = left
                    .find(|host| self.model.has_capacity(host) && self.model.best(host).is_some());
                assert_eq!(left, None, "not empty");
            }
        }
    }

    /// Hosts of a shard that could be leased from, were it not for the disk.
    fn due_hosts(&self, shard: usize) -> Vec<String> {
        let names = (0..HOSTS).map(|n| format!("h{n}.example"));
        let own = names.filter(|name| self.shard_of(super::host(name)) == shard);
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
            Disposition::Fetched | Disposition::Done => State::Done,
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
    fn finish(&mut self) {
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn no_url_is_lost_or_leased_twice(
        shards in 1..4u16,
        hosts_in_memory in 1..6usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut world = World::new(shards, hosts_in_memory);
        for step in steps {
            world.run(step);
        }
        world.finish();
    }
}
