//! Both sides together.

mod arrange;
mod damage;
mod durability;
mod life;
mod look;
mod model;
mod readmit;
mod repair;
mod tally;
mod tree;

use crate::seen::SeenLimits;
use crate::{
    Admitted, Candidate, Frontier, FrontierDb, FrontierLimits, Hops, HostCounts, Lease, Next, Ops,
    Source,
};
use crawler_politeness::UnixMillis;
use crawler_url::{Canonicalizer, HostHash, ShardCount, ShardId, WireUrl};
use std::path::Path;
use std::sync::Arc;

pub(crate) const LIMITS: FrontierLimits = FrontierLimits {
    host_concurrency: 1,
    urls_in_memory: 1000,
    hosts_in_memory: 1000,
    seen: SeenLimits { fresh_keys: 1000, batch_keys: 1000, batch_bytes: 1 << 20, recent_slots: 64 },
};
/// The least a host gets: 16 URLs.
pub(crate) const TINY: FrontierLimits = FrontierLimits { urls_in_memory: 1, ..LIMITS };

fn candidate(url: &str, source: Source, depth: u16) -> Candidate {
    let url = WireUrl::parse(url).unwrap();
    let fingerprint = Canonicalizer::default().fingerprint(&url);
    let hops = Hops::default();
    Candidate { url, fingerprint, via: None, depth, redirects: 0, hops, source }
}

pub(crate) fn link(url: &str) -> Candidate {
    candidate(url, Source::Link, 1)
}

fn host(name: &str) -> HostHash {
    WireUrl::parse(&format!("http://{name}/")).unwrap().host_hash()
}

pub(crate) fn at(millis: u64) -> UnixMillis {
    UnixMillis(millis)
}

/// A store and its only shard.
pub(crate) struct Store {
    pub(crate) db: FrontierDb,
    pub(crate) frontier: Frontier,
}

impl Store {
    pub(crate) fn open(dir: &Path, limits: FrontierLimits) -> Self {
        let mut db = FrontierDb::open(dir).unwrap();
        db.assign(one()).unwrap();
        let frontier = recover(&db, limits);
        Self { db, frontier }
    }

    pub(crate) fn admit(&mut self, urls: &[&str]) {
        let admitted = self.offer(urls.iter().copied().map(link));
        assert_eq!(admitted.new as usize, urls.len());
    }

    pub(crate) fn offer(&mut self, candidates: impl IntoIterator<Item = Candidate>) -> Admitted {
        self.frontier.admit(candidates, at(0)).unwrap()
    }

    /// Offers, and waits until the seen set has decided everything.
    fn offer_and_judge(&mut self, candidates: impl IntoIterator<Item = Candidate>) -> Admitted {
        let mut admitted = self.offer(candidates);
        while self.frontier.undecided() > 0 {
            self.frontier.judge();
            let judged = self.frontier.admit_judged(at(0), 100).unwrap();
            admitted.new += judged.new;
            admitted.seen += judged.seen;
        }
        let end = self.frontier.admit_judged(at(0), 100).unwrap();
        admitted.seen += end.seen;
        admitted
    }

    pub(crate) fn commit(&mut self) {
        let ops = self.frontier.take_ops();
        let number = ops.number();
        self.db.commit(ops, b"payload").unwrap();
        self.frontier.committed(number);
    }

    #[track_caller]
    pub(crate) fn lease(&mut self, now: u64) -> Lease {
        match self.frontier.lease(at(now)).unwrap() {
            Next::Lease(lease) => *lease,
            other => panic!("no lease but {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn no_lease(&mut self, now: u64) -> Next {
        match self.frontier.lease(at(now)).unwrap() {
            Next::Lease(lease) => panic!("leased {}", lease.url),
            other => other,
        }
    }
}

pub(crate) fn recover(db: &FrontierDb, limits: FrontierLimits) -> Frontier {
    Frontier::recover(db.reader(), ShardId(0), one(), limits, Arc::new(|| ())).unwrap()
}

fn one() -> ShardCount {
    ShardCount::new(1).unwrap()
}
