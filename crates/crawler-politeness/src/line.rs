//! The line of those that wait for something they share.

use crate::UnixMillis;

/// Those overdue are told to come back at up to this many different times.
const OVERDUE_TIMES: u64 = 32;

/// Who comes next: each knows its own number, so that nobody need be listed, and whoever asks
/// again keeps its place however often it is refused.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// Number of the next to join.
    next: u64,
    /// Lowest number whose turn has not come. Who is below it missed its turn, or gave up.
    head: u64,
}

/// A place in the line for a key, to be shown when its turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<K> {
    pub(crate) key: K,
    pub(crate) number: u64,
    pub(crate) turn_at: UnixMillis,
}

impl<K> Place<K> {
    /// When to try again; trying earlier is useless, trying later does no harm.
    #[must_use]
    pub fn turn_at(&self) -> UnixMillis {
        self.turn_at
    }
}

impl Line {
    /// The number shown, if it was given out here, or else a new one.
    pub(crate) fn number(&mut self, shown: Option<u64>) -> u64 {
        shown.filter(|number| *number < self.next).unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }

    /// How many are served before this number.
    pub(crate) fn ahead(&self, number: u64) -> u64 {
        number.saturating_sub(self.head)
    }

    /// After how many starts to come back. Those overdue may start at any time, but would get in
    /// each other's way if all came at the first.
    pub(crate) fn starts_until(&self, number: u64) -> u64 {
        match self.head.saturating_sub(number) {
            0 => self.ahead(number),
            overdue => overdue.min(OVERDUE_TIMES) - 1,
        }
    }

    /// This number starts. Those before it that did not come are waited for no longer.
    pub(crate) fn serve(&mut self, number: u64) {
        self.head = self.head.max(number + 1);
    }

    pub(crate) fn len(&self) -> u64 {
        self.next - self.head
    }
}
