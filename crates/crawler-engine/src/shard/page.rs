//! From a response to a capture and its outlinks.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crawler_extract::{
    LinkVisitor, PageFacts, PageInput, RobotsDirectives, Want, extract, is_html, parse_link_header,
    parse_x_robots_tag,
};
use crawler_fetch::{Protocol, Response, Timings, Truncated, decode};
use crawler_frontier::{Lease, PageMemory, Source};
use crawler_store::{
    Capture, CaptureEncoder, CaptureTimings, EncodedCapture, EncoderConfig, Revisit, SkippedRow,
    content_digest, encode_skipped,
};
use crawler_url::scope::{OutOfScope, Scope, Verdict};
use crawler_url::{Base, Canonicalizer, ShardId, WireUrl};

use super::Shard;
use super::job::Running;
use super::outcome::location;
use super::outlinks::{Follow, Outlinks};
use super::settlement::{End, Settlement};
use crate::shared::Shared;

/// Bytes of a body that are looked at to tell whether it is HTML.
const SNIFF_BYTES: usize = 512;

/// What a shard needs to work on pages; buffers are reused.
pub(super) struct PageWork {
    encoder: CaptureEncoder,
    canonicalizer: Canonicalizer,
    scope: Arc<Scope>,
    scope_version: u64,
}

/// What reading a page brought.
#[derive(Default)]
struct Reading {
    facts: Option<PageFacts>,
    content_bytes: Option<u64>,
    links_found: u32,
    redirect: Option<WireUrl>,
    robots: RobotsDirectives,
    /// Shards that its outlinks were handed to.
    touched: Vec<ShardId>,
}

impl PageWork {
    pub(super) fn new(shared: &Shared) -> Self {
        Self {
            encoder: CaptureEncoder::new(EncoderConfig::default()),
            canonicalizer: Canonicalizer::default(),
            scope: shared.scope.load(),
            scope_version: shared.scope.version(),
        }
    }

    fn follow_scope(&mut self, shared: &Shared) {
        let version = shared.scope.version();
        if version != self.scope_version {
            (self.scope, self.scope_version) = (shared.scope.load(), version);
        }
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
        let end = End::Fetched {
            status: response.status,
            wire_bytes: (response.head.len() + response.body.len()) as u64,
            content_bytes: reading.content_bytes.unwrap_or(0),
            revisit: revisit.is_some(),
            memory: is_new.then(|| Box::new(memory_of(response, &reading, &capture))),
            capture,
        };
        let settlement = Settlement { lease, end };
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
        self.work.follow_scope(&self.shared);
        let mut reading = Reading::default();
        let shared = Arc::clone(&self.shared);
        let scope = Arc::clone(&self.work.scope);
        let mut outlinks = Outlinks {
            own: self.id,
            lease,
            base: Base::new(&lease.url),
            scope: &scope,
            canonicalizer: &self.work.canonicalizer,
            frontier: &self.frontier,
            outboxes: &mut self.outboxes,
            shared: &shared,
            counters: self.ledger.counters(),
            local: Vec::new(),
            touched: Vec::new(),
            found: 0,
            follow: Follow::Yes,
            robots: RobotsDirectives::default(),
        };
        if let Some(target) = location(response) {
            reading.redirect = follow_redirect(&target, &mut outlinks);
        } else {
            scan(response, &mut outlinks, &mut reading);
        }
        let Outlinks { local, touched, found, robots, counters, .. } = outlinks;
        counters.links_found += u64::from(found);
        let dropped = reading.facts.as_ref().map_or(0, |facts| facts.links_dropped);
        counters.refuse_links("max_outlinks", u64::from(dropped));
        (reading.touched, reading.links_found, reading.robots) = (touched, found, robots);
        if !local.is_empty() {
            self.admit(local);
        }
        reading
    }

    fn encode(
        &mut self,
        lease: &Lease,
        response: &Response,
        timings: Timings,
        reading: &Reading,
        revisit: Option<Revisit<'_>>,
    ) -> EncodedCapture {
        let facts = reading.facts.as_ref();
        let generation = self.shared.generation;
        self.work.encoder.encode(&Capture {
            url: &lease.url,
            at: SystemTime::now().checked_sub(timings.total).unwrap_or(SystemTime::UNIX_EPOCH),
            status: response.status,
            protocol: protocol(response.version),
            remote_ip: response.remote.ip(),
            tls: response.tls,
            response_head: &response.head,
            body: &response.body,
            chunked: response.chunked,
            truncated: response.truncated.map(truncated),
            request_head: &response.request_head,
            via: lease.via.as_deref(),
            depth: lease.depth,
            hops: lease.hops.as_str(),
            mime: header(response, "content-type"),
            charset: facts.map(|facts| facts.charset),
            title: facts.and_then(|facts| facts.title.as_deref()),
            language: facts.and_then(|facts| facts.language.as_deref()),
            outlinks: reading.links_found,
            redirect: reading.redirect.as_ref().map(WireUrl::as_str),
            robots: robots_words(reading.robots),
            content_bytes: reading.content_bytes,
            timings_ms: timings_ms(timings),
            generation,
            revisit,
        })
    }
}

/// Hands over the target of a redirect. A redirected seed is how its owner names the site, so its
/// target is a seed too and widens the scope.
fn follow_redirect(location: &str, outlinks: &mut Outlinks<'_>) -> Option<WireUrl> {
    let target = outlinks.base.join(location).ok()?;
    let shared = outlinks.shared;
    if outlinks.lease.redirects >= shared.config.redirects_max {
        outlinks.refuse("too_many_redirects");
        return Some(target);
    }
    let is_seed = outlinks.lease.depth == 0;
    match outlinks.scope.judge(&target, outlinks.lease.depth) {
        Verdict::Out(why) if !(is_seed && why == OutOfScope::Kind) => outlinks.refuse(why.reason()),
        verdict => {
            if verdict != Verdict::In {
                shared.scope.widen(&target);
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
    let config = &outlinks.shared.config;
    let decoded = decode(&response.body, header(response, "content-encoding"), config.decode);
    reading.content_bytes = Some(decoded.bytes.len() as u64);
    for value in response.headers.get_all("x-robots-tag") {
        if let Ok(value) = value.to_str() {
            outlinks.directives(parse_x_robots_tag(value, &config.product_token));
        }
    }
    for value in response.headers.get_all(http::header::LINK) {
        if let Ok(value) = value.to_str() {
            parse_link_header(value, &mut |link| outlinks.link(link));
        }
    }
    let content_type = header(response, "content-type");
    if !is_html(content_type, &decoded.bytes[..decoded.bytes.len().min(SNIFF_BYTES)]) {
        return;
    }
    let input = PageInput {
        bytes: &decoded.bytes,
        content_type,
        want: Want { assets: config.assets },
        outlinks_max: config.outlinks_max,
        product_token: Some(&config.product_token),
    };
    reading.facts = Some(extract(&input, outlinks));
}

/// Whether a response brings nothing new against what an earlier generation stored.
fn revisit<'a>(memory: Option<&'a PageMemory>, response: &Response) -> Option<Revisit<'a>> {
    let memory = memory?;
    let (refers_to_date, digest) = (memory.date.as_str(), memory.digest.as_str());
    match response.status {
        304 => Some(Revisit::ServerNotModified { refers_to_date, digest }),
        200 if content_digest(&response.body) == digest => {
            Some(Revisit::IdenticalPayload { refers_to_date, digest })
        }
        _ => None,
    }
}

/// What the next generation needs to know. Only pages without outlinks are asked for
/// conditionally: after a 304 the others would take the pages that only they lead to with them.
fn memory_of(response: &Response, reading: &Reading, capture: &EncodedCapture) -> PageMemory {
    let validator = |name| {
        (reading.links_found == 0).then(|| header(response, name).map(str::to_owned)).flatten()
    };
    PageMemory {
        etag: validator("etag"),
        last_modified: validator("last-modified"),
        digest: capture.payload_digest().to_owned(),
        date: capture.date().to_owned(),
    }
}

/// The directives as words, for those who use the pages.
fn robots_words(directives: RobotsDirectives) -> Option<&'static str> {
    match (directives.noindex, directives.nofollow, directives.noarchive) {
        (false, false, false) => None,
        (true, false, false) => Some("noindex"),
        (false, true, false) => Some("nofollow"),
        (false, false, true) => Some("noarchive"),
        (true, true, false) => Some("noindex,nofollow"),
        (true, false, true) => Some("noindex,noarchive"),
        (false, true, true) => Some("nofollow,noarchive"),
        (true, true, true) => Some("noindex,nofollow,noarchive"),
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.get(name).and_then(|value| value.to_str().ok())
}

fn protocol(version: Protocol) -> &'static str {
    match version {
        Protocol::Http10 => "http/1.0",
        Protocol::Http11 => "http/1.1",
        Protocol::Http2 => "h2",
    }
}

fn truncated(why: Truncated) -> &'static str {
    match why {
        Truncated::Length => "length",
        Truncated::Time => "time",
        Truncated::Disconnect => "disconnect",
    }
}

fn timings_ms(timings: Timings) -> CaptureTimings {
    let ms = |part: Duration| part.as_secs_f32() * 1000.0;
    CaptureTimings {
        dns: ms(timings.dns),
        connect: ms(timings.connect),
        tls: ms(timings.tls),
        first_byte: ms(timings.first_byte),
        total: ms(timings.total),
    }
}
