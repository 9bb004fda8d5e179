//! robots.txt as a prerequisite: fetched by the same path and pace before a host's first page.

use bytes::Bytes;
use crawler_fetch::{Connection, Response, decode};
use crawler_frontier::Lease;
use crawler_politeness::robots::{BODY_BYTES_MAX, REDIRECTS_MAX, RobotsAnswer, RobotsEntry};
use crawler_politeness::{Observation, UnixMillis};
use crawler_url::{Base, WireUrl};

use super::Shard;
use super::job::{JobOutcome, Network, fetch};
use super::outcome::{location, observation};
use crate::clock;

/// What asking for robots.txt brought.
pub(super) enum RobotsReply {
    /// Some answer of a server, with what it says about the server's load.
    Answered { status: u16, body: Bytes, load: Observation },
    /// More redirects than RFC 9309 section 2.3.1.2 wants followed.
    TooManyRedirects,
    /// No answer.
    Unreachable,
}

/// Asks for the robots.txt of `page`'s host and follows its redirects. `Err` tells when the
/// address has room for another request.
pub(super) async fn fetch_robots(
    page: &WireUrl,
    connection: Option<Connection>,
    network: &Network,
) -> (Result<RobotsReply, UnixMillis>, Option<Connection>) {
    let Ok(mut url) = Base::new(page).join("/robots.txt") else {
        return (Ok(RobotsReply::Unreachable), connection);
    };
    let mut connection = connection;
    for _ in 0..=REDIRECTS_MAX {
        let (outcome, kept) =
            fetch(url.clone(), None, Some(BODY_BYTES_MAX as u64), connection.take(), network).await;
        let response = match outcome {
            JobOutcome::AddressBusy(at) => return (Err(at), kept),
            JobOutcome::Page { result: Ok(response), .. } => response,
            _ => return (Ok(RobotsReply::Unreachable), kept),
        };
        match redirect_target(&url, &response) {
            // A connection to another authority is of no use to the host's pages.
            Some(target) => {
                connection = kept.filter(|_| target.authority() == page.authority());
                url = target;
            }
            None => {
                return (
                    Ok(answered(&response)),
                    kept.filter(|_| url.authority() == page.authority()),
                );
            }
        }
    }
    (Ok(RobotsReply::TooManyRedirects), connection)
}

fn redirect_target(url: &WireUrl, response: &Response) -> Option<WireUrl> {
    let location = location(response)?;
    Base::new(url).join(&location).ok()
}

fn answered(response: &Response) -> RobotsReply {
    let encoding = response.headers.get("content-encoding").and_then(|value| value.to_str().ok());
    let limits = crawler_fetch::DecodeLimits { bytes_max: BODY_BYTES_MAX, ..Default::default() };
    let body = decode(&response.body, encoding, limits).bytes;
    RobotsReply::Answered {
        status: response.status,
        body,
        load: observation(response, clock::now()),
    }
}

impl Shard {
    /// Notes the rules that a reply means, paces the host, and gives the lease back: the page is
    /// asked for when the host is due again.
    pub(super) fn learn_robots(&mut self, lease: Lease, reply: &RobotsReply) {
        let now = clock::now();
        let host = lease.fingerprint.host;
        let (answer, load) = match reply {
            RobotsReply::Answered { status, body, load } if (200..300).contains(status) => {
                (RobotsAnswer::Body(body), *load)
            }
            RobotsReply::Answered { status, load, .. } => (RobotsAnswer::Status(*status), *load),
            RobotsReply::TooManyRedirects => {
                (RobotsAnswer::TooManyRedirects, Observation::Answered)
            }
            RobotsReply::Unreachable => (RobotsAnswer::Unreachable, Observation::Failed),
        };
        let token = &self.shared.config.product_token;
        let context = self.hosts.entry(host);
        context.robots_pending = false;
        let known = context.robots(lease.url.scheme());
        let entry = RobotsEntry::from_answer(answer, token, now, known.as_ref());
        let crawl_delay = entry.rules.crawl_delay();
        *known = Some(entry);
        self.ledger.counters().robots_fetched += 1;
        if let Some(pace) = self.frontier.pace(host) {
            pace.crawl_delay = crawl_delay;
        }
        self.pace(host, load);
        let due = self.frontier.pace(host).map_or(now, |pace| pace.next_fetch_at);
        self.frontier.snooze(lease, due);
        self.refund_lease(host);
    }
}
