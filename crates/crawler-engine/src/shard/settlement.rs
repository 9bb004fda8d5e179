//! How a leased URL ends, and the bookkeeping of it.

use std::borrow::Cow;

use crawler_frontier::{Disposition, Lease, PageMemory};
use crawler_store::EncodedCapture;

use super::Shard;
use super::told::Circumstances;
use crate::counters::Counters;

/// The end of one lease, ready to become durable.
pub(super) struct Settlement {
    pub(super) lease: Lease,
    pub(super) end: End,
    pub(super) circumstances: Circumstances,
}

impl Settlement {
    /// An end that no fetch led to.
    pub(super) fn of(lease: Lease, end: End) -> Self {
        Self { lease, end, circumstances: Circumstances::default() }
    }
}

/// The ways a lease ends.
pub(super) enum End {
    /// A response was stored.
    Fetched {
        status: u16,
        wire_bytes: u64,
        content_bytes: u64,
        /// Why a part of the body is missing or could not be decoded.
        partial: Option<&'static str>,
        revisit: bool,
        /// For later generations; remembered together with the capture that it speaks of.
        memory: Option<Box<PageMemory>>,
        capture: EncodedCapture,
    },
    /// It was not asked for; `row` goes to the report of skipped URLs.
    Skipped { reason: &'static str, row: Vec<u8> },
    /// There was no response in all attempts; `row` goes to the report of skipped URLs.
    Failed { reason: &'static str, row: Vec<u8> },
    /// There will be another attempt.
    Retry,
    /// As if it had never been leased.
    GivenBack,
}

impl End {
    /// Bytes that wait in memory until they are sent to the writer.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Fetched { capture, .. } => capture.len(),
            Self::Skipped { row, .. } | Self::Failed { row, .. } => row.len(),
            Self::Retry | Self::GivenBack => 0,
        }
    }
}

impl Shard {
    /// Makes the end of a lease part of the next batch for the writer. All its outlinks are
    /// admitted or on their way to the writer by now.
    pub(super) fn settle(&mut self, settlement: Settlement) {
        let Settlement { lease, end, circumstances } = settlement;
        self.tell_end(&lease, &end, circumstances);
        let disposition = match &end {
            End::Fetched { .. } => Disposition::Fetched,
            End::Skipped { .. } => Disposition::Done,
            End::Failed { .. } => Disposition::Failed,
            End::Retry => Disposition::Retry,
            End::GivenBack => Disposition::GiveBack,
        };
        if !matches!(disposition, Disposition::Retry | Disposition::GiveBack) {
            self.accounted -= 1;
        }
        let fingerprint = lease.fingerprint;
        let host = fingerprint.host;
        self.frontier.settle(lease, disposition);
        let fetched = matches!(end, End::Fetched { .. });
        if let Some(memory) = self.ledger.record(end) {
            self.frontier.remember(fingerprint, *memory);
        }
        if fetched {
            self.gauges().fetched.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            self.close_lease(host);
        } else {
            self.refund_lease(host);
        }
        self.count_outstanding();
    }
}

/// Counts an end where the operator will look for it.
pub(super) fn count(end: &End, counters: &mut Counters) {
    match end {
        End::Fetched { status, wire_bytes, content_bytes, partial, revisit, capture, .. } => {
            counters.fetched += 1;
            *counters.status.entry(*status).or_default() += 1;
            counters.wire_bytes += wire_bytes;
            counters.content_bytes += content_bytes;
            if let Some(reason) = partial {
                *counters.partial.entry(Cow::Borrowed(reason)).or_default() += 1;
            }
            counters.warc_bytes += capture.len() as u64;
            counters.revisited += u64::from(*revisit);
        }
        End::Skipped { reason, .. } => counters.skip(reason),
        End::Failed { reason, .. } => counters.fail(reason),
        End::Retry => counters.retried += 1,
        End::GivenBack => {}
    }
}
