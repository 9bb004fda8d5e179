//! How many requests go at once, and how close together, to what several hosts share.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;

use crate::UnixMillis;
use crate::line::{Line, Place};

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

/// The first in line tries again at least this often while all permits of a key are out: their
/// return cannot be foretold.
const BUSY_RETRY: Duration = Duration::from_millis(50);

/// Longest wait for a turn beyond the first possible start: those ahead may have given up. Who has
/// to wait longer asks again some time in the second half of it.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

/// Shortest time in which a line moves on by one: the clock's grain.
const TURN_MIN: Duration = Duration::from_millis(1);

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

    /// Takes the right to send one request to `key` now. Who was refused before shows the place it
    /// was given, so that many that share a key are served in the order in which they first came.
    ///
    /// # Errors
    /// A place in the line, with the time to try again, later than `now`. A refusal takes nothing,
    /// so it may be repeated at will; who stays away is not waited for.
    pub fn reserve(
        self: &Arc<Self>,
        key: K,
        now: UnixMillis,
        place: Option<Place<K>>,
    ) -> Result<StartPermit<K>, Place<K>> {
        let turn = self.start(key, now, place)?;
        self.count_reserve(now);
        Ok(StartPermit { limits: Arc::clone(self), key, turn })
    }

    /// Forgets the keys that have no request in flight and may be asked again at `now`.
    pub fn sweep(&self, now: UnixMillis) {
        self.servers.retain(|_, server| !self.is_idle(server, now));
        let n_left = self.servers.len();
        self.reserves_to_sweep.store(n_left.max(SWEEP_RESERVES_MIN), Ordering::Relaxed);
    }

    /// Keys remembered: in use, or idle and not yet swept.
    #[must_use]
    pub fn known(&self) -> usize {
        self.servers.len()
    }

    /// The map's lock on the entry is held throughout, which makes judging and taking one step.
    fn start(&self, key: K, now: UnixMillis, place: Option<Place<K>>) -> Result<Turn, Place<K>> {
        let after = now + self.interval;
        let mut entry = self.servers.entry(key).or_insert_with(|| Server::waiting(now));
        let server = entry.value_mut();
        if server.next_start_at > after + CLOCK_STEP_MIN {
            server.next_start_at = after;
        }
        let is_full = server.in_flight >= self.concurrency_max;
        if is_full {
            // Nobody could have started before now: nobody's turn has passed.
            server.next_start_at = server.next_start_at.max(now);
        }
        let shown = place.filter(|place| place.key == key).map(|place| place.number);
        let number = server.line.number(shown);
        let before = server.next_start_at;
        if is_full || before + self.patience(server.line.ahead(number)) > now {
            let turn_at = self.turn_at(server, number, now, is_full);
            return Err(Place { key, number, turn_at });
        }
        if shown.is_some() {
            let gap = now.saturating_sub(server.started_at).min(TURN_WAIT_MAX);
            server.gap = (server.gap * 3 + gap) / 4;
        }
        server.started_at = now;
        server.line.serve(number);
        server.in_flight += 1;
        server.next_start_at = after;
        Ok(Turn { number, before, after })
    }

    /// When this number should come back: later by one start for each that is before it, so that
    /// a thousand hosts on one address do not all come back at once.
    fn turn_at(&self, server: &Server, number: u64, now: UnixMillis, is_full: bool) -> UnixMillis {
        let step = self.interval.max(TURN_MIN);
        let (first, wait) = if is_full {
            let step = step.max(server.gap / 4 * 3);
            let pause = (step / 2).clamp(TURN_MIN, BUSY_RETRY);
            (now + pause, times(step, server.line.ahead(number)))
        } else {
            (now + TURN_MIN, times(step, server.line.starts_until(number)))
        };
        let first = first.max(server.next_start_at);
        if wait <= TURN_WAIT_MAX {
            return first + wait;
        }
        let half = TURN_WAIT_MAX / 2;
        first + half + Duration::from_millis(number % half.as_millis() as u64)
    }

    /// How long those ahead are waited for: each must have had the time to ask again.
    fn patience(&self, ahead: u64) -> Duration {
        match ahead {
            0 => Duration::ZERO,
            _ => times(self.interval.max(TURN_MIN), ahead).max(BUSY_RETRY),
        }
    }

    /// Whether a newcomer would be served at once, so that nothing is lost with what is known.
    fn is_idle(&self, server: &Server, now: UnixMillis) -> bool {
        server.in_flight == 0 && server.next_start_at + self.patience(server.line.len()) <= now
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

/// Who was granted a start, and the next start before and after.
#[derive(Clone, Copy, Debug)]
struct Turn {
    number: u64,
    before: UnixMillis,
    after: UnixMillis,
}

impl<K: Copy + Eq + Hash> StartPermit<K> {
    /// Gives it back unused, for its place in the line: nothing was sent, so that the next need not
    /// wait for it.
    #[must_use = "without its place it joins the line at the end"]
    pub fn cancel(self) -> Place<K> {
        self.limits.undo(self.key, self.turn);
        Place { key: self.key, number: self.turn.number, turn_at: self.turn.before }
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
    line: Line,
    started_at: UnixMillis,
    /// Usual time from one start to the next while there is a line.
    gap: Duration,
}

impl Server {
    /// One that nobody asks, and that must not be asked before `next_start_at`.
    pub(crate) fn waiting(next_start_at: UnixMillis) -> Self {
        Self {
            in_flight: 0,
            next_start_at,
            line: Line::default(),
            started_at: UnixMillis(0),
            gap: BUSY_RETRY,
        }
    }
}

fn times(step: Duration, n: u64) -> Duration {
    step.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX))
}
