//! Rows of the CDXJ index, of the page list and of the report of skipped URLs.

use std::io::Write;
use std::time::SystemTime;

use crawler_url::surt;
use serde::Serialize;

use super::warc_headers::bounded;
use crate::capture::{Capture, CaptureTimings, SkippedRow, UsagePreferences};
use crate::time::CaptureTime;

/// `surt timestamp14 {json` up to the length, in the field order and spacing of cdxj-indexer.
pub(super) fn start_cdxj_row(
    capture: &Capture<'_>,
    time: &CaptureTime,
    digest: &str,
    length: u64,
) -> Vec<u8> {
    let mut row = surt(capture.url).into_bytes();
    row.reserve(256 + capture.url.as_str().len());
    row.push(b' ');
    row.extend_from_slice(time.timestamp14().as_bytes());
    row.extend_from_slice(b" {\"url\": ");
    push_json(&mut row, capture.url.as_str());
    let mime = match capture.revisit {
        Some(_) => Some("warc/revisit"),
        None => capture.mime.and_then(|mime| mime.split([';', ' ', '\t']).next()),
    };
    if let Some(mime) = mime.filter(|mime| !mime.is_empty()) {
        row.extend_from_slice(b", \"mime\": ");
        push_json(&mut row, bounded(mime));
    }
    // Writing to a Vec cannot fail.
    let _ = write!(row, ", \"status\": \"{}\"", capture.status);
    if !digest.is_empty() {
        row.extend_from_slice(b", \"digest\": ");
        push_json(&mut row, digest);
    }
    let _ = write!(row, ", \"length\": \"{length}\"");
    row
}

/// The rest of a row begun by [`start_cdxj_row`].
pub(crate) fn finish_cdxj_row(row: &mut Vec<u8>, file: &str, offset: u64) {
    let _ = write!(row, ", \"offset\": \"{offset}\", \"filename\": ");
    push_json(row, file);
    row.extend_from_slice(b"}\n");
}

/// A JSON object without its closing brace.
pub(super) fn start_page_row(capture: &Capture<'_>, date: &str, digest: &str) -> Vec<u8> {
    let row = PageRow {
        url: capture.url.as_str(),
        ts: date,
        status: capture.status,
        title: capture.title.map(bounded),
        depth: capture.depth,
        via: capture.via.map(bounded),
        hops: capture.hops,
        mime: capture.mime.map(bounded),
        charset: capture.charset.map(bounded),
        language: capture.language.map(bounded),
        digest,
        wire_bytes: capture.body.len() as u64,
        content_bytes: capture.content_bytes,
        outlinks: capture.outlinks,
        redirect: capture.redirect.map(bounded),
        canonical: capture.canonical.map(bounded),
        simhash: capture.simhash.map(|hash| format!("{hash:016x}")),
        robots: capture.robots,
        usage: bounded_usage(capture.usage),
        truncated: capture.truncated,
        undecoded: capture.undecoded,
        revisit: capture.revisit.as_ref().map(crate::Revisit::as_str),
        protocol: capture.protocol,
        timings_ms: rounded(capture.timings_ms),
        generation: capture.generation,
    };
    let mut json = Vec::with_capacity(768);
    push_json(&mut json, &row);
    json.pop();
    json
}

/// The rest of a row begun by [`start_page_row`].
pub(crate) fn finish_page_row(row: &mut Vec<u8>, file: &str, offset: u64, length: u64) {
    row.extend_from_slice(b",\"warc\":{\"file\":");
    push_json(row, file);
    let _ = write!(row, ",\"offset\":{offset},\"length\":{length}}}}}");
    row.push(b'\n');
}

/// One line of `reports/skipped.jsonl`, ready for
/// [`StoreWriter::append_skipped`](crate::StoreWriter::append_skipped).
#[must_use]
pub fn encode_skipped(row: &SkippedRow<'_>, at: SystemTime) -> Vec<u8> {
    let date = CaptureTime::new(at).date();
    let line = SkippedLine {
        url: bounded(row.url),
        ts: &date,
        reason: bounded(row.reason),
        detail: row.detail.map(bounded),
        via: row.via.map(bounded),
        depth: row.depth,
        attempts: row.attempts,
    };
    let mut json = Vec::with_capacity(256);
    push_json(&mut json, &line);
    json.push(b'\n');
    json
}

#[derive(Serialize)]
struct PageRow<'a> {
    url: &'a str,
    ts: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    depth: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'a str>,
    hops: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    digest: &'a str,
    wire_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_bytes: Option<u64>,
    outlinks: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simhash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    robots: Option<&'a str>,
    #[serde(skip_serializing_if = "UsagePreferences::is_empty")]
    usage: UsagePreferences<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undecoded: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revisit: Option<&'static str>,
    protocol: &'a str,
    timings_ms: CaptureTimings,
    generation: u32,
}

#[derive(Serialize)]
struct SkippedLine<'a> {
    url: &'a str,
    ts: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'a str>,
    depth: u16,
    attempts: u8,
}

fn bounded_usage(usage: UsagePreferences<'_>) -> UsagePreferences<'_> {
    UsagePreferences {
        robots_content_signal: usage.robots_content_signal.map(bounded),
        robots_content_usage: usage.robots_content_usage.map(bounded),
        content_signal: usage.content_signal.map(bounded),
        content_usage: usage.content_usage.map(bounded),
        x_robots_tag: usage.x_robots_tag.map(bounded),
        tdm_reservation: usage.tdm_reservation.map(bounded),
        tdm_policy: usage.tdm_policy.map(bounded),
    }
}

/// Hundredths of a millisecond are as fine as the clock is worth.
fn rounded(timings: CaptureTimings) -> CaptureTimings {
    let round = |ms: f32| (ms * 100.0).round() / 100.0;
    CaptureTimings {
        dns: round(timings.dns),
        connect: round(timings.connect),
        tls: round(timings.tls),
        first_byte: round(timings.first_byte),
        total: round(timings.total),
    }
}

/// JSON of strings and plain structs into a Vec: neither the sink nor the data can fail.
pub(super) fn push_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let _ = serde_json::to_writer(&mut *out, value);
}
