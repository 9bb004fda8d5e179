//! How a URL's end is told: to those who listen, and to the crawl log.

use std::time::{Duration, SystemTime};

use crawler_fetch::{Response, Timings};
use crawler_frontier::{Lease, Shed};

use super::Shard;
use super::crawl_log::log_row;
use super::page::header;
use super::settlement::End;
use crate::clock;
use crate::observe::{CrawlEvent, EndKind, UrlEnded};

/// What is told of an end besides its outcome; empty when nobody wants to know.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    /// When the last fetch began, and how long it took.
    pub(super) fetched: Option<(SystemTime, Duration)>,
    /// Media type, without parameters.
    pub(super) mime: Option<Box<str>>,
}

/// A URL that has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndedUrl<'a> {
    pub(super) url: &'a str,
    pub(super) via: Option<&'a str>,
    pub(super) depth: u16,
    pub(super) hops: &'a str,
    /// Before the last one.
    pub(super) attempts: u8,
}

impl<'a> From<&'a Lease> for EndedUrl<'a> {
    fn from(lease: &'a Lease) -> Self {
        Self {
            url: lease.url.as_str(),
            via: lease.via.as_deref(),
            depth: lease.depth,
            hops: lease.hops.as_str(),
            attempts: lease.attempts,
        }
    }
}

impl<'a> From<&'a Shed> for EndedUrl<'a> {
    fn from(shed: &'a Shed) -> Self {
        Self {
            url: shed.url.as_str(),
            via: shed.via.as_deref(),
            depth: shed.depth,
            hops: shed.hops.as_str(),
            attempts: 0,
        }
    }
}

/// In which way it ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'a> {
    Fetched {
        status: u16,
        bytes: u64,
        digest: &'a str,
        partial: Option<&'static str>,
        is_revisit: bool,
    },
    Failed(&'static str),
    Skipped(&'static str),
}

impl<'a> Outcome<'a> {
    /// `None` if the URL has not ended.
    fn of(end: &'a End) -> Option<Self> {
        match end {
            End::Fetched { status, wire_bytes, partial, revisit, capture, .. } => {
                Some(Self::Fetched {
                    status: *status,
                    bytes: *wire_bytes,
                    digest: capture.payload_digest(),
                    partial: *partial,
                    is_revisit: *revisit,
                })
            }
            End::Failed { reason, .. } => Some(Self::Failed(reason)),
            End::Skipped { reason, .. } => Some(Self::Skipped(reason)),
            End::Retry | End::GivenBack => None,
        }
    }
}

impl Shard {
    fn keeps_log(&self) -> bool {
        self.shared.config.store.crawl_log
    }

    /// Whether anybody wants to know how URLs end.
    fn are_ends_told(&self) -> bool {
        self.keeps_log() || self.shared.events.is_heard()
    }

    /// What is to be told later on of a fetch that has ended.
    pub(super) fn circumstances(
        &self,
        timings: Timings,
        response: Option<&Response>,
    ) -> Circumstances {
        if !self.are_ends_told() {
            return Circumstances::default();
        }
        let now = SystemTime::now();
        let begun_at = now.checked_sub(timings.total).unwrap_or(now);
        let mime = response.and_then(|response| header(response, "content-type"));
        let mime = mime.and_then(|value| value.split(';').next()).map(|mime| mime.trim().into());
        Circumstances { fetched: Some((begun_at, timings.total)), mime }
    }

    /// Tells how a lease has ended, if its URL has.
    pub(super) fn tell_end(&mut self, lease: &Lease, end: &End, circumstances: Circumstances) {
        if self.are_ends_told()
            && let Some(outcome) = Outcome::of(end)
        {
            self.tell(EndedUrl::from(lease), outcome, circumstances);
        }
    }

    /// Tells that a URL was turned away.
    pub(super) fn tell_shed(&mut self, shed: &Shed, reason: &'static str) {
        if self.are_ends_told() {
            let outcome = Outcome::Skipped(reason);
            self.tell(EndedUrl::from(shed), outcome, Circumstances::default());
        }
    }

    fn tell(&mut self, ended: EndedUrl<'_>, outcome: Outcome<'_>, circumstances: Circumstances) {
        if self.keeps_log() {
            log_row(ended, outcome, &circumstances, self.id, self.ledger.log());
        }
        if self.shared.events.is_heard() {
            let event = event(ended, outcome, circumstances, self.id.0);
            self.shared.events.tell(CrawlEvent::Ended(event));
        }
    }
}

fn event(
    ended: EndedUrl<'_>,
    outcome: Outcome<'_>,
    circumstances: Circumstances,
    shard: u16,
) -> UrlEnded {
    let (end, status, reason, bytes) = match outcome {
        Outcome::Fetched { status, bytes, .. } => (EndKind::Fetched, Some(status), None, bytes),
        Outcome::Failed(reason) => (EndKind::Failed, None, Some(reason), 0),
        Outcome::Skipped(reason) => (EndKind::Skipped, None, Some(reason), 0),
    };
    UrlEnded {
        at_ms: clock::now().0,
        url: ended.url.to_owned(),
        end,
        status,
        reason,
        bytes,
        elapsed: circumstances.fetched.map_or(Duration::ZERO, |(_, took)| took),
        shard,
        depth: ended.depth,
        mime: circumstances.mime.map(String::from),
    }
}
