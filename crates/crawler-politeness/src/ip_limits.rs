//! How many requests one IP address gets at once, and how close together, over all shards.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::{DashMap, Entry};

use crate::UnixMillis;

/// Limits per IP address, shared by all shards: many hosts may live on one server.
///
/// A request is one atomic step: [`try_reserve`](Self::try_reserve), fetch, and the permit's drop
/// settles. IPv6 addresses count by their /64, which is what one server is given; addresses that
/// carry an IPv4 address (mapped, NAT64) count as that one.
///
/// Memory is bounded by the addresses in use: idle ones are swept after as many reservations as
/// there were addresses left by the sweep before, and at least 4 096.
#[derive(Debug)]
pub struct IpLimits {
    concurrency_max: u16,
    interval: Duration,
    servers: DashMap<ServerKey, Server>,
    reserves_to_sweep: AtomicUsize,
}

/// Fewest reservations between two automatic sweeps.
const SWEEP_RESERVES_MIN: usize = 4_096;

/// When to try again while all permits of an address are out and the interval says nothing: their
/// return cannot be foretold.
const BUSY_RETRY: Duration = Duration::from_millis(50);

/// Longest wait for a turn beyond the first possible start: those refused may have given up.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

/// A start further ahead than this, beyond the interval, means that the clock was set back.
const CLOCK_STEP_MIN: Duration = Duration::from_secs(60);

impl IpLimits {
    /// At most `concurrency_max` requests at once (0 counts as 1) and at least `interval` from one
    /// start to the next, for each address.
    #[must_use]
    pub fn new(concurrency_max: u16, interval: Duration) -> Self {
        Self {
            concurrency_max: concurrency_max.max(1),
            interval,
            servers: DashMap::new(),
            reserves_to_sweep: AtomicUsize::new(SWEEP_RESERVES_MIN),
        }
    }

    /// Takes the right to send one request to `ip` now.
    ///
    /// # Errors
    /// The time to try again, later than `now`. A refusal takes nothing, so it may be repeated at
    /// will; trying earlier is useless unless a permit has come back meanwhile.
    pub fn try_reserve(
        self: &Arc<Self>,
        ip: IpAddr,
        now: UnixMillis,
    ) -> Result<IpPermit, UnixMillis> {
        let key = ServerKey::new(ip);
        self.start(key, now)?;
        self.count_reserve(now);
        Ok(IpPermit { limits: Arc::clone(self), key })
    }

    /// Forgets the addresses that have no request in flight and may be asked again at `now`.
    pub fn sweep(&self, now: UnixMillis) {
        self.servers.retain(|_, server| !server.is_idle(now));
        let n_left = self.servers.len();
        self.reserves_to_sweep.store(n_left.max(SWEEP_RESERVES_MIN), Ordering::Relaxed);
    }

    /// The addresses that must not be asked before a time after `now`, each with its time. An
    /// IPv6 network is told by its first address.
    #[must_use]
    pub fn waiting(&self, now: UnixMillis) -> Vec<(IpAddr, UnixMillis)> {
        let waits = self.servers.iter().filter(|server| server.next_start_at > now);
        waits.map(|server| (server.key().first_address(), server.next_start_at)).collect()
    }

    /// Remembers that an address must not be asked before `next_start_at`, as an earlier process
    /// found.
    pub fn restore(&self, ip: IpAddr, next_start_at: UnixMillis) {
        let server = Server { in_flight: 0, next_start_at, refused: 0 };
        self.servers.insert(ServerKey::new(ip), server);
    }

    /// Addresses remembered: in use, or idle and not yet swept.
    #[must_use]
    pub fn known(&self) -> usize {
        self.servers.len()
    }

    /// The map's lock on the entry is held throughout, which makes judging and taking one step.
    fn start(&self, key: ServerKey, now: UnixMillis) -> Result<(), UnixMillis> {
        let next_start_at = now + self.interval;
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
                let refused = server.refused.saturating_sub(1);
                *server = Server { in_flight: server.in_flight + 1, next_start_at, refused };
            }
        }
        Ok(())
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

    fn settle(&self, key: ServerKey) {
        if let Some(mut server) = self.servers.get_mut(&key) {
            server.in_flight = server.in_flight.saturating_sub(1);
        }
    }
}

/// The right to one request to an address; give it back by dropping it when the request has ended.
#[derive(Debug)]
#[must_use = "dropping the permit ends the reservation"]
pub struct IpPermit {
    limits: Arc<IpLimits>,
    key: ServerKey,
}

impl Drop for IpPermit {
    fn drop(&mut self) {
        self.limits.settle(self.key);
    }
}

#[derive(Debug)]
struct Server {
    in_flight: u16,
    next_start_at: UnixMillis,
    /// Refusals not yet followed by a start: about how many wait for their turn.
    refused: u32,
}

impl Server {
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

/// What counts as one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ServerKey {
    V4(Ipv4Addr),
    /// The upper 64 bits.
    V6Network(u64),
}

impl ServerKey {
    fn new(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => match embedded_v4(ip) {
                Some(ip) => Self::V4(ip),
                None => Self::V6Network((ip.to_bits() >> 64) as u64),
            },
        }
    }

    fn first_address(self) -> IpAddr {
        match self {
            Self::V4(ip) => ip.into(),
            Self::V6Network(upper) => Ipv6Addr::from_bits(u128::from(upper) << 64).into(),
        }
    }
}

/// The IPv4 address behind the well-known NAT64 prefix `64:ff9b::/96` (RFC 6052 section 2.1): on an
/// IPv6-only network the whole IPv4 Internet would otherwise be one /64.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = ip.to_bits();
    (bits >> 32 == 0x0064_ff9b << 64).then(|| Ipv4Addr::from_bits(bits as u32))
}

#[cfg(test)]
mod tests;
