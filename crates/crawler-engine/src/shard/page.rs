//! From a response to a capture and its outlinks.

use std::sync::Arc;
use std::time::SystemTime;

use crawler_extract::{
    LinkKind, LinkVisitor, PageFacts, PageInput, RobotsDirectives, Want, extract, is_html,
    parse_link_header, parse_x_robots_tag, simhash,
};
use crawler_fetch::{DecodeEnd, Response, Timings, Truncated, decode};
use crawler_frontier::{Lease, Source};
use crawler_store::{CaptureEncoder, SkippedRow, encode_skipped};
use crawler_url::scope::{OutOfScope, Scope, Verdict};
use crawler_url::{Base, Canonicalizer, ShardId, WireUrl};

use super::capture::{memory_of, revisit};
use super::job::Running;
use super::outcome::location;
use super::outlinks::{Follow, Outlinks};
use super::refused::RefusedLinks;
use super::settlement::{End, Settlement};
use super::traps::Content;
use super::{Shard, sitemaps};
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
    /// Shards that its outlinks were handed to.
    pub(super) touched: Vec<ShardId>,
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
    /// Finds the page's outlinks, encodes its capture, and settles it when its links are safe.
    pub(super) fn store_response(
        &mut self,
        running: Running,
        response: &Response,
        timings: Timings,
    ) {
        let Running { lease, memory, .. } = running;
        let reading = self.read_page(&lease, response);
        let revisit = revisit(memory.as_ref(), response);
        let capture = self.encode(&lease, response, timings, &reading, revisit);
        let is_new = response.status == 200 && revisit.is_none();
        if is_new {
            self.watch_template(&lease.url, Content::of(&capture, reading.simhash));
        }
        let end = End::Fetched {
            status: response.status,
            wire_bytes: (response.head.len() + response.body.len()) as u64,
            content_bytes: reading.content_bytes.unwrap_or(0),
            partial: response.truncated.map(Truncated::as_str).or(reading.undecoded),
            revisit: revisit.is_some(),
            memory: is_new.then(|| Box::new(memory_of(response, &reading, &capture))),
            capture,
        };
        let circumstances = self.circumstances(timings, Some(response));
        let settlement = Settlement { lease, end, circumstances };
        let deliveries: Vec<_> =
            reading.touched.iter().filter_map(|&shard| self.outboxes.delivery(shard)).collect();
        if deliveries.is_empty() {
            self.settle(settlement);
        } else {
            self.ledger.wait_for(deliveries, settlement);
        }
    }

    /// Decodes and scans a response; local outlinks are admitted, others are in the outboxes.
    fn read_page(&mut self, lease: &Lease, response: &Response) -> Reading {
        let mut reading = Reading::default();
        let shared = Arc::clone(&self.shared);
        let sitemaps = self.unsought_sitemaps(lease);
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
            follow: Follow::Yes,
            robots_policy: live.policies.get(rule).robots,
            canonical: None,
            robots: RobotsDirectives::default(),
        };
        sitemaps::name(&sitemaps, &mut outlinks);
        if let Some(target) = location(response) {
            reading.redirect = follow_redirect(&target, &mut outlinks);
        } else {
            scan(response, &mut outlinks, &mut reading);
        }
        let Outlinks { local, touched, found, robots, counters, canonical, .. } = outlinks;
        reading.canonical = canonical;
        counters.links_found += u64::from(found);
        let dropped = reading.facts.as_ref().map_or(0, |facts| facts.links_dropped);
        counters.refuse_links("max_outlinks", u64::from(dropped));
        self.ledger.list_refused(self.work.refused.take());
        (reading.touched, reading.links_found, reading.robots) = (touched, found, robots);
        if !local.is_empty() {
            self.admit(local);
        }
        reading
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
fn scan(response: &Response, outlinks: &mut Outlinks<'_>, reading: &mut Reading) {
    let config = outlinks.config;
    let decoded = decode(&response.body, header(response, "content-encoding"), config.decode);
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
    let content_type = header(response, "content-type");
    if sitemaps::read(&decoded.bytes, content_type, outlinks) {
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
    reading.facts = Some(extract(&input, outlinks));
    reading.simhash = config.simhash.then(|| simhash(page)).flatten();
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.get(name).and_then(|value| value.to_str().ok())
}
