//! Seeds for a running crawl.

use crawler_frontier::Candidate;
use crawler_url::{Canonicalizer, ShardId, WireUrl};

use super::{ControlError, Task};
use crate::handle::CrawlHandle;
use crate::supervisor::seed;

/// URLs in one order, to bound the time that a shard's loop takes for it.
pub(super) const ORDER_URLS_MAX: usize = 1024;

/// What became of seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeedsTaken {
    /// Queued, and safe on disk.
    pub new: u64,
    /// Known in this generation: queued, fetched or ended otherwise.
    pub known: u64,
}

impl CrawlHandle {
    /// Queues seeds and widens the scope by them, as those that a crawl starts with do. When it
    /// returns they are durable, and those that were new are queued; giving them again does no harm.
    /// Works while the crawl is paused. Blocks for some tens of milliseconds, longer when the shards
    /// or the disk are busy.
    ///
    /// # Errors
    /// [`ControlError::Ending`] when the crawl is at its end, [`ControlError::Busy`] when a shard does
    /// not come to it within 10 s, [`ControlError::Restarted`] when one panics meanwhile. Some of the
    /// seeds may be queued then.
    pub fn add_seeds(&self, seeds: Vec<WireUrl>) -> Result<SeedsTaken, ControlError> {
        self.check_open()?;
        self.shared().scope.widen(&seeds);
        let parts = self.by_shard(seeds)?;
        self.admit(parts.into_iter().zip(0..).map(|(links, shard)| (ShardId(shard), links)))
    }

    /// Has shards admit URLs on their hosts.
    pub(super) fn admit(
        &self,
        parts: impl Iterator<Item = (ShardId, Vec<Candidate>)>,
    ) -> Result<SeedsTaken, ControlError> {
        let mut sent = Vec::new();
        for (shard, links) in parts {
            let mut links = links.into_iter().peekable();
            while links.peek().is_some() {
                let batch: Vec<_> = links.by_ref().take(ORDER_URLS_MAX).collect();
                sent.push((shard, self.send(shard, |answer| Task::Admit(batch, answer))?));
            }
        }
        let mut taken = SeedsTaken::default();
        for (shard, receiver) in sent {
            let SeedsTaken { new, known } = self.answer(shard, &receiver)?;
            taken.new += new;
            taken.known += known;
        }
        Ok(taken)
    }

    /// The seeds of each shard.
    fn by_shard(&self, seeds: Vec<WireUrl>) -> Result<Vec<Vec<Candidate>>, ControlError> {
        let shards = self.shared().config.workers;
        let canonicalizer = self.canonicalizer()?;
        let mut parts: Vec<_> = shards.iter().map(|_| Vec::new()).collect();
        for url in seeds {
            let fingerprint = canonicalizer.fingerprint(&url);
            let owner = fingerprint.host.slot().shard(shards);
            parts[usize::from(owner.0)].push(seed(url, fingerprint));
        }
        Ok(parts)
    }

    /// Gives URLs the fingerprints by which this crawl knows them.
    pub(super) fn canonicalizer(&self) -> Result<Canonicalizer, ControlError> {
        let crawl = self.shared();
        let reader = crawl.control.reader();
        let seed = reader.as_ref().ok_or(ControlError::Ending)?.fingerprint_seed();
        Ok(Canonicalizer::keyed(seed).with_rules(&crawl.config.canonical))
    }
}
