//! Taking URLs in.

use super::Frontier;
use crate::candidate::{Candidate, Hops};
use crate::chunk::CHUNK_URLS_MAX;
use crate::class::Class;
use crate::due_row::DueKey;
use crate::error::FrontierError;
use crate::host_queue::HostQueue;
use crate::host_row::Appended;
use crate::key::QueueKey;
use crate::ops::{DueOp, RowOp};
use crate::record::{self, RecordBytes};
use crate::seen::{BatchId, Offer, SeenKey};
use crate::seen_row::Undecided;
use crawler_politeness::UnixMillis;
use crawler_url::{HostHash, HostKey, WireUrl};

/// What came of [`Frontier::admit`] or [`Frontier::admit_judged`].
#[derive(Debug, Default)]
pub struct Admitted {
    /// URLs queued.
    pub new: u32,
    /// URLs that were offered before in this generation.
    pub seen: u32,
    /// New URLs that were not queued, because the intake is shut. They count as seen from now on.
    pub shed: Vec<Shed>,
    /// There may be more judged URLs to admit: the limit was reached first.
    pub more: bool,
}

/// A new URL that was turned away.
#[derive(Debug)]
pub struct Shed {
    /// The URL as it would have been requested.
    pub url: WireUrl,
    /// The page it was found on.
    pub via: Option<Box<str>>,
    /// Hops from a seed.
    pub depth: u16,
    /// Kinds of the hops from the seed.
    pub hops: Hops,
}

/// Whether new URLs are queued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intake {
    /// All of them.
    #[default]
    Open,
    /// Seeds only; the others are turned away.
    Shed,
}

/// URLs queued for a host that is not in memory.
#[derive(Debug)]
pub(super) struct AppendedSince {
    at: UnixMillis,
    rows: Appended,
    /// The chunk of each class that the next URL joins: its first place, and how many it has.
    open: Vec<(Class, u64, u32)>,
}

impl AppendedSince {
    /// The first place of the chunk that a URL belongs to.
    fn join(&mut self, class: Class, seq: u64) -> u64 {
        let Some((_, first, count)) = self.open.iter_mut().find(|(other, ..)| *other == class)
        else {
            self.open.push((class, seq, 1));
            return seq;
        };
        if *count >= CHUNK_URLS_MAX {
            (*first, *count) = (seq, 0);
        }
        *count += 1;
        *first
    }
}

impl Frontier {
    /// Queues those of `candidates` that were not offered before in this generation, each at the
    /// end of its class in its host's queue. All must be of hosts this shard owns. A host met for
    /// the first time is due at `now`.
    ///
    /// What only the files of the seen set can tell is decided later: see
    /// [`admit_judged`](Self::admit_judged).
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn admit(
        &mut self,
        candidates: impl IntoIterator<Item = Candidate>,
        now: UnixMillis,
    ) -> Result<Admitted, FrontierError> {
        let mut admitted = Admitted::default();
        for candidate in candidates {
            self.offer(&candidate, now, &mut admitted)?;
        }
        Ok(admitted)
    }

    /// The key and its batch come back when it is not decided yet.
    pub(super) fn offer(
        &mut self,
        candidate: &Candidate,
        now: UnixMillis,
        admitted: &mut Admitted,
    ) -> Result<Option<(SeenKey, BatchId)>, FrontierError> {
        let fingerprint = candidate.fingerprint;
        debug_assert_eq!(fingerprint.host, candidate.url.host_hash());
        debug_assert_eq!(fingerprint.slot().shard(self.shards), self.shard);
        let key = self.seen_key(fingerprint);
        if self.seen.knows(key) {
            admitted.seen += 1;
            return Ok(None);
        }
        let url = Undecided {
            host: fingerprint.host,
            class: Class::of(candidate.source, candidate.depth),
            record: record::encode(&mut self.scratch, candidate),
        };
        match self.seen.offer(key, || url.clone(), url.record.len()) {
            Offer::Seen => admitted.seen += 1,
            Offer::New(url) => {
                self.seen_rows.add_fresh(key);
                self.let_in(url, now, admitted)?;
            }
            Offer::Deferred(batch) => {
                self.seen_rows.add_candidate(batch, &url);
                return Ok(Some((key, batch)));
            }
        }
        Ok(None)
    }

    /// Queues a URL that the seen set has let through.
    pub(super) fn let_in(
        &mut self,
        url: Undecided,
        now: UnixMillis,
        admitted: &mut Admitted,
    ) -> Result<(), FrontierError> {
        let Undecided { host, class, record } = url;
        self.sums.add_seen(host);
        if self.intake == Intake::Shed && class != Class::SEED {
            return self.shed(host, &record, admitted);
        }
        admitted.new += 1;
        if let Some(idx) = self.place_in_memory(host, &record, now)? {
            self.append(idx, class, &record, now);
            self.plan(idx);
        } else {
            self.append_on_disk(host, class, &record, now);
        }
        Ok(())
    }

    /// Queues URLs of a host in memory again that had ended with an error. They are members of the
    /// seen set and stay so; whoever calls knows that none of them is queued. Gives how many.
    pub fn readmit(
        &mut self,
        host: HostHash,
        candidates: impl IntoIterator<Item = Candidate>,
        now: UnixMillis,
    ) -> u64 {
        let Some(idx) = self.hosts.idx(host) else { return 0 };
        let mut n = 0;
        for candidate in candidates {
            debug_assert_eq!(candidate.fingerprint.host, host);
            let record = record::encode(&mut self.scratch, &candidate);
            self.append(idx, Class::of(candidate.source, candidate.depth), &record, now);
            n += 1;
        }
        if let Some(host) = self.hosts.get_mut(idx) {
            host.totals.done = host.totals.done.saturating_sub(n);
            host.totals.failed = host.totals.failed.saturating_sub(n);
        }
        self.plan(idx);
        n
    }

    fn shed(
        &mut self,
        host: HostHash,
        record: &RecordBytes,
        admitted: &mut Admitted,
    ) -> Result<(), FrontierError> {
        let record = self.decode(host, record)?;
        admitted.shed.push(Shed {
            url: record.url,
            via: record.via,
            depth: record.depth,
            hops: record.hops,
        });
        if let Some(idx) = self.hosts.idx(host) {
            self.mark_changed(idx);
            if let Some(host) = self.hosts.get_mut(idx) {
                host.totals.shed += 1;
            }
        }
        Ok(())
    }

    /// The host, if it is in memory or may come in at once: while there is room, and nothing on
    /// disk that it could have a queue in.
    fn place_in_memory(
        &mut self,
        hash: HostHash,
        record: &RecordBytes,
        now: UnixMillis,
    ) -> Result<Option<u32>, FrontierError> {
        if let Some(idx) = self.hosts.idx(hash) {
            return Ok(Some(idx));
        }
        if !self.parked.is_empty() || self.parked.is_away(hash) || !self.has_room_for_hosts() {
            return Ok(None);
        }
        if let Some(stored) = self.reader.host(hash)? {
            let host = self.revive(hash, stored)?;
            return Ok(Some(self.come_in(host)));
        }
        let key = self.decode(hash, record)?.url.host_key();
        Ok(Some(self.meet(key, hash, now)))
    }

    /// A host met for the first time.
    pub(super) fn meet(&mut self, key: HostKey, hash: HostHash, now: UnixMillis) -> u32 {
        let mut host = HostQueue::new(key, hash);
        host.pace.next_fetch_at = now;
        self.sums.add_host(hash);
        self.hosts.add(host)
    }

    /// Puts a record at the end of a class, in memory and in the next hand-over.
    pub(super) fn append(&mut self, idx: u32, class: Class, record: &RecordBytes, now: UnixMillis) {
        let (buffer_urls_max, seq) = (self.buffer_urls_max(), self.take_seq());
        let Some(host) = self.hosts.get_mut(idx) else { return };
        if !host.has_queued() {
            self.sums.hosts_queued += 1;
            // From here to the end of its queue the host is in the index.
            let at = host.pace.next_fetch_at.max(now);
            host.due_rows.push(at);
            self.ops.due.insert(DueKey::new(host.hash(), at), DueOp::Insert);
        }
        self.sums.add_queued(host.hash());
        let key = host.append(class, seq, record, buffer_urls_max, self.number);
        self.ops.append(key, seq, record);
        self.mark_changed(idx);
    }

    /// Puts a record at the end of a class of a host that stays on disk.
    fn append_on_disk(
        &mut self,
        host: HostHash,
        class: Class,
        record: &RecordBytes,
        now: UnixMillis,
    ) {
        let seq = self.take_seq();
        self.sums.add_queued(host);
        let new = || AppendedSince { at: now, rows: Appended::default(), open: Vec::new() };
        let since = self.appended.entry(host).or_insert_with(new);
        since.rows.push(class.number(), seq);
        let chunk = QueueKey { host, class, seq: since.join(class, seq) };
        self.ops.append(chunk, seq, record);
        self.parked.keep_away(host, self.number);
    }

    /// Makes what was queued for hosts on disk part of the next hand-over, with a row in the due
    /// index that brings each host in.
    pub(super) fn hand_over_appended(&mut self) {
        for (host, AppendedSince { at, rows, .. }) in std::mem::take(&mut self.appended) {
            let id = self.take_seq();
            self.ops.appended.insert((host, id), RowOp::Insert(rows));
            let row = DueKey::new(host, at);
            self.ops.due.insert(row, DueOp::Insert);
            self.parked.leave(self.number, row);
        }
    }

    pub(super) fn take_seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    fn decode(
        &self,
        host: HostHash,
        record: &RecordBytes,
    ) -> Result<record::Record, FrontierError> {
        record::decode(record)
            .map_err(|detail| self.reader.damaged(format!("a candidate of host {host}: {detail}")))
    }
}
