//! How many requests go at once, and how close together, to what several hosts share.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::{DashMap, Entry};

use crate::UnixMillis;

/// Limits per key, such as an IP address or a registrable domain, shared by all shards.
///
/// A request is one atomic step: reserve, fetch, and the permit's drop settles.
///
/// Memory is bounded by the keys in use: idle ones are swept after as many reservations as there
/// were keys left by the sweep before, and at least 4 096.
#[derive(Debug)]
pub struct StartLimits<K: Copy + Eq + Hash> {
    concurrency_max: u16,
    interval: Duration,
    pub(crate) servers: DashMap<K, Server>,
    reserves_to_sweep: AtomicUsize,
}

/// Fewest reservations between two automatic sweeps.
pub(crate) const SWEEP_RESERVES_MIN: usize = 4_096;

/// When to try again while all permits of a key are out and the interval says nothing: their
/// return cannot be foretold.
const BUSY_RETRY: Duration = Duration::from_millis(50);

/// Longest wait for a turn beyond the first possible start: those refused may have given up.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

/// A start further ahead than this, beyond the interval, means that the clock was set back.
const CLOCK_STEP_MIN: Duration = Duration::from_secs(60);

impl<K: Copy + Eq + Hash> StartLimits<K> {
    /// At most `concurrency_max` requests at once (0 counts as 1) and at least `interval` from one
    /// start to the next, for each key.
    #[must_use]
    pub fn new(concurrency_max: u16, interval: Duration) -> Self {
        Self {
            concurrency_max: concurrency_max.max(1),
            interval,
            servers: DashMap::new(),
            reserves_to_sweep: AtomicUsize::new(SWEEP_RESERVES_MIN),
        }
    }

    /// Takes the right to send one request to `key` now.
    ///
    /// # Errors
    /// The time to try again, later than `now`. A refusal takes nothing, so it may be repeated at
    /// will; trying earlier is useless unless a permit has come back meanwhile.
    pub fn reserve(
        self: &Arc<Self>,
        key: K,
        now: UnixMillis,
    ) -> Result<StartPermit<K>, UnixMillis> {
        let turn = self.start(key, now)?;
        self.count_reserve(now);
        Ok(StartPermit { limits: Arc::clone(self), key, turn })
    }

    /// Forgets the keys that have no request in flight and may be asked again at `now`.
    pub fn sweep(&self, now: UnixMillis) {
        self.servers.retain(|_, server| !server.is_idle(now));
        let n_left = self.servers.len();
        self.reserves_to_sweep.store(n_left.max(SWEEP_RESERVES_MIN), Ordering::Relaxed);
    }

    /// Keys remembered: in use, or idle and not yet swept.
    #[must_use]
    pub fn known(&self) -> usize {
        self.servers.len()
    }

    /// The map's lock on the entry is held throughout, which makes judging and taking one step.
    fn start(&self, key: K, now: UnixMillis) -> Result<Turn, UnixMillis> {
        let next_start_at = now + self.interval;
        let mut turn = Turn { before: now, after: next_start_at };
        match self.servers.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Server { in_flight: 1, next_start_at, refused: 0 });
            }
            Entry::Occupied(mut entry) => {
                let server = entry.get_mut();
                if server.next_start_at > next_start_at + CLOCK_STEP_MIN {
                    server.next_start_at = next_start_at;
                }
                if server.in_flight >= self.concurrency_max {
                    let free_at = server.next_start_at.max(now + BUSY_RETRY);
                    let step = BUSY_RETRY / u32::from(self.concurrency_max);
                    return Err(server.turn(free_at, self.interval.max(step)));
                }
                if server.next_start_at > now {
                    return Err(server.turn(server.next_start_at, self.interval));
                }
                turn.before = server.next_start_at;
                let refused = server.refused.saturating_sub(1);
                *server = Server { in_flight: server.in_flight + 1, next_start_at, refused };
            }
        }
        Ok(turn)
    }

    /// Called with no entry locked, since a sweep locks them all in turn.
    fn count_reserve(&self, now: UnixMillis) {
        let left = self.reserves_to_sweep.fetch_sub(1, Ordering::Relaxed);
        // Exactly one thread takes the last one. The counter wraps if a peer passes it before the
        // sweep resets it; it is then merely large for the length of the sweep.
        if left == 1 {
            self.sweep(now);
        }
    }

    /// Undoes a start, unless there was another one since.
    fn undo(&self, key: K, turn: Turn) {
        if let Some(mut server) = self.servers.get_mut(&key)
            && server.next_start_at == turn.after
        {
            server.next_start_at = turn.before;
        }
    }

    fn settle(&self, key: K) {
        if let Some(mut server) = self.servers.get_mut(&key) {
            server.in_flight = server.in_flight.saturating_sub(1);
        }
    }
}

/// The right to one request; give it back by dropping it when the request has ended.
#[derive(Debug)]
#[must_use = "dropping the permit ends the reservation"]
pub struct StartPermit<K: Copy + Eq + Hash> {
    limits: Arc<StartLimits<K>>,
    key: K,
    turn: Turn,
}

/// The next start before and after one was granted.
#[derive(Clone, Copy, Debug)]
struct Turn {
    before: UnixMillis,
    after: UnixMillis,
}

impl<K: Copy + Eq + Hash> StartPermit<K> {
    /// Gives it back unused: nothing was sent, so that the next need not wait for it.
    pub fn cancel(self) {
        self.limits.undo(self.key, self.turn);
    }
}

impl<K: Copy + Eq + Hash> Drop for StartPermit<K> {
    fn drop(&mut self) {
        self.limits.settle(self.key);
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    in_flight: u16,
    pub(crate) next_start_at: UnixMillis,
    /// Refusals not yet followed by a start: about how many wait for their turn.
    refused: u32,
}

impl Server {
    /// One that nobody asks, and that must not be asked before `next_start_at`.
    pub(crate) fn waiting(next_start_at: UnixMillis) -> Self {
        Self { in_flight: 0, next_start_at, refused: 0 }
    }

    /// When one more refused caller should come back: later by one `step` for each that was refused
    /// before, so that a thousand hosts on one address do not all come back at once.
    fn turn(&mut self, first: UnixMillis, step: Duration) -> UnixMillis {
        let wait = step.saturating_mul(self.refused).min(TURN_WAIT_MAX);
        self.refused = self.refused.saturating_add(1);
        first + wait
    }

    fn is_idle(&self, now: UnixMillis) -> bool {
        self.in_flight == 0 && self.next_start_at <= now
    }
}
