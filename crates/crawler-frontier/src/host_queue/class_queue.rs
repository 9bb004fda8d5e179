//! The URLs of one class of a host.

use crate::chunk::CHUNK_URLS_MAX;
use crate::class::Class;
use crate::host_row::ClassRow;
use std::collections::VecDeque;

/// Where the class's URLs stand: leased, in the buffer, or on disk only ("spilled"); and the
/// chunks they stand in.
#[derive(Debug)]
pub(super) struct ClassQueue {
    pub(super) class: Class,
    /// URLs not settled: leased, in the buffer or spilled.
    pub(super) queued: u64,
    /// URLs on disk only. None of them stands before `cursor`, and nothing else after it.
    pub(super) spilled: u64,
    pub(super) cursor: u64,
    /// First place of the chunk that `cursor` stands in, or of none before it: a read begins here.
    pub(super) read_from: u64,
    /// One past the last place leased in this run.
    pub(super) leased_end: u64,
    /// Chunks with URLs in memory, in order.
    held: VecDeque<HeldChunk>,
    /// Settled places whose chunk still stands on disk, in order.
    settled: Vec<u64>,
    /// The chunk that the next URL joins.
    open: Option<OpenChunk>,
}

/// A chunk that has URLs in memory. It ends when none of its URLs is left to be settled.
#[derive(Clone, Copy, Debug)]
struct HeldChunk {
    first: u64,
    last: u64,
    /// URLs not settled, in memory or not.
    left: u32,
}

/// A chunk that is not handed over yet.
#[derive(Clone, Copy, Debug)]
struct OpenChunk {
    /// Number of the hand-over that will carry it.
    number: u64,
    first: u64,
    count: u32,
}

/// Where a new URL goes at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    ToBuffer,
    ToDisk,
}

impl ClassQueue {
    pub(super) fn new(class: Class) -> Self {
        Self {
            class,
            queued: 0,
            spilled: 0,
            cursor: 0,
            read_from: 0,
            leased_end: 0,
            held: VecDeque::new(),
            settled: Vec::new(),
            open: None,
        }
    }

    /// Adds what a row tells. All of it stands on disk.
    pub(super) fn absorb(&mut self, row: &ClassRow) {
        let is_first = self.spilled == 0;
        self.cursor = if is_first { row.head } else { self.cursor.min(row.head) };
        self.read_from = self.cursor;
        self.spilled += row.queued;
        self.queued += row.queued;
        self.settled.extend(row.settled.iter().map(|distance| row.head.saturating_add(*distance)));
        self.settled.sort_unstable();
    }

    pub(super) fn to_row(&self) -> ClassRow {
        let spilled = (self.spilled > 0).then_some(self.read_from);
        let in_memory = self.held.front().map(|chunk| chunk.first);
        let head = in_memory.into_iter().chain(spilled).min().unwrap_or(0);
        ClassRow {
            class: self.class.number(),
            head,
            queued: self.queued,
            settled: self.settled.iter().map(|place| place.saturating_sub(head)).collect(),
        }
    }

    /// Takes a new URL in, which hand-over `number` will carry. Gives the first place of its chunk.
    pub(super) fn add(&mut self, seq: u64, goes: Goes, number: u64) -> u64 {
        self.queued += 1;
        let first = self.join(seq, goes, number);
        match self.held.back_mut().filter(|chunk| chunk.first == first) {
            Some(chunk) => {
                chunk.last = seq;
                chunk.left += 1;
            }
            None if goes == Goes::ToBuffer => {
                self.held.push_back(HeldChunk { first, last: seq, left: 1 });
            }
            None => {}
        }
        if goes == Goes::ToDisk {
            self.count_spilled(seq, first);
        }
        first
    }

    fn join(&mut self, seq: u64, goes: Goes, number: u64) -> u64 {
        let held = self.held.back().map(|chunk| chunk.first);
        if let Some(open) = &mut self.open
            && open.number == number
            && open.count < CHUNK_URLS_MAX
            // What is held of a chunk is all of it.
            && (goes == Goes::ToDisk || held == Some(open.first))
        {
            open.count += 1;
            return open.first;
        }
        self.open = Some(OpenChunk { number, first: seq, count: 1 });
        seq
    }

    /// The last URL of the buffer leaves it, and is on disk only.
    pub(super) fn spill_last(&mut self, seq: u64) {
        let Some(&chunk) = self.held.back() else { return };
        if chunk.first == seq {
            self.held.pop_back();
        }
        self.count_spilled(seq, chunk.first);
    }

    fn count_spilled(&mut self, seq: u64, first: u64) {
        if self.spilled == 0 {
            (self.cursor, self.read_from) = (seq, first);
        } else {
            self.cursor = self.cursor.min(seq);
            self.read_from = self.read_from.min(first);
        }
        self.spilled += 1;
    }

    /// Whether the URL at a place that was read from disk belongs into the buffer. It does not if
    /// it is there, is leased, or is settled and its removal is under way. Takes it in then.
    pub(super) fn take(&mut self, seq: u64) -> bool {
        if self.spilled == 0 || seq < self.cursor || self.settled.binary_search(&seq).is_ok() {
            return false;
        }
        self.cursor = seq + 1;
        self.spilled -= 1;
        true
    }

    /// A chunk was read, and `taken` of its URLs are in the buffer now.
    pub(super) fn hold(&mut self, first: u64, last: u64, taken: u32) {
        if taken == 0 {
            return;
        }
        self.read_from = last + 1;
        let idx = self.held.partition_point(|chunk| chunk.first < first);
        if self.held.get(idx).is_none_or(|chunk| chunk.first != first) {
            self.held.insert(idx, HeldChunk { first, last, left: taken });
        }
    }

    /// A leased URL is settled. Gives the first place of its chunk if that has ended.
    pub(super) fn settle(&mut self, seq: u64) -> Option<u64> {
        self.queued -= 1;
        let idx = self.held.partition_point(|chunk| chunk.first <= seq).checked_sub(1)?;
        let chunk = self.held.get_mut(idx)?;
        chunk.left -= 1;
        if chunk.left > 0 {
            let place = self.settled.partition_point(|other| *other < seq);
            self.settled.insert(place, seq);
            return None;
        }
        let HeldChunk { first, last, .. } = *chunk;
        self.held.remove(idx);
        self.settled.retain(|place| *place < first || *place > last);
        self.open.take_if(|open| open.first == first);
        Some(first)
    }
}
