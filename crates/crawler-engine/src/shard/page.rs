//! From a response to a capture and its outlinks.

use std::sync::Arc;
use std::time::SystemTime;

use crawler_extract::{
    LinkKind, LinkVisitor, PageFacts, PageInput, RobotsDirectives, Want, extract, is_html,
    parse_link_header, parse_x_robots_tag, simhash,
};
use crawler_fetch::{DecodeEnd, Response, Timings, Truncated};
use crawler_frontier::{Lease, Source};
use crawler_store::{CaptureEncoder, SkippedRow, encode_skipped};
use crawler_url::scope::{OutOfScope, Scope, Verdict};
use crawler_url::{Base, Canonicalizer, WireUrl};

use super::capture::{Encoded, memory_of};
use super::job::Running;
use super::listed::{Listed, Unpacked, unpack};
use super::outcome::location;
use super::outlinks::{Follow, Outlinks};
use super::refused::RefusedLinks;
use super::settlement::{End, Settlement};
use super::traps::Content;
use super::{Shard, sitemaps};
use crate::mesh::Delivery;
use crate::shared::Shared;

/// Bytes of a body that are looked at to tell whether it is HTML.
const SNIFF_BYTES: usize = 512;
/// How much of a page is scanned for links: the scan is linear, at some 0.5 GB/s, so that no page holds
/// up its shard for more than some tens of milliseconds.
const SCANNED_BYTES_MAX: usize = 16 << 20;

/// What a shard needs to work on pages; buffers are reused.
pub(super) struct PageWork {
    pub(super) encoder: CaptureEncoder,
    canonicalizer: Canonicalizer,
    scope: Arc<Scope>,
    pub(super) refused: RefusedLinks,
    scope_version: u64,
}

/// What reading a page brought.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) facts: Option<PageFacts>,
    pub(super) content_bytes: Option<u64>,
    /// Why not all of the body could be decoded.
    pub(super) undecoded: Option<&'static str>,
    pub(super) links_found: u32,
    pub(super) redirect: Option<WireUrl>,
    pub(super) canonical: Option<WireUrl>,
    pub(super) simhash: Option<u64>,
    pub(super) robots: RobotsDirectives,
    pub(super) follow: Follow,
    /// What it lists and was not taken yet.
    pub(super) listed: Option<Listed>,
    /// Batches that took its outlinks to other shards.
    pub(super) deliveries: Vec<Delivery>,
}

/// A response that was read.
pub(super) struct ReadPage {
    pub(super) running: Running,
    pub(super) response: Box<Response>,
    pub(super) timings: Timings,
    pub(super) reading: Reading,
}

impl PageWork {
    pub(super) fn new(shared: &Shared, fingerprint_seed: u64) -> Self {
        Self {
            encoder: CaptureEncoder::new(shared.config.records),
            canonicalizer: Canonicalizer::keyed(fingerprint_seed)
                .with_rules(&shared.config.canonical),
            scope: shared.scope.load(),
            refused: RefusedLinks::new(shared.config.list_refused),
            scope_version: shared.scope.version(),
        }
    }

    /// The scope as it is now.
    pub(super) fn scope(&mut self, shared: &Shared) -> &Arc<Scope> {
        let version = shared.scope.version();
        if version != self.scope_version {
            (self.scope, self.scope_version) = (shared.scope.load(), version);
        }
        &self.scope
    }
}

/// A row for the report of URLs that were not fetched.
pub(super) fn report_row(lease: &Lease, reason: &str, detail: Option<&str>) -> Vec<u8> {
    let row = SkippedRow {
        url: lease.url.as_str(),
        reason,
        detail,
        via: lease.via.as_deref(),
        depth: lease.depth,
        attempts: lease.attempts,
    };
    encode_skipped(&row, SystemTime::now())
}

impl Shard {
    /// Stores a page whose outlinks are found, and settles it when they are safe.
    pub(super) fn store_page(&mut self, page: ReadPage, encoded: Encoded) {
        let ReadPage { running, response, timings, reading } = page;
        let (lease, response) = (running.lease, &*response);
        let Encoded { capture, is_revisit } = encoded;
        let is_new = response.status == 200 && !is_revisit;
        if is_new {
            self.watch_template(&lease.url, Content::of(&capture, reading.simhash));
        }
        let end = End::Fetched {
            status: response.status,
            wire_bytes: (response.head.len() + response.body.len()) as u64,
            content_bytes: reading.content_bytes.unwrap_or(0),
            partial: response.truncated.map(Truncated::as_str).or(reading.undecoded),
            revisit: is_revisit,
            memory: is_new.then(|| Box::new(memory_of(response, &reading, &capture))),
            capture,
        };
        let circumstances = self.circumstances(timings, Some(response));
        let settlement = Settlement { lease, end, circumstances };
        if reading.deliveries.is_empty() {
            self.settle(settlement);
        } else {
            self.ledger.wait_for(reading.deliveries, settlement);
        }
    }

    /// Decodes and scans a response, what was not done `ahead` of it.
    pub(super) fn read_page(
        &mut self,
        running: Running,
        response: Box<Response>,
        timings: Timings,
        ahead: Option<Box<Unpacked>>,
    ) -> ReadPage {
        let mut reading = Reading::default();
        self.find_outlinks(&running.lease, &mut reading, |outlinks, reading| {
            if let Some(target) = location(&response) {
                reading.redirect = follow_redirect(&target, outlinks);
            } else {
                scan(&response, ahead, outlinks, reading);
            }
        });
        ReadPage { running, response, timings, reading }
    }

    /// Takes what `find` finds; local outlinks are admitted, others are in the outboxes.
    pub(super) fn find_outlinks(
        &mut self,
        lease: &Lease,
        reading: &mut Reading,
        find: impl FnOnce(&mut Outlinks<'_>, &mut Reading),
    ) {
        let shared = Arc::clone(&self.shared);
        let rule = self.hosts.rule(lease.fingerprint.host);
        let live = Arc::clone(&self.live);
        let scope = Arc::clone(self.work.scope(&self.shared));
        let mut outlinks = Outlinks {
            own: self.id,
            lease,
            base: Base::new(&lease.url),
            scope: &scope,
            canonicalizer: &self.work.canonicalizer,
            frontier: &self.frontier,
            outboxes: &mut self.outboxes,
            shared: &shared,
            config: &live.config,
            counters: self.ledger.counters(),
            refused: &mut self.work.refused,
            local: Vec::new(),
            touched: Vec::new(),
            found: 0,
            follow: reading.follow,
            robots_policy: live.policies.get(rule).robots,
            canonical: reading.canonical.take(),
            robots: reading.robots,
        };
        find(&mut outlinks, reading);
        let Outlinks { local, touched, found, follow, robots, counters, canonical, .. } = outlinks;
        counters.links_found += u64::from(found);
        (reading.canonical, reading.robots, reading.follow) = (canonical, robots, follow);
        reading.links_found += found;
        self.ledger.list_refused(self.work.refused.take());
        let open = touched.iter().filter_map(|&shard| self.outboxes.delivery(shard));
        reading.deliveries.extend(open);
        if !local.is_empty() {
            self.admit(local);
        }
    }
}

/// Hands over the target of a redirect. A redirected seed is how its owner names the site, so its
/// target is a seed too and widens the scope.
fn follow_redirect(location: &str, outlinks: &mut Outlinks<'_>) -> Option<WireUrl> {
    let target = outlinks.base.join(location).ok()?;
    let shared = outlinks.shared;
    if outlinks.lease.redirects >= outlinks.config.redirects_max {
        outlinks.refuse("too_many_redirects");
        return Some(target);
    }
    if sitemaps::is_sitemap(outlinks.lease) {
        sitemaps::redirect(target.clone(), outlinks);
        return Some(target);
    }
    let is_seed = outlinks.lease.depth == 0;
    match outlinks.scope.judge(&target, outlinks.lease.depth) {
        Verdict::Out(why) if !(is_seed && why == OutOfScope::Kind) => {
            outlinks.refuse_url(&target, why);
        }
        verdict => {
            if verdict != Verdict::In {
                shared.scope.widen(std::slice::from_ref(&target));
            }
            let source = if is_seed { Source::Seed } else { Source::Link };
            outlinks.redirect(target.clone(), source);
        }
    }
    Some(target)
}

/// Decodes a page and scans it for links. What asks not to be followed is scanned all the same,
/// for its title and other facts.
fn scan(
    response: &Response,
    ahead: Option<Box<Unpacked>>,
    outlinks: &mut Outlinks<'_>,
    reading: &mut Reading,
) {
    let config = outlinks.config;
    let content_type = header(response, "content-type");
    let here = || {
        let encoding = header(response, "content-encoding");
        unpack(&response.body, encoding, content_type, sitemaps::wanted(outlinks.lease, config))
    };
    let Unpacked { decoded, listed } = ahead.map_or_else(here, |ahead| *ahead);
    reading.content_bytes = Some(decoded.bytes.len() as u64);
    reading.undecoded = match decoded.end {
        DecodeEnd::Complete => None,
        DecodeEnd::Limit => Some("limit"),
        DecodeEnd::Corrupt(_) => Some("damaged"),
        DecodeEnd::Unsupported(_) => Some("unknown"),
    };
    for value in response.headers.get_all("x-robots-tag") {
        if let Ok(value) = value.to_str() {
            outlinks.directives(parse_x_robots_tag(value, &config.product_token));
        }
    }
    let fields = response.headers.get_all(http::header::LINK);
    for value in fields.iter().filter_map(|value| value.to_str().ok()) {
        parse_link_header(value, &mut |link| {
            if link.kind == LinkKind::Canonical {
                outlinks.canonical(link.href);
            }
        });
    }
    for value in fields.iter().filter_map(|value| value.to_str().ok()) {
        parse_link_header(value, &mut |link| outlinks.link(link));
    }
    if let Some(listed) = listed {
        reading.listed = sitemaps::begin(listed, outlinks);
        return;
    }
    if !is_html(content_type, &decoded.bytes[..decoded.bytes.len().min(SNIFF_BYTES)]) {
        return;
    }
    if decoded.bytes.len() > SCANNED_BYTES_MAX {
        reading.undecoded = Some("limit");
    }
    let page = &decoded.bytes[..decoded.bytes.len().min(SCANNED_BYTES_MAX)];
    let input = PageInput {
        bytes: page,
        content_type,
        want: Want { assets: config.assets },
        outlinks_max: config.outlinks_max,
        product_token: Some(&config.product_token),
    };
    let facts = extract(&input, outlinks);
    outlinks.counters.refuse_links("max_outlinks", u64::from(facts.links_dropped));
    reading.facts = Some(facts);
    reading.simhash = config.simhash.then(|| simhash(page)).flatten();
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.get(name).and_then(|value| value.to_str().ok())
}
