//! Taking URLs in.

use super::{Admitted, Frontier, Intake};
use crate::candidate::{Candidate, Source};
use crate::class::Class;
use crate::host_queue::HostQueue;
use crate::key::QueueKey;
use crate::record::{self, RecordBytes};
use crawler_politeness::UnixMillis;

impl Frontier {
    /// Queues those of `candidates` that were not offered before in this generation, each at the
    /// end of its class in its host's queue. All must be of hosts this shard owns. A host met for
    /// the first time is due at `now`. Under [`Intake::Shed`] all but seeds come back instead.
    pub fn admit(
        &mut self,
        candidates: impl IntoIterator<Item = Candidate>,
        now: UnixMillis,
    ) -> Admitted {
        let batch = self.seen.admit_new(candidates);
        let mut admitted = Admitted { seen: batch.seen, ..Admitted::default() };
        for candidate in batch.new {
            self.ops.fingerprints.push(candidate.fingerprint);
            if self.intake == Intake::Shed && candidate.source != Source::Seed {
                self.count_shed(&candidate);
                admitted.shed.push(candidate);
            } else {
                self.queue_new(&candidate, now);
                admitted.new += 1;
            }
        }
        admitted
    }

    /// A host is not made known by URLs that it will not be asked for: there is no room for it.
    fn count_shed(&mut self, candidate: &Candidate) {
        if let Some(&idx) = self.index.get(&candidate.fingerprint.host) {
            self.hosts[idx as usize].totals.shed += 1;
            self.mark_changed(idx);
        }
    }

    fn queue_new(&mut self, candidate: &Candidate, now: UnixMillis) {
        let fingerprint = candidate.fingerprint;
        debug_assert_eq!(fingerprint.host, candidate.url.host_hash());
        debug_assert_eq!(fingerprint.slot().shard(self.shards), self.shard);
        let idx = self.host_idx(candidate, now);
        let class = Class::of(candidate.source, candidate.depth);
        let record = record::encode(&mut self.scratch, candidate);
        self.append(idx, class, record);
        self.plan(idx);
    }

    /// Puts a record at the end of a class, in memory and in the next hand-over.
    pub(super) fn append(&mut self, idx: u32, class: Class, record: RecordBytes) -> QueueKey {
        let buffer_urls_max = self.buffer_urls_max();
        let host = &mut self.hosts[idx as usize];
        if !host.has_queued() {
            self.counts.hosts_queued += 1;
        }
        self.counts.queued += 1;
        let key = host.append(class, record.clone(), buffer_urls_max, self.number);
        self.ops.insert(key, record);
        self.mark_changed(idx);
        key
    }

    /// The candidate's host, which is made known if it was not.
    fn host_idx(&mut self, candidate: &Candidate, now: UnixMillis) -> u32 {
        let hash = candidate.fingerprint.host;
        if let Some(&idx) = self.index.get(&hash) {
            return idx;
        }
        let mut host = HostQueue::new(candidate.url.host_key(), hash);
        host.pace.next_fetch_at = now;
        self.add_host(host)
    }

    pub(super) fn add_host(&mut self, host: HostQueue) -> u32 {
        let idx = self.hosts.len() as u32;
        self.index.insert(host.hash(), idx);
        self.hosts.push(host);
        idx
    }
}
