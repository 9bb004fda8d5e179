//! Sitemaps and feeds: queued when a host's robots.txt is known, fetched like pages, read for what they list.
//!
//! A sitemap is told from a page by its discovery path: the hop to it is a prerequisite (`P`), that to
//! what it lists is a manifest (`M`). So it is known as one after a restart too.

use std::sync::Arc;

use crawler_extract::{Entry, EntryKind, Expect, LISTING_BYTES_MAX, ListingEnd, ListingForm};
use crawler_frontier::{Hop, Lease, Source};
use crawler_politeness::robots::{RobotsRules, RobotsVerdict};
use crawler_url::scope::{ScopeKind, Verdict};
use crawler_url::{UrlError, WireUrl};

use super::Shard;
use super::ledger::combined;
use super::listed::{Listed, Wanted};
use super::outlinks::{Follow, Outlinks};
use super::page::Reading;
use crate::config::{CrawlConfig, Sitemaps};
use crate::mesh::{Delivery, DeliveryState};

/// Indexes within indexes, which the protocol does not have, are followed so far.
const NESTING_MAX: usize = 3;
/// Entries of a listing that are taken in one turn, to bound its CPU time. In this crate's tests few are.
const ENTRIES_PER_TURN_MAX: usize = if cfg!(test) { 2 } else { 1000 };
/// Where sitemaps are when robots.txt names none.
const WELL_KNOWN: [&str; 2] = ["/sitemap.xml", "/sitemap_index.xml"];
/// The letters that the hops of a sitemap may end with, redirects on the way included.
const SITEMAP_HOPS: [char; 2] = ['P', 'R'];

/// Whether the sitemaps of a host are queued.
#[derive(Default)]
pub(super) enum Sought {
    #[default]
    No,
    /// Some are on their way to other shards.
    UnderWay(Vec<Delivery>),
    /// They are, or it has none.
    Yes,
}

/// Whether a URL was queued as a sitemap.
pub(super) fn is_sitemap(lease: &Lease) -> bool {
    nesting(lease) > 0
}

/// The body limit of a sitemap, which may be larger than a page.
pub(super) fn body_bytes_max(lease: &Lease, config: &CrawlConfig) -> Option<u64> {
    is_sitemap(lease).then(|| config.fetch.body_bytes_max.max(LISTING_BYTES_MAX as u64))
}

/// What the body of a URL may be besides a page.
pub(super) fn wanted(lease: &Lease, config: &CrawlConfig) -> Wanted {
    let expect = if is_sitemap(lease) { Expect::Sitemap } else { Expect::Anything };
    Wanted { expect, sitemaps: config.sitemaps != Sitemaps::Off, decode: config.decode }
}

/// Queues the sitemaps that a host's rules name, else those in the usual places that they do not forbid.
fn name(rules: Option<&RobotsRules>, outlinks: &mut Outlinks<'_>) {
    let named = rules.map(RobotsRules::sitemaps).unwrap_or_default();
    for href in named {
        sitemap(href, outlinks);
    }
    if !named.is_empty() || outlinks.config.sitemaps != Sitemaps::WellKnown {
        return;
    }
    for target in usual_places(rules) {
        sitemap(target, outlinks);
    }
}

fn usual_places(rules: Option<&RobotsRules>) -> impl Iterator<Item = &'static str> {
    let may_ask =
        move |target: &str| rules.is_none_or(|rules| rules.judge(target) == RobotsVerdict::Allowed);
    WELL_KNOWN.into_iter().filter(move |target| may_ask(target))
}

/// Hands over where a sitemap was redirected to: another sitemap.
pub(super) fn redirect(target: WireUrl, outlinks: &mut Outlinks<'_>) {
    match judge(&target, outlinks) {
        Ok(()) => outlinks.redirect(target, Source::Sitemap),
        Err(reason) => outlinks.refuse(reason),
    }
}

/// Counts a listing and takes its first entries; gives back what is left of it.
pub(super) fn begin(mut listed: Listed, outlinks: &mut Outlinks<'_>) -> Option<Listed> {
    let facts = listed.facts;
    match facts.form {
        ListingForm::Feed => outlinks.counters.feeds_read += 1,
        _ if outlinks.config.sitemaps == Sitemaps::Off => return None,
        _ => outlinks.counters.sitemaps_read += 1,
    }
    outlinks.counters.listings_cut += u64::from(facts.end != ListingEnd::Complete);
    outlinks.counters.refuse_links("sitemap_limit", u64::from(facts.dropped));
    take_some(&mut listed, outlinks);
    listed.has_more().then_some(listed)
}

/// Takes as many entries as a turn may.
pub(super) fn take_some(listed: &mut Listed, outlinks: &mut Outlinks<'_>) {
    let form = listed.facts.form;
    for entry in listed.take(ENTRIES_PER_TURN_MAX) {
        take(form, entry, outlinks);
    }
}

impl Shard {
    /// Whether the sitemaps of a lease's host are safe in their queues: looked for once, when its rules
    /// are known, whatever becomes of its URLs. None of them ends before.
    pub(super) fn has_sought_sitemaps(&mut self, lease: &Lease) -> bool {
        let config = &self.live.config;
        // Pages that sitemaps list are never in the scope of the seed pages alone. A host that has only a
        // sitemap of others is none of the crawl's.
        if config.sitemaps == Sitemaps::Off
            || config.scope.kind == ScopeKind::Page
            || is_sitemap(lease)
        {
            return true;
        }
        let host = lease.fingerprint.host;
        let context = self.hosts.entry(host);
        match &context.sitemaps {
            Sought::Yes => return true,
            Sought::No => {}
            Sought::UnderWay(deliveries) => match combined(deliveries) {
                DeliveryState::Pending => return false,
                DeliveryState::Admitted => {
                    context.sitemaps = Sought::Yes;
                    return true;
                }
                DeliveryState::Lost => self.outboxes.forget_recent(),
            },
        }
        let rules =
            context.robots(lease.url.scheme()).as_ref().map(|entry| Arc::clone(&entry.rules));
        let mut reading = Reading::default();
        self.find_outlinks(lease, &mut reading, |outlinks, _| name(rules.as_deref(), outlinks));
        let is_safe = reading.deliveries.is_empty();
        self.hosts.entry(host).sitemaps =
            if is_safe { Sought::Yes } else { Sought::UnderWay(reading.deliveries) };
        is_safe
    }
}

/// Index upon index that led to a sitemap; 0 for what is none.
fn nesting(lease: &Lease) -> usize {
    let hops = lease.hops.as_str();
    let above = hops.trim_end_matches(SITEMAP_HOPS);
    hops[above.len()..].matches('P').count()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_places_that_are_forbidden_are_left_out() {
        let cases = [
            ("Disallow: /private/", &["/sitemap.xml", "/sitemap_index.xml"][..]),
            ("Disallow: /sitemap_", &["/sitemap.xml"]),
            ("Disallow: /", &[]),
        ];
        for (line, expected) in cases {
            let rules = RobotsRules::parse(format!("User-agent: *\n{line}").as_bytes(), "crawler");
            assert_eq!(usual_places(Some(&rules)).collect::<Vec<_>>(), expected, "{line}");
        }
        assert_eq!(usual_places(None).count(), 2);
    }
}
