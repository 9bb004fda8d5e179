//! Which host is due next.

use crawler_politeness::UnixMillis;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Whose turn it is among hosts whose time has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Before all others.
    First,
    /// The one that has been due longest.
    #[default]
    Usual,
    /// After all others.
    Last,
}

/// Hosts that may be leased from now or later, by index.
///
/// A host whose time has come waits in a line that is served first come, first served, so that
/// hosts without a crawl delay take turns (one line for each [`Turn`]); the others wait in a heap
/// by time. Both are cleaned
/// lazily: an entry counts only while its ticket is the host's newest.
#[derive(Debug, Default)]
pub(crate) struct DueQueue {
    lines: [VecDeque<Ticket>; 3],
    later: BinaryHeap<Reverse<(UnixMillis, u64, u32)>>,
    places: Vec<Place>,
    ticket_next: u64,
    ready: usize,
    snoozed: usize,
    /// The latest time anybody asked with.
    now: UnixMillis,
}

#[derive(Clone, Copy, Debug)]
struct Ticket {
    number: u64,
    host: u32,
}

/// Where a host stands; the number is that of its valid ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Out,
    Ready(u64, Turn),
    Snoozed(u64, UnixMillis, Turn),
}

impl Place {
    /// Whether the ticket is the host's newest, in the line.
    fn is_ready(self, ticket: Ticket) -> bool {
        matches!(self, Self::Ready(number, _) if number == ticket.number)
    }

    /// Whether the ticket is the host's newest, for later.
    fn is_snoozed(self, ticket: u64) -> bool {
        matches!(self, Self::Snoozed(number, ..) if number == ticket)
    }
}

/// Stale entries tolerated beside as many valid ones.
const STALE_MIN: usize = 64;

impl DueQueue {
    /// Lets `host` be leased from `at` on, instead of what was planned for it before.
    pub(crate) fn schedule(&mut self, host: u32, at: UnixMillis, turn: Turn) {
        match self.place(host) {
            Place::Ready(_, before) if at <= self.now && before == turn => return,
            Place::Snoozed(_, planned, before) if planned == at && before == turn => return,
            _ => self.remove(host),
        }
        let number = self.ticket_next;
        self.ticket_next += 1;
        if at <= self.now {
            self.enter_line(host, number, turn);
        } else {
            self.later.push(Reverse((at, number, host)));
            self.put(host, Place::Snoozed(number, at, turn));
            self.snoozed += 1;
        }
        self.drop_stale();
    }

    /// Takes `host` out: it has no work or no capacity.
    pub(crate) fn remove(&mut self, host: u32) {
        match self.place(host) {
            Place::Out => return,
            Place::Ready(..) => self.ready -= 1,
            Place::Snoozed(..) => self.snoozed -= 1,
        }
        self.put(host, Place::Out);
    }

    /// Takes out the host that has been due longest.
    pub(crate) fn pop(&mut self, now: UnixMillis) -> Option<u32> {
        self.now = self.now.max(now);
        self.wake();
        if self.ready == 0 {
            return None;
        }
        for line in 0..self.lines.len() {
            while let Some(ticket) = self.lines[line].pop_front() {
                if self.place(ticket.host).is_ready(ticket) {
                    self.remove(ticket.host);
                    return Some(ticket.host);
                }
            }
        }
        None
    }

    /// When the next host is due, if any is waiting.
    pub(crate) fn next_at(&mut self) -> Option<UnixMillis> {
        if self.ready > 0 {
            return Some(self.now);
        }
        while let Some(&Reverse((at, number, host))) = self.later.peek() {
            if self.place(host).is_snoozed(number) {
                return Some(at);
            }
            self.later.pop();
        }
        None
    }

    /// Hosts that were due at the latest [`DueQueue::pop`].
    pub(crate) fn ready(&self) -> usize {
        self.ready
    }

    /// Hosts whose time had not come then.
    pub(crate) fn snoozed(&self) -> usize {
        self.snoozed
    }

    /// Moves the hosts whose time has come into the line, in the order of their times.
    fn wake(&mut self) {
        while let Some(&Reverse((at, number, host))) = self.later.peek() {
            if at > self.now {
                return;
            }
            self.later.pop();
            if let Place::Snoozed(valid, _, turn) = self.place(host)
                && valid == number
            {
                self.snoozed -= 1;
                self.enter_line(host, number, turn);
            }
        }
    }

    fn enter_line(&mut self, host: u32, number: u64, turn: Turn) {
        self.lines[turn as usize].push_back(Ticket { number, host });
        self.put(host, Place::Ready(number, turn));
        self.ready += 1;
    }

    /// Keeps the stale entries fewer than the valid ones, so that replanning cannot pile them up.
    fn drop_stale(&mut self) {
        let places = &self.places;
        let place = |host: u32| places.get(host as usize).copied().unwrap_or_default();
        if self.later.len() > 2 * self.snoozed + STALE_MIN {
            self.later.retain(|&Reverse((_, number, host))| place(host).is_snoozed(number));
        }
        for line in &mut self.lines {
            if line.len() > 2 * self.ready + STALE_MIN {
                line.retain(|ticket| place(ticket.host).is_ready(*ticket));
            }
        }
    }

    fn place(&self, host: u32) -> Place {
        self.places.get(host as usize).copied().unwrap_or_default()
    }

    fn put(&mut self, host: u32, place: Place) {
        let idx = host as usize;
        if idx >= self.places.len() {
            self.places.resize(idx + 1, Place::Out);
        }
        self.places[idx] = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> UnixMillis {
        UnixMillis(millis)
    }

    #[test]
    fn equal_times_take_turns() {
        let mut due = DueQueue::default();
        (0..3).for_each(|host| due.schedule(host, at(0), Turn::Usual));
        let mut order = Vec::new();
        for _ in 0..9 {
            let host = due.pop(at(0)).unwrap();
            order.push(host);
            due.schedule(host, at(0), Turn::Usual);
        }
        assert_eq!(order, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn the_earliest_wakes_first() {
        let mut due = DueQueue::default();
        for (host, time) in [(0, 30), (1, 10), (2, 20), (3, 10)] {
            due.schedule(host, at(time), Turn::Usual);
        }
        assert_eq!(due.pop(at(5)), None);
        assert_eq!((due.next_at(), due.ready(), due.snoozed()), (Some(at(10)), 0, 4));
        let woken: Vec<_> = std::iter::from_fn(|| due.pop(at(20))).collect();
        assert_eq!(woken, [1, 3, 2]);
        assert_eq!((due.next_at(), due.snoozed()), (Some(at(30)), 1));
    }

    #[test]
    fn the_newest_plan_counts() {
        let mut due = DueQueue::default();
        due.schedule(0, at(10), Turn::Usual);
        due.schedule(0, at(50), Turn::Usual);
        assert_eq!(due.pop(at(10)), None, "put off");
        due.schedule(0, at(20), Turn::Usual);
        assert_eq!(due.next_at(), Some(at(20)), "brought forward");
        assert_eq!(due.pop(at(20)), Some(0));
        assert_eq!(due.pop(at(90)), None, "stale plans are not served");
        due.schedule(0, at(0), Turn::Usual);
        due.schedule(0, at(95), Turn::Usual);
        assert_eq!(due.pop(at(90)), None, "a host in the line can be put off");
        due.remove(0);
        assert_eq!(
            (due.pop(at(99)), due.next_at(), due.ready(), due.snoozed()),
            (None, None, 0, 0)
        );
    }

    #[test]
    fn replanning_leaves_no_pile_of_stale_entries() {
        let mut due = DueQueue::default();
        for time in 1..10_000 {
            due.schedule(0, at(time), Turn::Usual);
            due.schedule(1, at(0), Turn::Usual);
            due.remove(1);
        }
        assert!(due.later.len() + due.lines[1].len() <= 2 * (STALE_MIN + 3), "{}", due.later.len());
        assert_eq!(due.snoozed(), 1);
    }

    #[test]
    fn turns_come_before_times() {
        let mut due = DueQueue::default();
        let turns = [Turn::Last, Turn::Usual, Turn::First, Turn::Usual, Turn::First];
        for (host, turn) in (0..).zip(turns) {
            due.schedule(host, at(u64::from(host)), turn);
        }
        due.schedule(5, at(99), Turn::First);
        let order: Vec<_> = std::iter::from_fn(|| due.pop(at(10))).collect();
        assert_eq!(order, [2, 4, 1, 3, 0], "whose time has not come has no turn");
        assert_eq!(due.pop(at(99)), Some(5));
        due.schedule(0, at(0), Turn::Usual);
        due.schedule(1, at(0), Turn::Usual);
        due.schedule(1, at(0), Turn::First);
        assert_eq!((due.pop(at(99)), due.pop(at(99)), due.pop(at(99))), (Some(1), Some(0), None));
    }
}
