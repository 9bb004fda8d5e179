//! One host's queue as its shard holds it: no I/O, no clock.

use crate::class::Class;
use crate::host_row::{ClassRow, HostRow, HostTotals};
use crate::key::QueueKey;
use crate::record::RecordBytes;
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

#[derive(Clone, Copy, Debug)]
struct ClassQueue {
    class: Class,
    /// URLs not settled: leased, in the buffer or spilled.
    queued: u64,
    /// URLs on disk only. None of them stands before `cursor`, and nothing else after it.
    spilled: u64,
    cursor: u64,
    /// One past the last place leased in this run.
    leased_end: u64,
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
    /// On disk: in `class`, not before `cursor`, one of `spilled`.
    Spilled { class: Class, cursor: u64, spilled: u64 },
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
        for &ClassRow { class, head, queued } in rows {
            let class = Class::new(class).ok_or("it has an unknown class")?;
            if queued == 0 {
                return Err("it has an empty class");
            }
            let queue = self.class_mut(class);
            queue.cursor = if queue.spilled == 0 { head } else { queue.cursor.min(head) };
            queue.spilled += queued;
            queue.queued += queued;
        }
        Ok(())
    }

    pub(crate) fn to_row(&self) -> HostRow {
        HostRow {
            key: self.key.clone(),
            pace: self.pace.clone(),
            classes: self.classes.iter().map(|class| self.class_row(class)).collect(),
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
            (_, Some(&ClassQueue { class, cursor, spilled, .. })) => {
                Best::Spilled { class, cursor, spilled }
            }
            (None, None) => Best::None,
        }
    }

    /// Hand-over after whose commit every spilled URL is visible.
    pub(crate) fn spilled_number(&self) -> u64 {
        self.spilled_number
    }

    /// Queues a URL at the end of its class, in the buffer if it belongs to the first
    /// `buffer_urls_max` ones. Hand-over `number` will carry it. `seq` must be greater than that of
    /// any URL before.
    pub(crate) fn append(
        &mut self,
        class: Class,
        seq: u64,
        record: RecordBytes,
        buffer_urls_max: usize,
        number: u64,
    ) -> QueueKey {
        self.class_mut(class).queued += 1;
        if self.make_room(class, buffer_urls_max, number) {
            let idx = self.buffer.partition_point(|waiting| waiting.class <= class);
            self.buffer.insert(idx, Waiting { class, seq, record });
        } else {
            self.spill(class, seq, number);
        }
        QueueKey { host: self.hash, class, seq }
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
    pub(crate) fn refill(&mut self, urls: Vec<Waiting>) {
        for url in urls {
            let (class, seq) = (url.class, url.seq);
            let Some(queue) = self.classes.iter_mut().find(|queue| queue.class == class) else {
                continue;
            };
            if queue.spilled == 0 || seq < queue.cursor {
                continue;
            }
            queue.cursor = seq + 1;
            queue.spilled -= 1;
            if self.buffer.back().is_none_or(|back| back.class <= class) {
                self.buffer.push_back(url);
            } else {
                let idx = self.buffer.partition_point(|waiting| waiting.class <= class);
                self.buffer.insert(idx, url);
            }
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

    /// Removes a leased URL for good.
    pub(crate) fn finish(&mut self, class: Class, seq: u64) {
        self.end_fetch(class, seq);
        let Some(idx) = self.leased_idx(class, seq) else { return };
        self.leased.swap_remove(idx);
        let queue = self.class_mut(class);
        queue.queued -= 1;
        if queue.queued == 0 {
            self.classes.retain(|queue| queue.class != class);
        }
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
    fn make_room(&mut self, class: Class, buffer_urls_max: usize, number: u64) -> bool {
        // Behind spilled URLs of its own or a better class it would be fetched before them.
        if self.classes.iter().any(|queue| queue.class <= class && queue.spilled > 0) {
            return false;
        }
        while self.buffer.len() >= buffer_urls_max {
            let Some(back) = self.buffer.back().filter(|back| back.class > class) else {
                return false;
            };
            let (worse, seq) = (back.class, back.seq);
            // One that was given back must stay: the cursor would go back over places whose
            // removal is not yet on disk.
            if seq < self.class_mut(worse).leased_end {
                return true;
            }
            self.buffer.pop_back();
            self.spill(worse, seq, number);
        }
        true
    }

    /// Counts a URL as standing on disk only. It is the class's last one, or the last of those in
    /// the buffer.
    fn spill(&mut self, class: Class, seq: u64, number: u64) {
        self.spilled_number = number;
        let queue = self.class_mut(class);
        queue.cursor = if queue.spilled == 0 { seq } else { queue.cursor.min(seq) };
        queue.spilled += 1;
    }

    fn class_row(&self, queue: &ClassQueue) -> ClassRow {
        let class = queue.class;
        let leased = self.leased.iter().filter(|place| place.class == class).map(|place| place.seq);
        let first = self.buffer.partition_point(|waiting| waiting.class < class);
        let buffered = self.buffer.get(first).filter(|waiting| waiting.class == class);
        let spilled = (queue.spilled > 0).then_some(queue.cursor);
        let head = leased.chain(buffered.map(|waiting| waiting.seq)).chain(spilled).min();
        ClassRow { class: class.number(), head: head.unwrap_or(0), queued: queue.queued }
    }

    fn class_mut(&mut self, class: Class) -> &mut ClassQueue {
        let idx = self.classes.partition_point(|queue| queue.class < class);
        if self.classes.get(idx).is_none_or(|queue| queue.class != class) {
            let new = ClassQueue { class, queued: 0, spilled: 0, cursor: 0, leased_end: 0 };
            self.classes.insert(idx, new);
        }
        &mut self.classes[idx]
    }

    fn leased_idx(&self, class: Class, seq: u64) -> Option<usize> {
        self.leased.iter().position(|place| place.class == class && place.seq == seq)
    }
}
