//! Sitemaps and feeds: queued when a host is met, fetched like pages, read for what they list.
//!
//! A sitemap is told from a page by its discovery path: the hop to it is a prerequisite (`P`), that to
//! what it lists is a manifest (`M`). So it is known as one after a restart too.

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use crawler_extract::{
    Entry, EntryKind, Expect, LISTING_BYTES_MAX, ListingEnd, ListingForm, ListingInput, is_xml,
    read_listing,
};
use crawler_fetch::{DecodeLimits, decode};
use crawler_frontier::{Candidate, Hop, Lease, Source};
use crawler_politeness::robots::RobotsRules;
use crawler_url::scope::{ScopeKind, Verdict};
use crawler_url::{UrlError, WireUrl};

use super::Shard;
use super::outlinks::{Follow, Outlinks};
use crate::config::{CrawlConfig, Sitemaps};

/// Indexes within indexes, which the protocol does not have, are followed so far.
const NESTING_MAX: usize = 3;
/// Where sitemaps are when robots.txt names none.
const WELL_KNOWN: [&str; 2] = ["/sitemap.xml", "/sitemap_index.xml"];
/// The letters that the hops of a sitemap may end with, redirects on the way included.
const SITEMAP_HOPS: [char; 2] = ['P', 'R'];

/// What is known of the sitemaps of a host that nobody has asked for yet.
#[derive(Default)]
pub(super) struct Unsought {
    rules: Option<Arc<RobotsRules>>,
    well_known: bool,
}

/// Whether a URL was queued as a sitemap.
pub(super) fn is_sitemap(lease: &Lease) -> bool {
    nesting(lease) > 0
}

/// The body limit of a sitemap, which may be larger than a page.
pub(super) fn body_bytes_max(lease: &Lease, config: &CrawlConfig) -> Option<u64> {
    is_sitemap(lease).then(|| config.fetch.body_bytes_max.max(LISTING_BYTES_MAX as u64))
}

/// Queues a host's sitemaps as if its first page had named them, so that they are as safe as links.
pub(super) fn name(unsought: &Unsought, outlinks: &mut Outlinks<'_>) {
    let named = unsought.rules.as_ref().map(|rules| rules.sitemaps()).unwrap_or_default();
    for href in named {
        sitemap(href, outlinks);
    }
    for target in WELL_KNOWN.iter().filter(|_| unsought.well_known && named.is_empty()) {
        sitemap(target, outlinks);
    }
}

/// Hands over where a sitemap was redirected to: another sitemap.
pub(super) fn redirect(target: WireUrl, outlinks: &mut Outlinks<'_>) {
    match judge(&target, outlinks) {
        Ok(()) => outlinks.redirect(target, Source::Sitemap),
        Err(reason) => outlinks.refuse(reason),
    }
}

/// Reads a body that is a sitemap or a feed; tells whether it is.
pub(super) fn read(body: &Bytes, content_type: Option<&str>, outlinks: &mut Outlinks<'_>) -> bool {
    let expect = if is_sitemap(outlinks.lease) { Expect::Sitemap } else { Expect::Anything };
    if expect == Expect::Anything && !is_xml(content_type) {
        return false;
    }
    let config = outlinks.config;
    let unpacked = unpacked(body, config.decode);
    let input = ListingInput { bytes: &unpacked, content_type, expect };
    let is_wanted = |form| form == ListingForm::Feed || config.sitemaps != Sitemaps::Off;
    let mut ranks = Vec::new();
    let ranked_from = outlinks.local.len();
    let facts = read_listing(&input, &mut |form, entry| {
        if is_wanted(form) {
            take(form, entry, outlinks);
            ranks.resize(outlinks.local.len() - ranked_from, entry.priority);
        }
    });
    let Some(facts) = facts else { return false };
    if is_wanted(facts.form) {
        rank(&mut outlinks.local, ranked_from, &ranks);
        match facts.form {
            ListingForm::Feed => outlinks.counters.feeds_read += 1,
            _ => outlinks.counters.sitemaps_read += 1,
        }
        outlinks.counters.listings_cut += u64::from(facts.end != ListingEnd::Complete);
        outlinks.counters.refuse_links("sitemap_limit", u64::from(facts.dropped));
    }
    true
}

impl Shard {
    /// What there is to know of the sitemaps of a lease's host, once.
    pub(super) fn unsought_sitemaps(&mut self, lease: &Lease) -> Unsought {
        let config = &self.live.config;
        // Pages that sitemaps list are never in the scope of the seed pages alone.
        if config.sitemaps == Sitemaps::Off || config.scope.kind == ScopeKind::Page {
            return Unsought::default();
        }
        let context = self.hosts.entry(lease.fingerprint.host);
        if std::mem::replace(&mut context.sitemaps_sought, true) {
            return Unsought::default();
        }
        let rules = context.robots(lease.url.scheme()).as_ref();
        Unsought {
            rules: rules.map(|entry| Arc::clone(&entry.rules)),
            well_known: config.sitemaps == Sitemaps::WellKnown,
        }
    }
}

/// Index upon index that led to a sitemap; 0 for what is none.
fn nesting(lease: &Lease) -> usize {
    let hops = lease.hops.as_str();
    let above = hops.trim_end_matches(SITEMAP_HOPS);
    hops[above.len()..].matches('P').count()
}

/// A sitemap may be packed without a header that says so: it is the file that is compressed.
fn unpacked(body: &Bytes, limits: DecodeLimits) -> Bytes {
    const GZIP: &[u8] = &[0x1F, 0x8B];
    if !body.starts_with(GZIP) {
        return body.clone();
    }
    // One byte more tells that it is too long.
    decode(body, Some("gzip"), DecodeLimits { bytes_max: LISTING_BYTES_MAX + 1, ..limits }).bytes
}

fn take(form: ListingForm, entry: Entry<'_>, outlinks: &mut Outlinks<'_>) {
    outlinks.found += 1;
    if outlinks.follow == Follow::No {
        return outlinks.refuse("nofollow");
    }
    let from = outlinks.config.sitemap_from.filter(|_| form != ListingForm::Feed);
    if entry.modified.zip(from).is_some_and(|(modified, from)| modified.last < from) {
        return outlinks.refuse("sitemap_from");
    }
    if entry.kind == EntryKind::Sitemap {
        return sitemap(entry.href, outlinks);
    }
    let (hop, source) = match form {
        ListingForm::Feed => (Hop::Link, Source::Link),
        _ => (Hop::Manifest, Source::Sitemap),
    };
    match outlinks.base.join(entry.href) {
        Ok(url) => outlinks.discover(url, hop, source),
        Err(UrlError::Empty | UrlError::Scheme(_)) => {}
        Err(_) => outlinks.refuse("malformed"),
    }
}

/// Queues a sitemap: those of the host itself may lie outside of the scope, as robots.txt does.
fn sitemap(href: &str, outlinks: &mut Outlinks<'_>) {
    let Ok(url) = outlinks.base.join(href) else { return outlinks.refuse("malformed") };
    if nesting(outlinks.lease) >= NESTING_MAX {
        return outlinks.refuse("sitemap_nesting");
    }
    if let Err(reason) = judge(&url, outlinks) {
        return outlinks.refuse(reason);
    }
    outlinks.prerequisite(url);
}

fn judge(url: &WireUrl, outlinks: &Outlinks<'_>) -> Result<(), &'static str> {
    if url.host() == outlinks.lease.url.host() {
        return if outlinks.scope.excludes(url) { Err("excluded") } else { Ok(()) };
    }
    match outlinks.scope.judge(url, outlinks.lease.depth) {
        Verdict::In => Ok(()),
        Verdict::Out(why) => Err(why.reason()),
    }
}

/// Puts what a sitemap ranks higher first; its order decides among equals.
fn rank(local: &mut Vec<Candidate>, from: usize, ranks: &[u8]) {
    if ranks.windows(2).all(|pair| pair[0] >= pair[1]) {
        return;
    }
    let mut ranked: Vec<_> = local.drain(from..).zip(ranks).collect();
    ranked.sort_by_key(|(_, rank)| Reverse(**rank));
    local.extend(ranked.into_iter().map(|(candidate, _)| candidate));
}
