//! Both sides together.

mod durability;
mod life;
mod model;

use crate::{
    Candidate, Frontier, FrontierDb, FrontierLimits, Hops, HostCounts, Lease, Next, Ops, Source,
};
use crawler_politeness::UnixMillis;
use crawler_url::{Canonicalizer, HostHash, ShardCount, ShardId, WireUrl};
use std::path::Path;

const LIMITS: FrontierLimits = FrontierLimits { host_concurrency: 1, urls_in_memory: 1000 };
/// The least a host gets: 16 URLs.
const TINY: FrontierLimits = FrontierLimits { host_concurrency: 1, urls_in_memory: 1 };

fn candidate(url: &str, source: Source, depth: u16) -> Candidate {
    let url = WireUrl::parse(url).unwrap();
    let fingerprint = Canonicalizer::default().fingerprint(&url);
    let hops = Hops::default();
    Candidate { url, fingerprint, via: None, depth, redirects: 0, hops, source }
}

fn link(url: &str) -> Candidate {
    candidate(url, Source::Link, 1)
}

fn host(name: &str) -> HostHash {
    WireUrl::parse(&format!("http://{name}/")).unwrap().host_hash()
}

fn at(millis: u64) -> UnixMillis {
    UnixMillis(millis)
}

/// A store and its only shard.
struct Store {
    db: FrontierDb,
    frontier: Frontier,
}

impl Store {
    fn open(dir: &Path, limits: FrontierLimits) -> Self {
        let db = FrontierDb::open(dir).unwrap();
        let frontier = recover(&db, limits);
        Self { db, frontier }
    }

    fn admit(&mut self, urls: &[&str]) {
        let admitted = self.frontier.admit(urls.iter().copied().map(link), at(0));
        assert_eq!(admitted.new as usize, urls.len());
    }

    fn commit(&mut self) {
        let ops = self.frontier.take_ops();
        let number = ops.number();
        self.db.commit(ops, b"payload").unwrap();
        self.frontier.committed(number);
    }

    #[track_caller]
    fn lease(&mut self, now: u64) -> Lease {
        match self.frontier.lease(at(now)).unwrap() {
            Next::Lease(lease) => *lease,
            other => panic!("no lease but {other:?}"),
        }
    }

    #[track_caller]
    fn no_lease(&mut self, now: u64) -> Next {
        match self.frontier.lease(at(now)).unwrap() {
            Next::Lease(lease) => panic!("leased {}", lease.url),
            other => other,
        }
    }
}

fn recover(db: &FrontierDb, limits: FrontierLimits) -> Frontier {
    let shards = ShardCount::new(1).unwrap();
    Frontier::recover(db.reader(), ShardId(0), shards, limits).unwrap()
}
