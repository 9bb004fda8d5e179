//! What a shard knows of its hosts besides their queues: robots rules and open connections.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crawler_fetch::{Connection, CookieJar};
use crawler_politeness::UnixMillis;
use crawler_politeness::robots::{RobotsEntry, RobotsRules};
use crawler_url::{HostHash, Scheme};

use super::job::Places;
use super::relief::SPILL_PARTS;
use super::sitemaps::Sought;
use crate::host_policy::RuleIdx;

/// Hosts whose robots rules are kept; beyond it the ones learned first are forgotten and asked
/// for again.
const HOSTS_MAX: usize = 100_000;
/// How long an idle connection is kept.
const IDLE_AFTER: Duration = Duration::from_secs(20);

/// Per-host knowledge of one shard, bounded in size.
pub(super) struct HostTable {
    hosts: HashMap<HostHash, HostContext>,
    /// In the order of their arrival, for forgetting.
    order: VecDeque<HostHash>,
    /// When connections were put aside, oldest first; those taken since are still listed.
    idle: VecDeque<(HostHash, UnixMillis)>,
    n_idle: usize,
    /// Idle connections to keep open, in times of plenty.
    idle_max: usize,
    /// What is kept is divided by this.
    parts: usize,
}

/// One host.
#[derive(Default)]
pub(super) struct HostContext {
    http: Option<RobotsEntry>,
    https: Option<RobotsEntry>,
    /// The store was asked for what is remembered of the robots.txt of http, of https.
    pub(super) recalled: [bool; 2],
    /// Why robots.txt could not be had, if it could not; holds while its entry is fresh.
    pub(super) closed: Option<Closed>,
    /// Passing failures to get robots.txt in a row.
    pub(super) robots_failures: u8,
    /// A fetch of robots.txt is in flight.
    pub(super) robots_pending: bool,
    pub(super) sitemaps: Sought,
    /// Which rule for hosts is about it; looked up once.
    pub(super) rule: Option<RuleIdx>,
    /// What it wants to be told again, if it is.
    pub(super) cookies: Option<Box<CookieJar>>,
    /// Its places in the lines for what it shares with other hosts, while it waits for them.
    pub(super) places: Option<Box<Places>>,
    /// Leases not yet settled or given back: they count towards the limit per host.
    pub(super) leases_open: u64,
    idle: Vec<(Connection, UnixMillis)>,
}

/// A host whose pages cannot be asked for, and why.
#[derive(Clone)]
pub(super) struct Closed {
    pub(super) reason: &'static str,
    pub(super) detail: String,
}

impl HostContext {
    /// The longest pause that the robots.txt of either scheme asks for.
    pub(super) fn crawl_delay(&self) -> Option<Duration> {
        let delay = |entry: &Option<RobotsEntry>| entry.as_ref()?.rules.crawl_delay();
        delay(&self.http).max(delay(&self.https))
    }

    /// The robots rules of the host for `scheme`, whether or not they are still fresh.
    pub(super) fn robots(&mut self, scheme: Scheme) -> &mut Option<RobotsEntry> {
        match scheme {
            Scheme::Http => &mut self.http,
            Scheme::Https => &mut self.https,
        }
    }

    /// That robots.txt could not be had is forgotten, here and as it is stored: it is asked for again.
    pub(super) fn forget_closed(&mut self) {
        let is_unknown = self.http.is_none() && self.https.is_none();
        if self.closed.take().is_some() || is_unknown {
            (self.http, self.https, self.robots_failures) = (None, None, 0);
            self.recalled = [true; 2];
        }
    }

    fn is_busy(&self) -> bool {
        self.robots_pending || self.leases_open > 0
    }
}

impl HostTable {
    /// Keeps up to `idle_max` idle connections open.
    pub(super) fn new(idle_max: usize) -> Self {
        Self {
            hosts: HashMap::new(),
            order: VecDeque::new(),
            idle: VecDeque::new(),
            n_idle: 0,
            idle_max,
            parts: 1,
        }
    }

    /// Keeps little while memory is short: what is too much goes at once.
    pub(super) fn spill(&mut self, is_short: bool) {
        self.parts = if is_short { SPILL_PARTS } else { 1 };
        if is_short {
            self.close_idle();
            for _ in 0..self.hosts.len().saturating_sub(HOSTS_MAX / self.parts) {
                self.forget_one();
            }
            self.hosts.shrink_to_fit();
            self.order.shrink_to_fit();
        }
    }

    /// Closes all idle connections.
    pub(super) fn close_idle(&mut self) {
        while !self.idle.is_empty() {
            self.close_oldest();
        }
    }

    /// The context of `host`, new if need be.
    pub(super) fn entry(&mut self, host: HostHash) -> &mut HostContext {
        if !self.hosts.contains_key(&host) {
            if self.hosts.len() >= HOSTS_MAX / self.parts {
                self.forget_one();
            }
            self.order.push_back(host);
        }
        self.hosts.entry(host).or_default()
    }

    /// The rules have changed: which is about a host is looked up anew.
    pub(super) fn forget_rules(&mut self) {
        self.hosts.values_mut().for_each(|context| context.rule = None);
    }

    /// Which rule for hosts is about a host that has a lease.
    pub(super) fn rule(&self, host: HostHash) -> RuleIdx {
        self.hosts.get(&host).and_then(|context| context.rule).flatten()
    }

    /// The robots rules that the host's pages were last judged by.
    pub(super) fn rules(&self, host: HostHash, scheme: Scheme) -> Option<&Arc<RobotsRules>> {
        let context = self.hosts.get(&host)?;
        let entry = match scheme {
            Scheme::Http => &context.http,
            Scheme::Https => &context.https,
        };
        Some(&entry.as_ref()?.rules)
    }

    /// Puts an open connection aside for the host's next fetch.
    pub(super) fn keep(&mut self, host: HostHash, connection: Connection, now: UnixMillis) {
        let idle_max = self.idle_max / self.parts;
        while self.n_idle >= idle_max && !self.idle.is_empty() {
            self.close_oldest();
        }
        if idle_max == 0 {
            return;
        }
        self.entry(host).idle.push((connection, now));
        self.idle.push_back((host, now));
        self.n_idle += 1;
    }

    /// The host's places in lines, if it has any: each is shown once.
    pub(super) fn take_places(&mut self, host: HostHash) -> Places {
        let places = self.hosts.get_mut(&host).and_then(|context| context.places.take());
        places.map_or_else(Places::default, |places| *places)
    }

    /// A connection of the host put aside earlier, the most recent first.
    pub(super) fn take_connection(&mut self, host: HostHash) -> Option<Connection> {
        let (connection, _) = self.hosts.get_mut(&host)?.idle.pop()?;
        self.n_idle = self.n_idle.saturating_sub(1);
        Some(connection)
    }

    /// Closes connections that have been idle for too long.
    pub(super) fn close_stale(&mut self, now: UnixMillis) {
        while self.idle.front().is_some_and(|(_, since)| now.saturating_sub(*since) > IDLE_AFTER) {
            self.close_oldest();
        }
    }

    fn close_oldest(&mut self) {
        let Some((host, since)) = self.idle.pop_front() else { return };
        if let Some(context) = self.hosts.get_mut(&host) {
            let before = context.idle.len();
            context.idle.retain(|(_, kept)| *kept > since);
            self.n_idle = self.n_idle.saturating_sub(before - context.idle.len());
        }
    }

    /// Forgets the host that came first and has nothing in flight.
    fn forget_one(&mut self) {
        for _ in 0..self.order.len() {
            let Some(host) = self.order.pop_front() else { return };
            if self.hosts.get(&host).is_some_and(HostContext::is_busy) {
                self.order.push_back(host);
            } else {
                let idle = self.hosts.remove(&host).map_or(0, |context| context.idle.len());
                self.n_idle = self.n_idle.saturating_sub(idle);
                return;
            }
        }
    }
}
