//! One host's queue as its shard holds it: no I/O, no clock.

mod class_queue;

use crate::chunk::Placed;
use crate::class::Class;
use crate::host_row::{ClassRow, HostRow, HostTotals};
use crate::key::QueueKey;
use crate::record::RecordBytes;
use class_queue::{ClassQueue, Goes};
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{HostHash, HostKey};
use std::collections::VecDeque;

/// A host: its politeness state and its URLs.
///
/// The buffer holds the first of the host's waiting URLs in the order of (class, place); the rest
/// stand on disk only ("spilled"). Every URL of the buffer is on disk as well, or in operations on
/// their way there, so that one can be dropped from the buffer at any time.
#[derive(Debug)]
pub(crate) struct HostQueue {
    pub(crate) key: HostKey,
    pub(crate) pace: Pace,
    pub(crate) totals: HostTotals,
    /// Fetches going on.
    pub(crate) in_flight: u16,
    /// The row has changed since it was last handed over.
    pub(crate) row_changed: bool,
    /// The pace was lent out since the host was last planned.
    pub(crate) pace_lent: bool,
    /// Number of the hand-over that carries the newest row.
    pub(crate) row_number: u64,
    /// Times of the host's rows in the due index, written or on their way.
    pub(crate) due_rows: Vec<UnixMillis>,
    /// URLs leased since the host came into memory.
    pub(crate) leases: u32,
    hash: HostHash,
    /// Number of the hand-over that carries the youngest spilled URL.
    spilled_number: u64,
    buffer: VecDeque<Waiting>,
    /// In priority order; only classes with unsettled URLs.
    classes: Vec<ClassQueue>,
    leased: Vec<LeasedPlace>,
}

/// A URL of the buffer.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) class: Class,
    pub(crate) seq: u64,
    pub(crate) record: RecordBytes,
}

/// A chunk of the queue as it stands on disk.
#[derive(Debug)]
pub(crate) struct StoredChunk {
    pub(crate) class: Class,
    /// In order, at least one.
    pub(crate) urls: Vec<Placed>,
}

#[derive(Clone, Copy, Debug)]
struct LeasedPlace {
    class: Class,
    seq: u64,
    fetch: Fetch,
}

/// Whether a leased URL still uses the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetch {
    Going,
    Ended,
}

/// Where the best waiting URL is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Best {
    /// At the front of the buffer.
    Buffered,
    /// On disk: in `class`, one of `spilled`, in no chunk that begins before `read_from`.
    Spilled { class: Class, read_from: u64, spilled: u64 },
    /// There is none.
    None,
}

/// Capacity a drained buffer may keep.
const IDLE_CAPACITY_MAX: usize = 64;

impl HostQueue {
    pub(crate) fn new(key: HostKey, hash: HostHash) -> Self {
        Self {
            key,
            hash,
            pace: Pace::default(),
            totals: HostTotals::default(),
            in_flight: 0,
            row_changed: false,
            pace_lent: false,
            row_number: 0,
            due_rows: Vec::new(),
            leases: 0,
            spilled_number: 0,
            buffer: VecDeque::new(),
            classes: Vec::new(),
            leased: Vec::new(),
        }
    }

    /// The host as its row tells: everything queued stands on disk. The error says what is wrong.
    pub(crate) fn from_row(row: HostRow, hash: HostHash) -> Result<Self, &'static str> {
        let mut host = Self::new(row.key, hash);
        host.pace = row.pace;
        host.totals = row.totals;
        host.absorb(&row.classes)?;
        Ok(host)
    }

    /// Adds URLs that stand on disk. Only before the first one is leased or appended.
    pub(crate) fn absorb(&mut self, rows: &[ClassRow]) -> Result<(), &'static str> {
        for row in rows {
            let class = Class::new(row.class).ok_or("it has an unknown class")?;
            if row.queued == 0 {
                return Err("it has an empty class");
            }
            self.class_mut(class).absorb(row);
        }
        Ok(())
    }

    pub(crate) fn to_row(&self) -> HostRow {
        HostRow {
            key: self.key.clone(),
            pace: self.pace.clone(),
            classes: self.classes.iter().map(ClassQueue::to_row).collect(),
            totals: self.totals,
        }
    }

    pub(crate) fn hash(&self) -> HostHash {
        self.hash
    }

    /// Whether any URL is not settled.
    pub(crate) fn has_queued(&self) -> bool {
        !self.classes.is_empty()
    }

    /// URLs not settled.
    pub(crate) fn queued(&self) -> u64 {
        self.classes.iter().map(|class| class.queued).sum()
    }

    /// Whether no URL is leased.
    pub(crate) fn is_idle(&self) -> bool {
        self.leased.is_empty()
    }

    /// Where the URL to be leased next is.
    pub(crate) fn best(&self) -> Best {
        let spilled = self.classes.iter().find(|class| class.spilled > 0);
        match (self.buffer.front(), spilled) {
            (Some(front), Some(class)) if front.class <= class.class => Best::Buffered,
            (Some(_), None) => Best::Buffered,
            (_, Some(&ClassQueue { class, read_from, spilled, .. })) => {
                Best::Spilled { class, read_from, spilled }
            }
            (None, None) => Best::None,
        }
    }

    /// Hand-over after whose commit every spilled URL is visible.
    pub(crate) fn spilled_number(&self) -> u64 {
        self.spilled_number
    }

    /// Queues a URL at the end of its class, in the buffer if it belongs to the first
    /// `buffer_urls_max` ones. Hand-over `number` will carry it, in the chunk with the key that is
    /// given back. `seq` must be greater than that of any URL before.
    pub(crate) fn append(
        &mut self,
        class: Class,
        seq: u64,
        record: &RecordBytes,
        buffer_urls_max: usize,
        number: u64,
    ) -> QueueKey {
        let goes = self.make_room(class, buffer_urls_max, number);
        let first = self.class_mut(class).add(seq, goes, number);
        match goes {
            Goes::ToBuffer => {
                let idx = self.buffer.partition_point(|waiting| waiting.class <= class);
                self.buffer.insert(idx, Waiting { class, seq, record: record.clone() });
            }
            Goes::ToDisk => self.spilled_number = number,
        }
        QueueKey { host: self.hash, class, seq: first }
    }

    /// The last class to read from disk together with `class`: all of them, while what is on disk
    /// fits into `urls_max`. A longer queue is read by class, so that nobody walks over the traces
    /// of URLs that left it long ago.
    pub(crate) fn scan_end(&self, class: Class, urls_max: usize) -> Class {
        let spilled: u64 = self.classes.iter().map(|queue| queue.spilled).sum();
        let last = self.classes.last().filter(|_| spilled <= urls_max as u64);
        last.map_or(class, |last| last.class)
    }

    /// Puts URLs read from disk into the buffer, in order; those that it does not miss are left
    /// out: they are leased, or their removal is under way.
    pub(crate) fn refill(&mut self, chunks: Vec<StoredChunk>) {
        for StoredChunk { class, urls } in chunks {
            let ends = urls.first().zip(urls.last()).map(|(first, last)| (first.0, last.0));
            let mut taken = 0;
            for (seq, record) in urls {
                if self.known_class(class).is_some_and(|queue| queue.take(seq)) {
                    taken += 1;
                    self.put_back(Waiting { class, seq, record });
                }
            }
            if let Some((queue, (first, last))) = self.known_class(class).zip(ends) {
                queue.hold(first, last, taken);
            }
        }
    }

    /// Puts a URL into the buffer, behind the others of its class.
    fn put_back(&mut self, url: Waiting) {
        if self.buffer.back().is_none_or(|back| back.class <= url.class) {
            self.buffer.push_back(url);
        } else {
            let idx = self.buffer.partition_point(|waiting| waiting.class <= url.class);
            self.buffer.insert(idx, url);
        }
    }

    /// The URL to be leased next, if it is in the buffer.
    pub(crate) fn front(&self) -> Option<&Waiting> {
        self.buffer.front()
    }

    /// Leases the front of the buffer: the host is busy with it until its fetch ends.
    pub(crate) fn lease_front(&mut self) -> Option<Waiting> {
        let waiting = self.buffer.pop_front()?;
        if self.buffer.is_empty() && self.buffer.capacity() > IDLE_CAPACITY_MAX {
            self.buffer = VecDeque::new();
        }
        let Waiting { class, seq, .. } = waiting;
        self.leased.push(LeasedPlace { class, seq, fetch: Fetch::Going });
        let queue = self.class_mut(class);
        queue.leased_end = queue.leased_end.max(seq + 1);
        self.in_flight += 1;
        self.leases += 1;
        Some(waiting)
    }

    /// The fetch of a leased URL has ended. Tells how it stood; `None` if it is not leased.
    pub(crate) fn end_fetch(&mut self, class: Class, seq: u64) -> Option<Fetch> {
        let idx = self.leased_idx(class, seq)?;
        let before = std::mem::replace(&mut self.leased[idx].fetch, Fetch::Ended);
        if before == Fetch::Going {
            self.in_flight -= 1;
        }
        Some(before)
    }

    /// Removes a leased URL for good. Gives the key of its chunk if that has ended.
    pub(crate) fn finish(&mut self, class: Class, seq: u64) -> Option<QueueKey> {
        self.end_fetch(class, seq);
        let idx = self.leased_idx(class, seq)?;
        self.leased.swap_remove(idx);
        let queue = self.class_mut(class);
        let ended = queue.settle(seq);
        if queue.queued == 0 {
            self.classes.retain(|queue| queue.class != class);
        }
        ended.map(|first| QueueKey { host: self.hash, class, seq: first })
    }

    /// Puts a leased URL back where it was.
    pub(crate) fn give_back(&mut self, waiting: Waiting) {
        let (class, seq) = (waiting.class, waiting.seq);
        self.end_fetch(class, seq);
        let Some(idx) = self.leased_idx(class, seq) else { return };
        self.leased.swap_remove(idx);
        let idx = self.buffer.partition_point(|other| (other.class, other.seq) < (class, seq));
        self.buffer.insert(idx, waiting);
    }

    /// Whether a new URL of `class` belongs into the buffer. Drops worse ones from its end, which
    /// are on disk anyway.
    fn make_room(&mut self, class: Class, buffer_urls_max: usize, number: u64) -> Goes {
        // Behind spilled URLs of its own or a better class it would be fetched before them.
        if self.classes.iter().any(|queue| queue.class <= class && queue.spilled > 0) {
            return Goes::ToDisk;
        }
        while self.buffer.len() >= buffer_urls_max {
            let Some(back) = self.buffer.back().filter(|back| back.class > class) else {
                return Goes::ToDisk;
            };
            let (worse, seq) = (back.class, back.seq);
            let queue = self.class_mut(worse);
            // One that was given back must stay: the cursor would go back over places whose
            // removal is not yet on disk.
            if seq < queue.leased_end {
                return Goes::ToBuffer;
            }
            queue.spill_last(seq);
            self.spilled_number = number;
            self.buffer.pop_back();
        }
        Goes::ToBuffer
    }

    fn class_mut(&mut self, class: Class) -> &mut ClassQueue {
        let idx = self.classes.partition_point(|queue| queue.class < class);
        if self.classes.get(idx).is_none_or(|queue| queue.class != class) {
            self.classes.insert(idx, ClassQueue::new(class));
        }
        &mut self.classes[idx]
    }

    fn known_class(&mut self, class: Class) -> Option<&mut ClassQueue> {
        self.classes.iter_mut().find(|queue| queue.class == class)
    }

    fn leased_idx(&self, class: Class, seq: u64) -> Option<usize> {
        self.leased.iter().position(|place| place.class == class && place.seq == seq)
    }
}
