//! Large bodies, which must not hold up the shard: its other hosts are served while one is at work.
//!
//! What is to be unpacked and read (sitemaps and feeds) or hashed and compressed (captures) is done by a
//! second thread of the shard, one body at a time; it shares the core with the loop. The entries of a
//! sitemap become URLs of the crawl on the shard's own thread, so many a turn. All the while the
//! URL stays leased: a crash has it fetched again.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use crawler_frontier::Lease;
use crawler_store::CaptureEncoder;
use tokio::task::{JoinError, JoinSet, spawn_blocking};

use super::Shard;
use super::capture::{Encoded, encode};
use super::job::JobOutcome;
use super::listed::{Listed, Unpacked, Wanted, unpack};
use super::page::{ReadPage, header};
use super::sitemaps;

/// Threads of a shard besides its own.
pub(super) const THREADS: usize = 1;
/// Listings received in so many bytes are read elsewhere: 64 KiB unpack to 13 MB at most, by the limit on
/// the ratio. In this crate's tests all of them are.
const LISTING_BYTES: usize = if cfg!(test) { 1 } else { 64 << 10 };
/// Captures of so many bytes are compressed elsewhere. In this crate's tests some are.
const CAPTURE_BYTES: usize = if cfg!(test) { 1 << 10 } else { 4 << 20 };
/// Bytes of bodies that may be at work before the shard leases no more.
const HELD_BYTES_MAX: usize = 64 << 20;
/// How often a shard looks whether there is room for entries again.
const ROOM_POLL: Duration = Duration::from_millis(10);

/// Unpacks and reads what was received, if it may be a large listing.
pub(super) async fn read_ahead(outcome: &JobOutcome, wanted: Wanted) -> Option<Box<Unpacked>> {
    let JobOutcome::Page { result: Ok(response), .. } = outcome else { return None };
    let content_type = header(response, "content-type");
    if response.body.len() < LISTING_BYTES || !wanted.may_be(content_type) {
        return None;
    }
    let body = response.body.clone();
    let content_type = content_type.map(str::to_owned);
    let content_encoding = header(response, "content-encoding").map(str::to_owned);
    let work = move || unpack(&body, content_encoding.as_deref(), content_type.as_deref(), wanted);
    Some(Box::new(spawn_blocking(work).await.unwrap_or_else(panic_on)))
}

/// Pages at work.
#[derive(Default)]
pub(super) struct HeavyPages {
    /// Entries of their listings are left.
    listing: VecDeque<ReadPage>,
    encoding: JoinSet<Box<(ReadPage, Encoded)>>,
    bytes: usize,
}

impl HeavyPages {
    pub(super) fn len(&self) -> usize {
        self.listing.len() + self.encoding.len()
    }

    /// Whether memory allows more URLs to be leased.
    pub(super) fn has_room(&self) -> bool {
        self.bytes < HELD_BYTES_MAX
    }

    /// Leases of pages that may still bring links.
    pub(super) fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.listing.iter().map(|page| &page.running.lease)
    }

    /// The next page whose capture is encoded; `None` while there is none to wait for.
    pub(super) async fn encoded(&mut self) -> Option<Box<(ReadPage, Encoded)>> {
        let done = self.encoding.join_next().await?.unwrap_or_else(panic_on);
        self.bytes = self.bytes.saturating_sub(done.0.response.body.len());
        Some(done)
    }

    /// Gives up what is at work.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A panic over there is one here: the shard starts anew from its last commit.
fn panic_on<T>(error: JoinError) -> T {
    resume_unwind(error.into_panic())
}

impl Shard {
    /// Takes a page on its way to the store: entries first, then the capture.
    pub(super) fn go_on_with(&mut self, page: ReadPage) {
        let body_bytes = page.response.body.len();
        if page.reading.listed.is_some() {
            self.heavy.bytes += body_bytes;
            self.heavy.listing.push_back(page);
            return;
        }
        let lease = &page.running.lease;
        let rules = self.hosts.rules(lease.fingerprint.host, lease.url.scheme());
        let generation = self.shared.generation;
        if body_bytes < CAPTURE_BYTES {
            let capture =
                encode(&mut self.work.encoder, &page, rules.map(|rules| &**rules), generation);
            return self.store_page(page, capture);
        }
        self.heavy.bytes += body_bytes;
        let (rules, records) = (rules.map(Arc::clone), self.shared.config.records);
        self.heavy.encoding.spawn_blocking(move || {
            let mut encoder = CaptureEncoder::new(records);
            let capture = encode(&mut encoder, &page, rules.as_deref(), generation);
            Box::new((page, capture))
        });
    }

    /// Takes some entries of a listing, if there is room for the URLs they bring.
    pub(super) fn advance_heavy(&mut self) {
        if !self.has_room_for_entries() {
            return;
        }
        let Some(mut page) = self.heavy.listing.pop_front() else { return };
        self.heavy.bytes = self.heavy.bytes.saturating_sub(page.response.body.len());
        let mut listed = page.reading.listed.take();
        let lease = &page.running.lease;
        self.find_outlinks(lease, &mut page.reading, |outlinks, _| {
            if let Some(listed) = &mut listed {
                sitemaps::take_some(listed, outlinks);
            }
        });
        page.reading.listed = listed.filter(Listed::has_more);
        self.go_on_with(page);
    }

    /// When there is something to do about large bodies.
    pub(super) fn heavy_patience(&self) -> Duration {
        match (self.heavy.listing.is_empty(), self.has_room_for_entries()) {
            (true, _) => Duration::MAX,
            (false, true) => Duration::ZERO,
            (false, false) => ROOM_POLL,
        }
    }

    fn has_room_for_entries(&self) -> bool {
        self.frontier.has_room() && self.outboxes.has_room()
    }
}
