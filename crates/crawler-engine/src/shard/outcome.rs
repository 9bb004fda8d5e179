//! What follows from the end of a fetch: pace, retry, store or give up.

use std::time::Duration;

use crawler_fetch::{FailureKind, FetchFailure, Phase, Response, Timings};
use crawler_frontier::Lease;
use crawler_politeness::{
    FailureClass, Jitter, Observation, Standing, UnixMillis, parse_rate_limit,
    parse_rate_limit_pair, parse_retry_after,
};
use crawler_url::HostHash;

use super::Shard;
use super::job::{Busy, ErrandKind, JobDone, JobOutcome, Running};
use super::listed::Unpacked;
use super::page::{header, report_row};
use super::robots::RobotsReply;
use super::settlement::{End, Settlement};
use crate::clock;
use crate::network::CHECK_INTERVAL;

impl Shard {
    /// Takes a finished job off the books and deals with its outcome.
    pub(super) fn end_job(&mut self, done: JobDone) {
        let Some(running) = self.in_flight.remove(done.id) else { return };
        let timings = done.outcome.timings();
        self.idle.end_fetch(running.since, &timings);
        self.gauges().timings.note(&timings);
        let host = running.lease.fingerprint.host;
        if running.errand == ErrandKind::Robots {
            self.hosts.entry(host).robots_pending = false;
        }
        if let Some(connection) = done.connection {
            self.hosts.keep(host, connection, clock::now());
        }
        match done.outcome {
            JobOutcome::Page { result: Ok(response), timings } => {
                self.end_response(running, response, timings, done.ahead);
            }
            JobOutcome::Page { result: Err(failure), .. }
            | JobOutcome::Robots { reply: RobotsReply::Unreachable(failure), .. }
                if failure.kind == FailureKind::TooManyOpenFiles =>
            {
                self.wait_for_files(running.lease);
            }
            JobOutcome::Page { result: Err(failure), .. }
            | JobOutcome::Robots { reply: RobotsReply::Unreachable(failure), .. }
                if self.shared.is_network_to_blame(host, failure.kind) =>
            {
                self.wait_for_network(running.lease);
            }
            JobOutcome::Page { result: Err(failure), timings } => {
                self.end_failure(running.lease, &failure, timings);
            }
            JobOutcome::Robots { reply, .. } => self.learn_robots(running.lease, &reply),
            JobOutcome::AddressBusy(busy) => self.wait_for_address(running.lease, &busy),
            JobOutcome::Panicked => self.end_panic(running.lease),
        }
    }

    fn end_response(
        &mut self,
        running: Running,
        response: Box<Response>,
        timings: Timings,
        ahead: Option<Box<Unpacked>>,
    ) {
        #[cfg(test)]
        crate::tests::panic_if_planned(running.lease.url.as_str());
        let host = running.lease.fingerprint.host;
        let bytes = (response.head.len() + response.body.len()) as u64;
        self.shared.throughput.take_bytes(bytes, clock::now());
        self.shared.network.answered(response.remote, clock::now());
        self.spend(host, bytes, response.status >= 500);
        if let Some(pace) = self.frontier.pace(host) {
            pace.note_response_time(timings.first_byte);
        }
        self.take_cookies(&running.lease, &response);
        self.pace(host, observation(&response, clock::now()));
        self.frontier.release(&running.lease);
        let retries = self.live.config.retries.after_status(response.status);
        if running.lease.attempts < retries {
            self.note_retry(&running.lease, clock::now());
            self.settle(Settlement::of(running.lease, End::Retry));
        } else {
            let page = self.read_page(running, response, timings, ahead);
            self.go_on_with(page);
        }
    }

    fn end_failure(&mut self, lease: Lease, failure: &FetchFailure, timings: Timings) {
        let host = lease.fingerprint.host;
        self.spend(host, 0, failure.kind != FailureKind::AddressRefused);
        self.pace(host, failed(failure.kind));
        let reason = failure.kind.as_str();
        let end = match self.standing(host, clock::now()) {
            Standing::Dead(class) => return self.give_up_dead(lease, class),
            // It is the host that cannot be reached, whatever URL is tried.
            Standing::Probed(_) if failure.host_wide() => {
                let due = self.next_fetch_at(host);
                return self.put_off(lease, due);
            }
            _ if lease.attempts < self.live.config.retries.after_failure(failure.kind) => {
                End::Retry
            }
            _ if failure.kind == FailureKind::AddressRefused => {
                End::Skipped { reason, row: report_row(&lease, reason, Some(&failure.detail)) }
            }
            _ => End::Failed { reason, row: report_row(&lease, reason, Some(&failure.detail)) },
        };
        if matches!(end, End::Retry) {
            self.note_retry(&lease, clock::now());
        }
        self.frontier.release(&lease);
        let circumstances = self.circumstances(timings, None);
        self.settle(Settlement { lease, end, circumstances });
    }

    /// The address serves as many requests as it may; the host waits, the URL stays first.
    fn wait_for_address(&mut self, lease: Lease, busy: &Busy) {
        let until = busy.until;
        self.hosts.entry(lease.fingerprint.host).places = Some(Box::new(busy.places));
        self.shared.throughput.give_request_back();
        if let Some(pace) = self.frontier.pace(lease.fingerprint.host) {
            // Nothing was sent: the delay that the lease reserved is void.
            pace.next_fetch_at = until;
        }
        self.put_off(lease, until);
    }

    /// Nothing was sent, and no host could have been reached: the URL waits as if never leased.
    fn wait_for_network(&mut self, lease: Lease) {
        self.shared.throughput.give_request_back();
        self.put_off(lease, clock::now() + CHECK_INTERVAL);
    }

    fn end_panic(&mut self, lease: Lease) {
        tracing::error!(url = lease.url.as_str(), "fetch task panicked");
        self.frontier.release(&lease);
        let row = report_row(&lease, "internal", Some("fetch task panicked"));
        self.settle(Settlement::of(lease, End::Failed { reason: "internal", row }));
    }

    /// Lets the host's pace learn what happened.
    pub(super) fn pace(&mut self, host: HostHash, seen: Observation) {
        if let Observation::Throttled { .. } = seen {
            // Not to be forgotten by a crash within the next second.
            self.want_commit();
        }
        let jitter = Jitter::new(fastrand::f32());
        if let Some(pace) = self.frontier.pace(host) {
            let policy = self.live.policies.get(self.hosts.rule(host));
            let now = clock::now();
            pace.observe(now, seen, &policy.pace, jitter);
            if let Some(until) = pace.backs_off_until(now) {
                self.backing_off.note(host, until);
            }
        }
    }
}

/// What a failure says about the host.
pub(super) fn failed(kind: FailureKind) -> Observation {
    let class = match kind {
        FailureKind::Dns | FailureKind::DnsNoSuchHost | FailureKind::Timeout(Phase::Dns) => {
            FailureClass::Dns
        }
        // A proxy that is down keeps its hosts' URLs waiting, without using up their attempts.
        FailureKind::Connect | FailureKind::Proxy | FailureKind::Timeout(Phase::Connect) => {
            FailureClass::Tcp
        }
        FailureKind::Tls | FailureKind::Timeout(Phase::Tls) => FailureClass::Tls,
        FailureKind::Reset
        | FailureKind::Protocol
        | FailureKind::Timeout(Phase::FirstByte | Phase::Total) => FailureClass::Http,
        // It did answer, or was not asked.
        FailureKind::HeadTooLarge | FailureKind::AddressRefused | FailureKind::TooManyOpenFiles => {
            return Observation::Answered;
        }
    };
    Observation::Failed(class)
}

/// What a response says about the server's load.
pub(super) fn observation(response: &Response, now: UnixMillis) -> Observation {
    let reset = quota_reset(response, now);
    if matches!(response.status, 429 | 503) {
        let retry_after = header(response, "retry-after");
        let retry_after = retry_after.and_then(|value| parse_retry_after(value, now));
        return Observation::Throttled { retry_after: retry_after.or(reset) };
    }
    reset.map_or(Observation::Answered, |reset| Observation::Exhausted { reset })
}

/// How long to wait if the response says that a quota is used up.
fn quota_reset(response: &Response, now: UnixMillis) -> Option<Duration> {
    let combined = header(response, "ratelimit").and_then(parse_rate_limit);
    let pair = |(remaining, reset)| {
        parse_rate_limit_pair(header(response, remaining)?, header(response, reset)?, now)
    };
    combined.max(RATE_LIMIT_PAIRS.into_iter().filter_map(pair).max())
}

/// Fields that say what remains of a quota, and when there will be more.
const RATE_LIMIT_PAIRS: [(&str, &str); 2] =
    [("ratelimit-remaining", "ratelimit-reset"), ("x-ratelimit-remaining", "x-ratelimit-reset")];

/// The `Location` of a redirect (RFC 9110 section 15.4) that can be followed with GET.
pub(super) fn location(response: &Response) -> Option<String> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let value = response.headers.get(http::header::LOCATION)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
