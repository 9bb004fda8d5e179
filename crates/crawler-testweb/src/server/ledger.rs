//! Each host's record of who asked for what and when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;

use crate::oddity::{Gives, RETRY_AFTER_SECS, TARGETS};
use crate::robots::{Access, CRAWL_DELAY_MS, PRIVATE, RobotsRole};
use crate::server::stats::{HostViolations, ServerStats};
use crate::web::{Resource, Web};

/// The records of all hosts.
#[derive(Debug)]
pub(super) struct Ledgers {
    hosts: Box<[Mutex<Ledger>]>,
    connections: AtomicU64,
    refused: AtomicU64,
    /// By status.
    answers: Mutex<[u64; STATUS_END]>,
}

/// One past the largest status that is counted.
const STATUS_END: usize = 600;
/// Shortest gap between requests that counts as the crawl delay: clocks and wires jitter.
const CRAWL_DELAY_MIN: Duration = Duration::from_millis(CRAWL_DELAY_MS * 9 / 10);

#[derive(Debug, Default)]
struct Ledger {
    requests: u64,
    bytes: u64,
    robots_requests: u64,
    distinct: u64,
    repeated: u64,
    in_flight: u32,
    in_flight_max: u32,
    begun_at: Option<Instant>,
    after_robots: bool,
    gap_min: Option<Duration>,
    quiet_until: Option<Instant>,
    violations: HostViolations,
    /// One bit for each page, odd target and private target; allocated at the first request.
    seen: Box<[u64]>,
}

/// Whether something happens for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Yes,
    No,
}

/// A request being answered; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    ledgers: Arc<Ledgers>,
    host: u32,
    resource: Resource,
    first: First,
}

impl Ledgers {
    pub(super) fn new(web: &Web) -> Self {
        Self {
            hosts: (0..web.config().hosts).map(|_| Mutex::default()).collect(),
            connections: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            answers: Mutex::new([0; STATUS_END]),
        }
    }

    pub(super) fn connect(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn begin(self: &Arc<Self>, web: &Web, host: u32, target: &str) -> Visit {
        let resource = web.find(host, target);
        let now = Instant::now();
        let mut ledger = self.ledger(host);
        ledger.requests += 1;
        ledger.in_flight += 1;
        ledger.in_flight_max = ledger.in_flight_max.max(ledger.in_flight);
        ledger.judge(web, host, resource, target, now);
        ledger.begun_at = Some(now);
        let first = ledger.mark(web, resource);
        drop(ledger);
        Visit { ledgers: Arc::clone(self), host, resource, first }
    }

    pub(super) fn stats(&self, web: &Web) -> ServerStats {
        let mut stats = ServerStats {
            connections: self.connections.load(Ordering::Relaxed),
            connections_refused: self.refused.load(Ordering::Relaxed),
            ..ServerStats::default()
        };
        let answers = *lock(&self.answers);
        stats.status = (0..).zip(answers).filter(|(_, count)| *count > 0).collect();
        for host in 0..web.config().hosts {
            self.ledger(host).add_to(&mut stats, || web.host_name(host));
            if stats.worst.len() > 2 * ServerStats::WORST_MAX {
                keep_worst(&mut stats.worst);
            }
        }
        keep_worst(&mut stats.worst);
        stats
    }

    fn ledger(&self, host: u32) -> MutexGuard<'_, Ledger> {
        lock(&self.hosts[host as usize])
    }
}

fn keep_worst(worst: &mut Vec<HostViolations>) {
    worst.sort_by_key(|host| std::cmp::Reverse(host.total()));
    worst.truncate(ServerStats::WORST_MAX);
}

impl Ledger {
    fn judge(&mut self, web: &Web, host: u32, resource: Resource, target: &str, now: Instant) {
        if self.quiet_until.is_some_and(|until| now < until) {
            self.violations.before_retry_after += 1;
        }
        if matches!(resource, Resource::Robots | Resource::RobotsMoved) {
            self.robots_requests += 1;
            self.after_robots = true;
            return;
        }
        if self.robots_requests == 0 {
            self.violations.before_robots += 1;
        }
        if web.access(host, target) == Access::Disallowed {
            self.violations.disallowed += 1;
        } else if resource == Resource::Unknown {
            self.violations.unexpected += 1;
        }
        let gap = self.begun_at.map(|begun_at| now - begun_at);
        let Some(gap) = gap.filter(|_| !std::mem::take(&mut self.after_robots)) else {
            return;
        };
        self.gap_min = Some(self.gap_min.map_or(gap, |min| min.min(gap)));
        if web.robots_role(host) == RobotsRole::Delayed && gap < CRAWL_DELAY_MIN {
            self.violations.before_crawl_delay += 1;
        }
    }

    /// Marks the resource as asked for.
    fn mark(&mut self, web: &Web, resource: Resource) -> First {
        let pages = web.tree().pages as usize;
        let bit = match resource {
            Resource::Page(page) => page as usize,
            Resource::Odd(odd) => pages + odd,
            Resource::Private(private) if PRIVATE[private].1 == Access::Allowed => {
                pages + TARGETS.len() + private
            }
            _ => return First::No,
        };
        if self.seen.is_empty() {
            let bits = pages + TARGETS.len() + PRIVATE.len();
            self.seen = vec![0; bits.div_ceil(64)].into();
        }
        let (word, mask) = (&mut self.seen[bit / 64], 1 << (bit % 64));
        if *word & mask != 0 {
            self.repeated += 1;
            return First::No;
        }
        *word |= mask;
        self.distinct += 1;
        First::Yes
    }

    fn add_to(&self, stats: &mut ServerStats, name: impl FnOnce() -> String) {
        if self.requests == 0 {
            return;
        }
        stats.hosts_asked += 1;
        stats.requests += self.requests;
        stats.bytes += self.bytes;
        stats.robots_requests += self.robots_requests;
        stats.expected_distinct += self.distinct;
        stats.expected_repeated += self.repeated;
        let violations = &self.violations;
        stats.disallowed += violations.disallowed;
        stats.unexpected += violations.unexpected;
        stats.before_robots += violations.before_robots;
        stats.before_retry_after += violations.before_retry_after;
        stats.before_crawl_delay += violations.before_crawl_delay;
        stats.host_concurrency_max = stats.host_concurrency_max.max(self.in_flight_max);
        if let Some(gap) = self.gap_min {
            let ms = gap.as_micros() as f64 / 1000.0;
            stats.gap_ms_min = Some(stats.gap_ms_min.map_or(ms, |min| min.min(ms)));
        }
        if violations.total() > 0 {
            stats.worst.push(HostViolations { host: name(), ..violations.clone() });
        }
    }
}

impl Visit {
    pub(super) fn resource(&self) -> Resource {
        self.resource
    }

    /// Whether this is the request that a busy page turns away.
    pub(super) fn is_busy(&self) -> First {
        match self.resource {
            Resource::Odd(odd) if TARGETS[odd].gives == Gives::BusyOnce => self.first,
            _ => First::No,
        }
    }

    pub(super) fn answered(&self, status: StatusCode, bytes: u64) {
        if let Some(count) = lock(&self.ledgers.answers).get_mut(usize::from(status.as_u16())) {
            *count += 1;
        }
        let mut ledger = self.ledgers.ledger(self.host);
        ledger.bytes += bytes;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            ledger.quiet_until = Some(Instant::now() + Duration::from_secs(RETRY_AFTER_SECS));
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.ledgers.ledger(self.host).in_flight -= 1;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Counters stay usable after a panic elsewhere.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
