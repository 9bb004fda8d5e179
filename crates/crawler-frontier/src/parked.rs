//! Which hosts on disk are due next.

use crate::due_row::DueKey;
use crate::hash::KeyMap;
use crawler_politeness::UnixMillis;
use crawler_url::{HostHash, Slot};
use std::collections::VecDeque;

/// How far one shard has looked through its slots of the due index.
///
/// Everything before a slot's cursor belongs to hosts that are in memory. A row that a commit
/// brings before the cursor takes it back there.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    slots: Vec<SlotCursor>,
    first_slot: u16,
    /// The slot that is looked at next.
    turn: usize,
    /// The earliest of the slots' next times.
    earliest: Option<UnixMillis>,
    /// Rows on their way to disk, by the number of their hand-over.
    coming: VecDeque<(u64, DueKey)>,
    /// Hosts that must not come into memory before this hand-over is committed: what the disk says
    /// of them is out of date.
    away_until: KeyMap<HostHash, u64>,
}

#[derive(Clone, Copy, Debug)]
struct SlotCursor {
    /// Look from this time and host on.
    from: (UnixMillis, HostHash),
    /// Time of the first row there; none, if there is no row. It may be earlier than that.
    next: Option<UnixMillis>,
}

impl Parked {
    /// For consecutive slots; those marked may have rows.
    pub(crate) fn new(slots: &[(Slot, bool)]) -> Self {
        let cursor = |&(_, has_rows): &(Slot, bool)| SlotCursor {
            from: (UnixMillis(0), HostHash(0)),
            next: has_rows.then_some(UnixMillis(0)),
        };
        let mut parked = Self {
            slots: slots.iter().map(cursor).collect(),
            first_slot: slots.first().map_or(0, |(slot, _)| slot.get()),
            ..Self::default()
        };
        parked.find_earliest();
        parked
    }

    /// Whether no host is on disk only: what is not in memory has no queue.
    pub(crate) fn is_empty(&self) -> bool {
        self.earliest.is_none() && self.coming.is_empty()
    }

    /// Whether rows are on their way to disk.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.coming.is_empty()
    }

    /// No host on disk is due before; it may be later. None waits without a time.
    pub(crate) fn next_at(&self) -> Option<UnixMillis> {
        self.earliest
    }

    /// The next slot, in turn, with a row that may be due at `now`, and where to look there.
    pub(crate) fn next_slot(&mut self, now: UnixMillis) -> Option<(Slot, (UnixMillis, HostHash))> {
        if self.earliest.is_none_or(|at| at > now) {
            return None;
        }
        let count = self.slots.len();
        for step in 0..count {
            let idx = (self.turn + step) % count;
            let cursor = self.slots[idx];
            if cursor.next.is_some_and(|at| at <= now) {
                self.turn = (idx + 1) % count;
                return Some((Slot::new(self.first_slot + idx as u16)?, cursor.from));
            }
        }
        None
    }

    /// The slot was looked through up to `from`; the next row there, if any, is at `next`.
    pub(crate) fn looked(
        &mut self,
        slot: Slot,
        from: (UnixMillis, HostHash),
        next: Option<UnixMillis>,
    ) {
        if let Some(cursor) = self.cursor(slot) {
            *cursor = SlotCursor { from, next };
        }
        self.find_earliest();
    }

    /// A row goes out with hand-over `number`, and its host's state with it.
    pub(crate) fn leave(&mut self, number: u64, row: DueKey) {
        self.coming.push_back((number, row));
        self.keep_away(row.host, number);
    }

    /// What the disk says of `host` is out of date until `number` is committed.
    pub(crate) fn keep_away(&mut self, host: HostHash, number: u64) {
        self.away_until.insert(host, number);
    }

    /// The row of a host that must not come in yet: it is looked at again.
    pub(crate) fn come_back(&mut self, row: DueKey) {
        if let Some(&number) = self.away_until.get(&row.host) {
            let place = self.coming.partition_point(|(other, _)| *other <= number);
            self.coming.insert(place, (number, row));
        }
    }

    /// Whether what the disk says of `host` is out of date.
    pub(crate) fn is_away(&self, host: HostHash) -> bool {
        self.away_until.contains_key(&host)
    }

    /// The hand-overs up to `number` are on disk.
    pub(crate) fn committed(&mut self, number: u64) {
        let mut is_earlier = false;
        while self.coming.front().is_some_and(|(coming, _)| *coming <= number) {
            let Some((_, row)) = self.coming.pop_front() else { break };
            let Some(cursor) = self.cursor(row.slot) else { continue };
            cursor.from = cursor.from.min((row.at, row.host));
            cursor.next = Some(cursor.next.map_or(row.at, |at| at.min(row.at)));
            is_earlier = true;
        }
        if is_earlier {
            self.find_earliest();
        }
        if !self.away_until.is_empty() {
            self.away_until.retain(|_, until| *until > number);
        }
    }

    fn cursor(&mut self, slot: Slot) -> Option<&mut SlotCursor> {
        self.slots.get_mut(usize::from(slot.get().checked_sub(self.first_slot)?))
    }

    fn find_earliest(&mut self) {
        self.earliest = self.slots.iter().filter_map(|cursor| cursor.next).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(number: u16) -> Slot {
        Slot::new(number).unwrap()
    }

    fn row(slot: u64, at: u64) -> DueKey {
        DueKey::new(HostHash(slot << 54), UnixMillis(at))
    }

    #[test]
    fn slots_take_turns_while_they_have_due_rows() {
        let mut parked = Parked::new(&[(slot(4), true), (slot(5), false), (slot(6), true)]);
        let now = UnixMillis(10);
        assert_eq!(parked.next_slot(now).unwrap().0, slot(4));
        assert_eq!(parked.next_slot(now).unwrap().0, slot(6));
        let here = (UnixMillis(3), HostHash(1));
        parked.looked(slot(4), here, Some(UnixMillis(11)));
        parked.looked(slot(6), here, None);
        assert_eq!((parked.next_slot(now), parked.next_at()), (None, Some(UnixMillis(11))));
        assert_eq!(parked.next_slot(UnixMillis(11)), Some((slot(4), here)));
        assert!(!parked.is_empty());
    }

    #[test]
    fn a_commit_takes_the_cursor_back() {
        let mut parked = Parked::new(&[(slot(0), false), (slot(1), false)]);
        assert!(parked.is_empty());
        parked.leave(2, row(1, 50));
        parked.leave(3, row(1, 40));
        parked.looked(slot(1), (UnixMillis(60), HostHash(0)), None);
        assert!(parked.is_away(row(1, 0).host) && parked.is_waiting() && !parked.is_empty());
        parked.committed(2);
        assert!(parked.is_away(row(1, 0).host), "the newer one is still under way");
        assert_eq!(parked.next_at(), Some(UnixMillis(50)));
        parked.committed(3);
        assert!(!parked.is_away(row(1, 0).host) && !parked.is_waiting());
        let found = parked.next_slot(UnixMillis(99)).unwrap();
        assert_eq!(found, (slot(1), (UnixMillis(40), row(1, 0).host)));
    }

    #[test]
    fn a_row_met_too_early_is_met_again() {
        let mut parked = Parked::new(&[(slot(0), true)]);
        parked.keep_away(row(0, 0).host, 7);
        parked.come_back(row(0, 5));
        parked.looked(slot(0), (UnixMillis(9), HostHash(0)), None);
        parked.committed(7);
        assert_eq!(parked.next_at(), Some(UnixMillis(5)));
    }
}
