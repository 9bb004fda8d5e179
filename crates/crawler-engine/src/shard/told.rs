//! How a URL's end is told to those who listen.

use std::time::Duration;

use crawler_fetch::{Response, Timings};
use crawler_frontier::Lease;

use super::Shard;
use super::page::header;
use super::settlement::End;
use crate::clock;
use crate::observe::{CrawlEvent, EndKind, UrlEnded};

/// What is told of an end besides its outcome; empty when nobody wants to know.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    /// How long the last fetch took.
    pub(super) took: Duration,
    /// Media type, without parameters.
    pub(super) mime: Option<Box<str>>,
}

impl Circumstances {
    pub(super) fn of_failure(timings: Timings) -> Self {
        Self { took: timings.total, mime: None }
    }
}

impl Shard {
    /// Whether anybody wants to know how URLs end.
    fn has_listeners(&self) -> bool {
        self.shared.events.is_heard()
    }

    /// What is to be told of a response later on.
    pub(super) fn circumstances(&self, response: &Response, timings: Timings) -> Circumstances {
        if !self.has_listeners() {
            return Circumstances::default();
        }
        let mime = header(response, "content-type").and_then(|value| value.split(';').next());
        Circumstances { took: timings.total, mime: mime.map(|mime| mime.trim().into()) }
    }

    /// Tells how a lease has ended, if its URL has.
    pub(super) fn tell_end(&self, lease: &Lease, end: &End, circumstances: Circumstances) {
        if !self.has_listeners() {
            return;
        }
        let (end, status, reason, bytes) = match end {
            End::Fetched { status, wire_bytes, .. } => {
                (EndKind::Fetched, Some(*status), None, *wire_bytes)
            }
            End::Failed { reason, .. } => (EndKind::Failed, None, Some(*reason), 0),
            End::Skipped { reason, .. } => (EndKind::Skipped, None, Some(*reason), 0),
            End::Retry | End::GivenBack => return,
        };
        self.shared.events.tell(CrawlEvent::Ended(UrlEnded {
            at_ms: clock::now().0,
            url: lease.url.as_str().to_owned(),
            end,
            status,
            reason,
            bytes,
            elapsed: circumstances.took,
            shard: self.id.0,
            depth: lease.depth,
            mime: circumstances.mime.map(String::from),
        }));
    }
}
