//! robots.txt as a prerequisite: fetched by the same path and pace before a host's first page.

use std::time::Duration;

use bytes::Bytes;
use crawler_fetch::{
    Connection, FailureKind, FetchFailure, Phase, Response, Timings, Truncated, decode,
};
use crawler_frontier::Lease;
use crawler_politeness::robots::{
    BODY_BYTES_MAX, REDIRECTS_MAX, RobotsAnswer, RobotsEntry, parse_max_age,
};
use crawler_politeness::{Observation, Standing, UnixMillis};
use crawler_url::{Base, WireUrl};

use super::Shard;
use super::hosts::Closed;
use super::job::{JobOutcome, Network, Particulars, Places, fetch};
use super::outcome::{failed, location, observation};
use super::page::header;
use super::sitemaps::Sought;
use crate::clock;
use crate::retries::Retries;

/// How often a redirect of robots.txt waits for its address before it counts as unreachable.
const REDIRECT_WAITS_MAX: u32 = 50;

/// What asking for robots.txt brought.
pub(super) enum RobotsReply {
    /// Some answer of a server, with how long it is fresh and what it says about the server's load.
    Answered { status: u16, body: Bytes, max_age: Option<Duration>, load: Observation },
    /// More redirects than RFC 9309 section 2.3.1.2 wants followed.
    TooManyRedirects,
    /// No answer.
    Unreachable(FetchFailure),
}

/// Asks for the robots.txt of `page`'s host and follows its redirects.
pub(super) async fn fetch_robots(
    page: &WireUrl,
    places: Places,
    connection: Option<Connection>,
    network: &Network,
) -> (JobOutcome, Option<Connection>) {
    let mut timings = Box::<Timings>::default();
    let Ok(mut url) = Base::new(page).join("/robots.txt") else {
        let reply = unreachable(FailureKind::Protocol, "the host has no robots.txt URL");
        return (JobOutcome::Robots { reply, timings }, connection);
    };
    let mut connection = connection;
    for hop in 0..=REDIRECTS_MAX {
        if hop > 0 {
            // The first was taken with the lease.
            network.throughput.take_request(clock::now());
        }
        let (outcome, kept) = match hop {
            0 => ask(&url, places, connection.take(), network).await,
            _ => ask_patiently(&url, connection.take(), network).await,
        };
        timings.add(outcome.timings());
        let response = match outcome {
            JobOutcome::AddressBusy(busy) => return (JobOutcome::AddressBusy(busy), kept),
            JobOutcome::Page { result: Ok(response), .. } => response,
            JobOutcome::Page { result: Err(failure), .. } => {
                let reply = RobotsReply::Unreachable(failure);
                return (JobOutcome::Robots { reply, timings }, kept);
            }
            JobOutcome::Robots { .. } | JobOutcome::Panicked => {
                let reply = unreachable(FailureKind::Protocol, "no answer");
                return (JobOutcome::Robots { reply, timings }, kept);
            }
        };
        let Some(target) = redirect_target(&url, &response) else {
            let outcome = JobOutcome::Robots { reply: reply(&response), timings };
            return (outcome, kept.filter(|_| url.authority() == page.authority()));
        };
        // A connection to another authority is of no use to the host's pages.
        connection = kept.filter(|_| target.authority() == page.authority());
        url = target;
    }
    (JobOutcome::Robots { reply: RobotsReply::TooManyRedirects, timings }, connection)
}

async fn ask(
    url: &WireUrl,
    places: Places,
    connection: Option<Connection>,
    network: &Network,
) -> (JobOutcome, Option<Connection>) {
    let body_bytes_max = Some(BODY_BYTES_MAX as u64);
    let particulars = Particulars { body_bytes_max, places, ..Particulars::default() };
    fetch(url.clone(), particulars, connection, network).await
}

/// Waits for the address: after a redirect the first request must not be made again.
async fn ask_patiently(
    url: &WireUrl,
    connection: Option<Connection>,
    network: &Network,
) -> (JobOutcome, Option<Connection>) {
    let mut connection = connection;
    let mut places = Places::default();
    for _ in 0..REDIRECT_WAITS_MAX {
        let (outcome, kept) = ask(url, places, connection.take(), network).await;
        let JobOutcome::AddressBusy(busy) = outcome else { return (outcome, kept) };
        connection = kept;
        places = busy.places;
        tokio::time::sleep(busy.until.saturating_sub(clock::now())).await;
    }
    let failure = FetchFailure {
        kind: FailureKind::Connect,
        detail: format!("the address of {url} stays busy"),
    };
    (JobOutcome::Page { result: Err(failure), timings: Timings::default() }, None)
}

fn unreachable(kind: FailureKind, detail: &str) -> RobotsReply {
    RobotsReply::Unreachable(FetchFailure { kind, detail: detail.to_owned() })
}

fn redirect_target(url: &WireUrl, response: &Response) -> Option<WireUrl> {
    let location = location(response)?;
    Base::new(url).join(&location).ok()
}

/// Rules that did not arrive whole are none: the ones that are missing might forbid anything, so the
/// host counts as unreachable (RFC 9309 section 2.3.1.4). Those beyond the limit of section 2.5 are
/// not missed.
fn reply(response: &Response) -> RobotsReply {
    let encoding = response.headers.get("content-encoding").and_then(|value| value.to_str().ok());
    let limits = crawler_fetch::DecodeLimits { bytes_max: BODY_BYTES_MAX, ..Default::default() };
    let body = decode(&response.body, encoding, limits).bytes;
    let is_short = (200..300).contains(&response.status) && body.len() < BODY_BYTES_MAX;
    match response.truncated {
        Some(Truncated::Time) if is_short => {
            return unreachable(FailureKind::Timeout(Phase::Total), "robots.txt took too long");
        }
        Some(Truncated::Disconnect) if is_short => {
            return unreachable(FailureKind::Reset, "robots.txt was cut off");
        }
        _ => {}
    }
    RobotsReply::Answered {
        status: response.status,
        body,
        max_age: max_age(response),
        load: observation(response, clock::now()),
    }
}

/// What is left of the freshness that the answer came with (RFC 9111 section 4.2).
fn max_age(response: &Response) -> Option<Duration> {
    let fields = response.headers.get_all(http::header::CACHE_CONTROL).iter();
    let max_age = fields.filter_map(|field| parse_max_age(field.to_str().ok()?)).min()?;
    let age = header(response, "age").and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    Some(max_age.saturating_sub(Duration::from_secs(age)))
}

impl RobotsReply {
    fn bytes(&self) -> u64 {
        match self {
            Self::Answered { body, .. } => body.len() as u64,
            Self::TooManyRedirects | Self::Unreachable(_) => 0,
        }
    }

    pub(super) fn max_age(&self) -> Option<Duration> {
        match self {
            Self::Answered { max_age, .. } => *max_age,
            Self::TooManyRedirects | Self::Unreachable(_) => None,
        }
    }

    fn load(&self) -> Observation {
        match self {
            Self::Answered { load, .. } => *load,
            Self::TooManyRedirects => Observation::Answered,
            Self::Unreachable(failure) => failed(failure.kind),
        }
    }

    /// How often asking again soon may bring a better answer.
    fn retries(&self, retries: &Retries) -> u8 {
        match self {
            Self::Answered { status, load: Observation::Throttled { .. }, .. } => {
                retries.after_status(*status)
            }
            Self::Answered { .. } | Self::TooManyRedirects => 0,
            Self::Unreachable(failure) => retries.after_failure(failure.kind),
        }
    }

    /// In one word, for the statistics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Answered { status: 200..=299, .. } => "found",
            Self::Answered { status: 429 | 500.., .. } => "refused",
            Self::Answered { status: 400..=499, .. } => "missing",
            Self::Answered { .. } => "odd",
            Self::TooManyRedirects => "too_many_redirects",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// What it means (RFC 9309 section 2.3.1).
    pub(super) fn answer(&self) -> RobotsAnswer<'_> {
        match self {
            Self::Answered { status, body, .. } if (200..300).contains(status) => {
                RobotsAnswer::Body(body)
            }
            Self::Answered { status, .. } => RobotsAnswer::Status(*status),
            Self::TooManyRedirects => RobotsAnswer::TooManyRedirects,
            Self::Unreachable(_) => RobotsAnswer::Unreachable,
        }
    }

    /// Why the host's pages cannot be asked for, where that is not a line of robots.txt.
    pub(super) fn closed(&self) -> Option<Closed> {
        match self {
            Self::Answered { status, .. } if *status >= 500 || *status == 429 => {
                let detail = format!("robots.txt answered with status {status}");
                Some(Closed { reason: "robots", detail })
            }
            Self::Answered { .. } | Self::TooManyRedirects => None,
            Self::Unreachable(failure) => {
                Some(Closed { reason: failure.kind.as_str(), detail: failure.detail.clone() })
            }
        }
    }
}

impl Shard {
    /// Notes the rules that a reply means, paces the host, and gives the lease back: the page is
    /// asked for when the host is due again. A passing failure is no answer yet: robots.txt is
    /// asked for again, as often as a page would be.
    pub(super) fn learn_robots(&mut self, lease: Lease, reply: &RobotsReply) {
        let now = clock::now();
        let host = lease.fingerprint.host;
        self.ledger.counters().note_robots(reply.outcome());
        if !matches!(reply, RobotsReply::Unreachable(_)) {
            self.ledger.counters().robots_fetched += 1;
            self.shared.throughput.take_bytes(reply.bytes(), now);
        }
        if let RobotsReply::Unreachable(failure) = reply
            && self.is_unknown(&lease)
            && failure.retryable()
        {
            return self.await_robots(lease, failure);
        }
        let retries = reply.retries(&self.live.config.retries);
        let context = self.hosts.entry(host);
        if context.robots_failures < retries {
            context.robots_failures += 1;
            self.pace(host, reply.load());
        } else {
            context.robots_failures = 0;
            self.adopt_robots(&lease, reply, now);
        }
        let due = self.next_fetch_at(host);
        self.put_off(lease, due);
    }

    /// Whether no rules of the host are known, stale or not.
    fn is_unknown(&mut self, lease: &Lease) -> bool {
        self.hosts.entry(lease.fingerprint.host).robots(lease.url.scheme()).is_none()
    }

    /// A host without rules was not reached: nothing may be asked (RFC 9309 section 2.3.1.4), so it
    /// is its standing that decides how its URLs end. While it is alive each is tried as often as if
    /// the page itself had been asked for.
    fn await_robots(&mut self, lease: Lease, failure: &FetchFailure) {
        let host = lease.fingerprint.host;
        self.spend(host, 0, true);
        self.pace(host, failed(failure.kind));
        let retries = self.live.config.retries.after_failure(failure.kind);
        let standing = self.standing(host, clock::now());
        let failures = &mut self.hosts.entry(host).robots_failures;
        match standing {
            Standing::Dead(class) => return self.give_up_dead(lease, class),
            Standing::Alive if *failures >= retries => {
                *failures = 0;
                return self.give_up(lease, failure.kind.as_str(), &failure.detail);
            }
            Standing::Alive => *failures += 1,
            Standing::Probed(_) => {}
        }
        let due = self.next_fetch_at(host);
        self.put_off(lease, due);
    }

    /// From here on the reply decides on the host's pages.
    fn adopt_robots(&mut self, lease: &Lease, reply: &RobotsReply, now: UnixMillis) {
        let host = lease.fingerprint.host;
        let token = &self.shared.config.product_token;
        let memory = self.robots_memory(lease, reply, now);
        let context = self.hosts.entry(host);
        context.closed = reply.closed();
        context.sitemaps = Sought::No;
        let known = context.robots(lease.url.scheme());
        let was_known = known.is_some();
        let (answer, max_age) = (reply.answer(), reply.max_age());
        *known = Some(RobotsEntry::from_answer(answer, max_age, token, now, known.as_ref()));
        // A host that is closed to us is not asked again soon: its URLs need not wait to be told.
        let is_closed = context.closed.is_some() && !was_known;
        let crawl_delay = context.crawl_delay();
        self.frontier.remember_robots(host, lease.url.scheme(), memory);
        if let Some(pace) = self.frontier.pace(host) {
            pace.crawl_delay = crawl_delay;
        }
        if !is_closed {
            self.pace(host, reply.load());
        }
    }
}

#[cfg(test)]
mod tests {
    use crawler_fetch::Protocol;
    use http::HeaderMap;

    use super::*;

    #[test]
    fn rules_that_did_not_arrive_whole_are_none() {
        let rules = b"User-agent: *\nAllow: /".as_slice();
        let full = [rules, &vec![b'\n'; BODY_BYTES_MAX]].concat();
        let cases = [
            (200, rules, None, "answered"),
            (200, rules, Some(Truncated::Length), "answered"),
            (200, rules, Some(Truncated::Time), "timeout_total"),
            (200, rules, Some(Truncated::Disconnect), "reset"),
            (206, b"", Some(Truncated::Disconnect), "reset"),
            // What is missing would not be read.
            (200, &full[..BODY_BYTES_MAX], Some(Truncated::Disconnect), "answered"),
            // The status says it all.
            (404, rules, Some(Truncated::Disconnect), "answered"),
            (500, rules, Some(Truncated::Time), "answered"),
        ];
        for (status, body, truncated, expected) in cases {
            let reply = reply(&response(status, body, truncated));
            let told = match &reply {
                RobotsReply::Answered { .. } => "answered",
                RobotsReply::TooManyRedirects => "redirects",
                RobotsReply::Unreachable(failure) => failure.kind.as_str(),
            };
            assert_eq!(told, expected, "{status}, {truncated:?}, {} bytes", body.len());
            let is_closed = matches!(reply.answer(), RobotsAnswer::Unreachable);
            assert_eq!(is_closed, expected != "answered", "{status}, {truncated:?}");
        }
    }

    fn response(status: u16, body: &[u8], truncated: Option<Truncated>) -> Response {
        Response {
            status,
            version: Protocol::Http11,
            head: Bytes::new(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body),
            chunked: false,
            truncated,
            remote: ([192, 0, 2, 1], 80).into(),
            request_head: Bytes::new(),
            tls: false,
        }
    }
}
