//! What is stored of a response.

use std::time::{Duration, SystemTime};

use crawler_extract::RobotsDirectives;
use crawler_fetch::{Protocol, Response, Timings, Truncated};
use crawler_frontier::PageMemory;
use crawler_politeness::robots::RobotsRules;
use crawler_store::{
    Capture, CaptureEncoder, CaptureTimings, EncodedCapture, Revisit, content_digest,
};
use crawler_url::WireUrl;

use super::page::{ReadPage, Reading, header};
use super::usage::UsageTexts;

/// A capture ready to be stored.
pub(super) struct Encoded {
    pub(super) capture: EncodedCapture,
    /// Whether it brings nothing new against an earlier generation.
    pub(super) is_revisit: bool,
}

/// The capture of a page as the writer will append it, with what the host's `rules` say on its use.
pub(super) fn encode(
    encoder: &mut CaptureEncoder,
    page: &ReadPage,
    rules: Option<&RobotsRules>,
    generation: u32,
) -> Encoded {
    let ReadPage { running, response, timings, reading } = page;
    let lease = &running.lease;
    let revisit = revisit(running.memory.as_ref(), response);
    let facts = reading.facts.as_ref();
    let robots = robots_words(reading.robots);
    let usage = UsageTexts::new(rules, lease.url.path_and_query(), &response.headers);
    let capture = encoder.encode(&Capture {
        url: &lease.url,
        at: SystemTime::now().checked_sub(timings.total).unwrap_or(SystemTime::UNIX_EPOCH),
        status: response.status,
        protocol: protocol(response.version),
        remote_ip: response.remote.ip(),
        tls: response.tls,
        response_head: &response.head,
        body: &response.body,
        chunked: response.chunked,
        truncated: response.truncated.map(Truncated::as_str),
        undecoded: reading.undecoded,
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
        canonical: reading.canonical.as_ref().map(WireUrl::as_str),
        simhash: reading.simhash,
        robots: robots.as_deref(),
        usage: usage.preferences(),
        content_bytes: reading.content_bytes,
        timings_ms: timings_ms(*timings),
        generation,
        revisit,
    });
    Encoded { capture, is_revisit: revisit.is_some() }
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
pub(super) fn memory_of(
    response: &Response,
    reading: &Reading,
    capture: &EncodedCapture,
) -> PageMemory {
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
fn robots_words(directives: RobotsDirectives) -> Option<String> {
    let RobotsDirectives { noindex, nofollow, noarchive, noai, noimageai } = directives;
    let words = [
        (noindex, "noindex"),
        (nofollow, "nofollow"),
        (noarchive, "noarchive"),
        (noai, "noai"),
        (noimageai, "noimageai"),
    ];
    let said: Vec<_> =
        words.into_iter().filter_map(|(is_set, word)| is_set.then_some(word)).collect();
    (!said.is_empty()).then(|| said.join(","))
}

fn protocol(version: Protocol) -> &'static str {
    match version {
        Protocol::Http10 => "http/1.0",
        Protocol::Http11 => "http/1.1",
        Protocol::Http2 => "h2",
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
