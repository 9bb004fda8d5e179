//! The record of who asked for what and when, and the judgement of it.

use std::collections::{HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::HostileConfig;
use super::manners::Manners;
use super::site::FORBIDDEN;

/// Requests over which the pace of an address is judged: one by one, clocks and wires jitter.
const ADDRESS_WINDOW: usize = 32;

/// The record of all hosts and addresses.
#[derive(Debug)]
pub(super) struct Ledger {
    promised: HostileConfig,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    hosts: HashMap<Box<str>, Host>,
    addresses: HashMap<Ipv4Addr, Address>,
    manners: Manners,
}

#[derive(Debug, Default)]
struct Host {
    in_flight: u32,
    begun_at: Option<Instant>,
    quiet_until: Option<Instant>,
    has_robots: bool,
    asked: HashMap<Box<str>, usize>,
}

#[derive(Debug, Default)]
struct Address {
    in_flight: u32,
    begun_at: VecDeque<Instant>,
}

/// A request being answered; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    ledger: Arc<Ledger>,
    host: Box<str>,
    address: Ipv4Addr,
    /// How often the target was asked for before.
    pub(super) nth: usize,
}

impl Ledger {
    pub(super) fn new(promised: &HostileConfig) -> Self {
        Self { promised: promised.clone(), record: Mutex::default() }
    }

    pub(super) fn manners(&self) -> Manners {
        let record = self.record();
        Manners { hosts: record.hosts.len() as u64, ..record.manners.clone() }
    }

    /// Takes note of a request for a host of the web, at `now`.
    pub(super) fn begin(
        self: &Arc<Self>,
        host: &str,
        address: Ipv4Addr,
        target: &str,
        now: Instant,
    ) -> Visit {
        let nth = self.record().begin(&self.promised, host, address, target, now);
        Visit { ledger: Arc::clone(self), host: host.into(), address, nth }
    }

    /// Takes note of a request that no link leads to.
    pub(super) fn unexpected(&self, host: &str, target: &str) {
        let mut record = self.record();
        record.manners.unexpected += 1;
        record.list(host, target, "unexpected");
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// The host may not be asked again for so long.
    pub(super) fn quiet(&self, pause: Duration, now: Instant) {
        if let Some(host) = self.ledger.record().hosts.get_mut(&self.host) {
            host.quiet_until = Some(now + pause);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut record = self.ledger.record();
        if let Some(host) = record.hosts.get_mut(&self.host) {
            host.in_flight -= 1;
        }
        if let Some(address) = record.addresses.get_mut(&self.address) {
            address.in_flight -= 1;
        }
    }
}

impl Record {
    fn begin(
        &mut self,
        promised: &HostileConfig,
        host: &str,
        address: Ipv4Addr,
        target: &str,
        now: Instant,
    ) -> usize {
        self.manners.requests += 1;
        let at_address = self.addresses.entry(address).or_default().begin(promised, now);
        let in_flight = self.addresses.get(&address).map_or(0, |address| address.in_flight);
        self.manners.address_at_once_max = self.manners.address_at_once_max.max(in_flight);
        let at_host = self.hosts.entry(host.into()).or_default();
        let wrongs = at_host.begin(promised, target, now).into_iter().chain(at_address);
        let asked = at_host.asked.entry(target.into()).or_default();
        let nth = *asked;
        *asked += 1;
        for wrong in wrongs.flatten() {
            *wrong.counter(&mut self.manners) += 1;
            self.list(host, target, wrong.words());
        }
        nth
    }

    fn list(&mut self, host: &str, target: &str, what: &str) {
        if self.manners.listed.len() < Manners::LISTED_MAX {
            let target: String = target.chars().take(80).collect();
            self.manners.listed.push(format!("{what}: {host}{}", target.escape_debug()));
        }
    }
}

impl Host {
    fn begin(
        &mut self,
        promised: &HostileConfig,
        target: &str,
        now: Instant,
    ) -> [Option<Wrong>; 5] {
        let is_robots = target == "/robots.txt";
        let is_early = self.begun_at.is_some_and(|begun_at| now - begun_at < promised.host_gap);
        let is_hop = is_robots && self.has_robots;
        let wrongs = [
            (self.in_flight > 0).then_some(Wrong::HostAtOnce),
            (is_early && !is_hop).then_some(Wrong::HostTooSoon),
            self.quiet_until.filter(|until| now < *until).map(|_| Wrong::BeforeRetryAfter),
            (!is_robots && !self.has_robots).then_some(Wrong::BeforeRobots),
            target.starts_with(FORBIDDEN).then_some(Wrong::Disallowed),
        ];
        self.in_flight += 1;
        self.begun_at = Some(now);
        self.has_robots |= is_robots;
        wrongs
    }
}

impl Address {
    fn begin(&mut self, promised: &HostileConfig, now: Instant) -> [Option<Wrong>; 2] {
        self.in_flight += 1;
        let is_crowded = self.in_flight > promised.address_at_once;
        let first = (self.begun_at.len() == ADDRESS_WINDOW).then(|| self.begun_at.pop_front());
        self.begun_at.push_back(now);
        // Half of the time that so many must take is forgiven, as the first may have come late.
        let least = promised.address_gap * (ADDRESS_WINDOW as u32 / 2);
        let is_early = first.flatten().is_some_and(|first| now - first < least);
        [is_crowded.then_some(Wrong::AddressAtOnce), is_early.then_some(Wrong::AddressTooSoon)]
    }
}

#[derive(Debug, Clone, Copy)]
enum Wrong {
    HostAtOnce,
    HostTooSoon,
    AddressAtOnce,
    AddressTooSoon,
    BeforeRobots,
    BeforeRetryAfter,
    Disallowed,
}

impl Wrong {
    fn counter(self, manners: &mut Manners) -> &mut u64 {
        match self {
            Self::HostAtOnce => &mut manners.host_at_once,
            Self::HostTooSoon => &mut manners.host_too_soon,
            Self::AddressAtOnce => &mut manners.address_at_once,
            Self::AddressTooSoon => &mut manners.address_too_soon,
            Self::BeforeRobots => &mut manners.before_robots,
            Self::BeforeRetryAfter => &mut manners.before_retry_after,
            Self::Disallowed => &mut manners.disallowed,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::HostAtOnce => "two at once to the host",
            Self::HostTooSoon => "too soon for the host",
            Self::AddressAtOnce => "too many at once to the address",
            Self::AddressTooSoon => "too soon for the address",
            Self::BeforeRobots => "before robots.txt",
            Self::BeforeRetryAfter => "before retry-after",
            Self::Disallowed => "disallowed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 2, 0, 1);
    const GAP: Duration = Duration::from_millis(100);

    fn ledger() -> Arc<Ledger> {
        let config = HostileConfig { host_gap: GAP, address_gap: GAP / 10, ..Default::default() };
        Arc::new(Ledger::new(&config))
    }

    #[test]
    fn a_polite_crawl_has_no_violations() {
        let (ledger, start) = (ledger(), Instant::now());
        for (nth, target) in ["/robots.txt", "/", "/a", "/a"].into_iter().enumerate() {
            let visit = ledger.begin("a", ADDRESS, target, start + GAP * nth as u32);
            assert_eq!(visit.nth, nth / 3);
        }
        assert_eq!(ledger.manners().violations(), 0, "{}", ledger.manners());
        assert_eq!((ledger.manners().requests, ledger.manners().hosts), (4, 1));
    }

    #[test]
    fn each_violation_is_seen() {
        let (ledger, start) = (ledger(), Instant::now());
        drop(ledger.begin("a", ADDRESS, "/", start));
        assert_eq!(ledger.manners().before_robots, 1);
        let robots = ledger.begin("a", ADDRESS, "/robots.txt", start + GAP);
        let early = ledger.begin("a", ADDRESS, "/forbidden/x", start + GAP + GAP / 9 * 8);
        early.quiet(GAP * 5, start + GAP * 2);
        drop((robots, early));
        drop(ledger.begin("a", ADDRESS, "/b", start + GAP * 6));
        ledger.unexpected("a", "/c");
        let manners = ledger.manners();
        let seen = [manners.host_at_once, manners.host_too_soon, manners.disallowed];
        assert_eq!((seen, manners.before_retry_after, manners.unexpected), ([1; 3], 1, 1));
        assert_eq!((manners.violations(), manners.listed.len()), (6, 6), "{manners}");
    }

    #[test]
    fn the_pace_of_an_address_is_judged_over_its_hosts() {
        for (gap, is_right) in [(GAP / 10, true), (GAP / 30, false)] {
            let (ledger, start) = (ledger(), Instant::now());
            for nth in 0..40 {
                let now = start + gap * nth;
                drop(ledger.begin(&format!("h{nth}"), ADDRESS, "/robots.txt", now));
            }
            assert_eq!(ledger.manners().address_too_soon == 0, is_right, "{gap:?}");
        }
        let (ledger, start) = (ledger(), Instant::now());
        let visits: Vec<_> = (0..9)
            .map(|nth| ledger.begin(&format!("h{nth}"), ADDRESS, "/robots.txt", start + GAP * nth))
            .collect();
        assert_eq!((ledger.manners().address_at_once, visits.len()), (1, 9));
    }
}
