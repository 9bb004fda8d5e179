//! Taking URLs from the frontier and starting their fetches.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use crawler_fetch::Validators;
use crawler_frontier::{Admitted, Candidate, Lease, Next, PageMemory, Source};
use crawler_politeness::robots::RobotsVerdict;
use crawler_politeness::{Standing, UnixMillis};
use crawler_url::HostHash;

use super::hosts::Closed;
use super::job::{Errand, ErrandKind, Network, Particulars, Running};
use super::page::report_row;
use super::settlement::{End, Settlement};
use super::standing::HostAllowance;
use super::{Shard, ShardError, sitemaps};
use crate::clock;
use crate::config::RobotsPolicy;
use crate::observe::IdleReason;

/// Leases taken in one turn, to bound its CPU time: robots denials use no fetch.
const LEASES_PER_TURN_MAX: usize = 64;
/// URLs judged by the seen set that are queued in one turn, to bound its CPU time.
const JUDGED_PER_TURN_MAX: usize = 1024;
/// How often a shard looks whether there is room or budget again.
const ROOM_POLL: Duration = Duration::from_millis(10);
/// The generation that knows nothing of earlier ones.
const FIRST_GENERATION: u32 = 1;
/// How long a URL waits for what another fetch of its host will bring.
const OTHERS_WAIT: Duration = Duration::from_millis(100);

/// What the robots rules say of a lease.
enum Clearance {
    Go,
    /// Ask for robots.txt first.
    AskRobots,
    /// Somebody is asking for it.
    Wait,
    Disallowed {
        line: u32,
    },
    /// robots.txt could not be had.
    Closed(Closed),
}

impl Shard {
    /// Starts fetches while there is room, budget and a host that is due.
    /// Tells why it starts no more.
    pub(super) fn lease_more(&mut self, now: UnixMillis) -> Result<IdleReason, ShardError> {
        self.due_at = None;
        if !self.is_leasing() {
            return Ok(self.why_not_leasing());
        }
        if now < self.lease_from {
            self.due_at = Some(self.lease_from);
            return Ok(IdleReason::Politeness);
        }
        let is_down = self.shared.network.is_down();
        let jobs_max = if is_down { 1 } else { self.jobs_cap.allowed(now, self.relief.slow) };
        for _ in 0..LEASES_PER_TURN_MAX {
            if self.in_flight.len() >= jobs_max {
                return Ok(self.why_fewer());
            }
            if let Err(at) = self.shared.throughput.check(now) {
                self.due_at = Some(at);
                return Ok(IdleReason::Rate);
            }
            if !self.has_room() || !self.reserve_page() {
                // Others make room: there is no event to wait for.
                self.due_at = Some(now + ROOM_POLL);
                return Ok(self.why_no_room());
            }
            let waits_for = match self.frontier.lease(now)? {
                Next::Lease(lease) => {
                    self.begin(*lease, now);
                    continue;
                }
                Next::At(due) => {
                    self.due_at = Some(due);
                    IdleReason::Politeness
                }
                Next::AwaitCommit => {
                    self.want_commit();
                    IdleReason::Store
                }
                Next::Empty => self.why_nothing(),
            };
            // There is nothing better to do than to find out what is new.
            self.frontier.judge();
            self.refund_page();
            return Ok(waits_for);
        }
        self.due_at = Some(now);
        Ok(IdleReason::Cpu)
    }

    /// Adds discovered URLs to the frontier; each is counted once. Those it has no room for end here.
    pub(super) fn admit(&mut self, links: Vec<Candidate>) {
        let links = self.sift_trapped(links);
        for link in links.iter().filter(|link| link.source == Source::Seed) {
            self.frontier.add_seed(&link.url);
        }
        match self.frontier.admit(links, clock::now()) {
            Ok(admitted) => self.count_admitted(&admitted),
            Err(error) => self.broken = Some(error),
        }
    }

    /// Adds what the seen set has let through since.
    pub(super) fn admit_judged(&mut self, now: UnixMillis) -> Result<(), ShardError> {
        if std::mem::take(&mut self.has_judged) {
            let admitted = self.frontier.admit_judged(now, JUDGED_PER_TURN_MAX)?;
            self.has_judged = admitted.more;
            self.count_admitted(&admitted);
        }
        Ok(())
    }

    pub(super) fn count_admitted(&mut self, admitted: &Admitted) {
        self.accounted += i64::from(admitted.new);
        self.ledger.counters().discovered += u64::from(admitted.new);
        self.record_shed(&admitted.shed);
        self.count_outstanding();
    }

    fn begin(&mut self, lease: Lease, now: UnixMillis) {
        let host = lease.fingerprint.host;
        self.look_up_rule(&lease);
        if let Some(hosts) = &self.live.policies.get(self.hosts.rule(host)).blocked_by {
            let detail = format!("rule for hosts {hosts}");
            self.hosts.entry(host).leases_open += 1;
            return self.skip(lease, "host_blocked", Some(&detail));
        }
        let allowance = self.host_allowance(host);
        let context = self.hosts.entry(host);
        context.leases_open += 1;
        let is_alone = context.leases_open == 1;
        match allowance {
            HostAllowance::Left => {}
            HostAllowance::Claimed => return self.put_off(lease, now + OTHERS_WAIT),
            HostAllowance::Spent(reason) => return self.skip(lease, reason, None),
        }
        match self.standing(host, now) {
            Standing::Alive => {}
            Standing::Probed(_) if is_alone => {}
            Standing::Probed(_) => return self.put_off(lease, now + OTHERS_WAIT),
            Standing::Dead(class) => return self.give_up_dead(lease, class),
        }
        if let Some(at) = self.retry_at(&lease, now) {
            return self.put_off(lease, at);
        }
        if let Some(why) = self.refused_since(&lease) {
            return self.skip(lease, "rescoped", Some(why.reason()));
        }
        match self.clearance(&lease, now) {
            Clearance::Go | Clearance::Disallowed { .. } if !self.has_sought_sitemaps(&lease) => {
                self.put_off(lease, now + OTHERS_WAIT);
            }
            Clearance::Go => self.fetch_page(lease),
            Clearance::AskRobots => {
                self.hosts.entry(lease.fingerprint.host).robots_pending = true;
                let places = self.hosts.take_places(lease.fingerprint.host);
                self.start_job(lease, None, Errand::Robots(places));
            }
            Clearance::Wait => self.put_off(lease, now + OTHERS_WAIT),
            Clearance::Disallowed { line } => {
                self.skip(lease, "robots", Some(&format!("robots.txt line {line}")));
            }
            Clearance::Closed(Closed { reason, detail }) => self.give_up(lease, reason, &detail),
        }
    }

    fn clearance(&mut self, lease: &Lease, now: UnixMillis) -> Clearance {
        if self.live.policies.get(self.hosts.rule(lease.fingerprint.host)).robots
            == RobotsPolicy::Ignore
        {
            return Clearance::Go;
        }
        self.recall_robots(lease);
        let context = self.hosts.entry(lease.fingerprint.host);
        let pending = context.robots_pending;
        let closed = context.closed.clone();
        match context.robots(lease.url.scheme()) {
            Some(entry) if entry.is_fresh(now) => {
                match entry.rules.judge(lease.url.path_and_query()) {
                    RobotsVerdict::Allowed => Clearance::Go,
                    RobotsVerdict::Disallowed { line } => {
                        closed.map_or(Clearance::Disallowed { line }, Clearance::Closed)
                    }
                }
            }
            _ if pending => Clearance::Wait,
            _ => Clearance::AskRobots,
        }
    }

    /// Gives a lease back; its host waits until `until`.
    pub(super) fn put_off(&mut self, lease: Lease, until: UnixMillis) {
        self.refund_lease(lease.fingerprint.host);
        self.frontier.snooze(lease, until);
    }

    fn fetch_page(&mut self, lease: Lease) {
        let memory = self.recall(&lease);
        let validators = memory.as_ref().and_then(validators);
        self.reserve_pace(lease.fingerprint.host);
        let body_bytes_max = sitemaps::body_bytes_max(&lease, &self.shared.config);
        let cookies = self.cookies_for(&lease);
        let places = self.hosts.take_places(lease.fingerprint.host);
        let listing = Some(sitemaps::wanted(&lease, &self.live.config));
        let particulars = Particulars { validators, body_bytes_max, cookies, places, listing };
        self.start_job(lease, memory, Errand::Page(particulars));
    }

    /// A fetch that dies with its shard or process still counts: the host's next fetch time is
    /// durable before its answer. With several fetches at once it would hold up the others.
    fn reserve_pace(&mut self, host: HostHash) {
        let policy = self.live.policies.get(self.hosts.rule(host));
        if policy.concurrency > 1 || policy.pace.delay.is_zero() {
            return;
        }
        if let Some(pace) = self.frontier.pace(host) {
            let next = clock::now() + pace.delay(&policy.pace);
            pace.next_fetch_at = pace.next_fetch_at.max(next);
        }
    }

    fn start_job(&mut self, lease: Lease, memory: Option<PageMemory>, errand: Errand) {
        self.shared.throughput.take_request(clock::now());
        let connection = self.hosts.take_connection(lease.fingerprint.host);
        let network = Network {
            fetcher: std::rc::Rc::clone(&self.fetcher),
            ip_limits: std::sync::Arc::clone(&self.shared.ip_limits),
            throughput: std::sync::Arc::clone(&self.shared.throughput),
        };
        let kind = match errand {
            Errand::Page(_) => ErrandKind::Page,
            Errand::Robots(_) => ErrandKind::Robots,
        };
        let running = Running { lease, errand: kind, memory, since: self.idle.now() };
        self.in_flight.start(running, errand, connection, network);
    }

    /// What an earlier generation stored of the page; a recrawl only.
    fn recall(&self, lease: &Lease) -> Option<PageMemory> {
        if self.shared.generation == FIRST_GENERATION {
            return None;
        }
        self.reader.recall(lease.fingerprint).unwrap_or_else(|error| {
            tracing::warn!(url = lease.url.as_str(), %error, "cannot recall the page, fetching it in full");
            None
        })
    }

    /// Ends a lease without a fetch; the host may be asked for its next URL at once.
    pub(super) fn skip(&mut self, lease: Lease, reason: &'static str, detail: Option<&str>) {
        self.frontier.release(&lease);
        let row = report_row(&lease, reason, detail);
        self.settle(Settlement::of(lease, End::Skipped { reason, row }));
    }

    /// Ends a lease of a host that could not be asked: the reason is the host's, not the page's.
    pub(super) fn give_up(&mut self, lease: Lease, reason: &'static str, detail: &str) {
        if matches!(reason, "robots" | "address_refused") {
            return self.skip(lease, reason, Some(detail));
        }
        self.frontier.release(&lease);
        let row = report_row(&lease, reason, Some(detail));
        self.settle(Settlement::of(lease, End::Failed { reason, row }));
    }

    fn reserve_page(&self) -> bool {
        let reserved = self.shared.budget.reserve();
        if reserved {
            self.gauges().reserved.fetch_add(1, SeqCst);
        }
        reserved
    }

    /// A lease has ended without a page: its reservations are void.
    pub(super) fn refund_lease(&mut self, host: HostHash) {
        self.close_lease(host);
        self.refund_page();
    }

    /// A lease of the host is no longer open.
    pub(super) fn close_lease(&mut self, host: HostHash) {
        let context = self.hosts.entry(host);
        context.leases_open = context.leases_open.saturating_sub(1);
    }

    fn refund_page(&self) {
        self.gauges().reserved.fetch_sub(1, SeqCst);
        self.shared.budget.refund(1);
    }
}

fn validators(memory: &PageMemory) -> Option<Validators> {
    let has_any = memory.etag.is_some() || memory.last_modified.is_some();
    has_any.then(|| Validators {
        etag: memory.etag.clone(),
        last_modified: memory.last_modified.clone(),
    })
}
