//! Turns a capture into the bytes that are appended to the files.

mod crawl_log;
mod head;
mod member;
mod rows;
mod warc_headers;
mod warcinfo;

use uuid::Uuid;

use crate::capture::{Capture, Revisit};
use crate::codec::WarcCodec;
use crate::digest::labelled_digest;
use crate::time::CaptureTime;
pub use crawl_log::{LogRow, encode_log_row};
use head::{BodyForm, store_head};
use member::{Effort, MemberWriter};
pub use rows::encode_skipped;
pub(crate) use rows::{finish_cdxj_row, finish_page_row};
use rows::{start_cdxj_row, start_page_row};
use warc_headers::{HTTP_REQUEST, HTTP_RESPONSE, HeaderBlock, WARC_FIELDS, push_field};
pub(crate) use warcinfo::encode_warcinfo;

/// Whether a kind of record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecordChoice {
    /// Write it.
    #[default]
    Write,
    /// Leave it out.
    Omit,
}

/// Which records accompany a response, and how all are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EncoderConfig {
    /// `request` records.
    pub requests: RecordChoice,
    /// `metadata` records.
    pub metadata: RecordChoice,
    /// How records are compressed; the WARC file is named for it.
    pub codec: WarcCodec,
}

/// Encodes captures; keeps its compressors and buffers from one capture to the next.
pub struct CaptureEncoder {
    config: EncoderConfig,
    members: MemberWriter,
    /// Members of the capture at work.
    warc: Vec<u8>,
    /// The record at work, uncompressed.
    record: Vec<u8>,
    /// The response head as stored.
    head: Vec<u8>,
}

/// A capture ready to be appended; the index rows lack only file and offset.
#[derive(Debug, Clone)]
pub struct EncodedCapture {
    pub(crate) warc: Box<[u8]>,
    /// What its members are compressed with.
    pub(crate) codec: WarcCodec,
    /// Length of the first member: the response or revisit record.
    pub(crate) response_bytes: u64,
    pub(crate) time: CaptureTime,
    pub(crate) cdxj: Vec<u8>,
    pub(crate) page: Vec<u8>,
    date: String,
    digest: String,
}

impl EncodedCapture {
    /// `sha1:BASE32` of the payload; for a revisit the digest of the payload it refers to.
    #[must_use]
    pub fn payload_digest(&self) -> &str {
        &self.digest
    }

    /// `WARC-Date` of the records: what a later [`Revisit`] of this capture refers to.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Bytes that will be appended to the WARC file.
    #[must_use]
    pub fn len(&self) -> usize {
        self.warc.len()
    }

    /// Whether there is nothing to append; never so for what [`CaptureEncoder::encode`] returns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.warc.is_empty()
    }
}

/// What the records of one capture have in common.
struct Shared<'a> {
    capture: &'a Capture<'a>,
    response_id: Uuid,
    date: &'a str,
}

impl CaptureEncoder {
    /// An encoder with its own buffers.
    #[must_use]
    pub fn new(config: EncoderConfig) -> Self {
        Self {
            config,
            members: MemberWriter::new(config.codec),
            warc: Vec::new(),
            record: Vec::new(),
            head: Vec::new(),
        }
    }

    /// Encodes one capture: a `response` or `revisit` record, then `request` and `metadata` as
    /// configured, one member each, and the rows of the index and of the page list.
    pub fn encode(&mut self, capture: &Capture<'_>) -> EncodedCapture {
        let time = CaptureTime::new(capture.at);
        let date = time.date();
        let shared = Shared { capture, response_id: Uuid::new_v4(), date: &date };
        self.warc.clear();
        let digest = self.encode_response(&shared);
        let response_bytes = self.warc.len() as u64;
        if self.config.requests == RecordChoice::Write {
            self.encode_request(&shared);
        }
        if self.config.metadata == RecordChoice::Write {
            self.encode_metadata(&shared);
        }
        let cdxj = start_cdxj_row(capture, &time, &digest, response_bytes);
        let page = start_page_row(capture, &date, &digest);
        let encoded = EncodedCapture {
            warc: self.warc.as_slice().into(),
            codec: self.config.codec,
            response_bytes,
            time,
            cdxj,
            page,
            date,
            digest,
        };
        self.trim();
        encoded
    }

    /// Writes the `response` or `revisit` record; returns the payload digest.
    fn encode_response(&mut self, shared: &Shared<'_>) -> String {
        let capture = shared.capture;
        let form = store_head(capture, &mut self.head);
        let (kind, body, digest) = match capture.revisit {
            Some(revisit) => ("revisit", &[][..], revisit.digest().to_owned()),
            None => ("response", capture.body, labelled_digest(&[capture.body])),
        };
        let mut headers = HeaderBlock::start(&mut self.record, kind, shared.response_id);
        headers.push("WARC-Date", shared.date);
        headers.push("WARC-Target-URI", capture.url.as_str());
        headers.push_ip(capture.remote_ip);
        headers.push("WARC-Protocol", protocol_token(capture));
        if let Some(revisit) = &capture.revisit {
            push_revisit(&mut headers, capture, revisit);
        } else if let Some(reason) = capture.truncated {
            headers.push("WARC-Truncated", reason);
        }
        headers.push("WARC-Block-Digest", &labelled_digest(&[&self.head, body]));
        headers.push_known("WARC-Payload-Digest", &digest);
        headers.finish(HTTP_RESPONSE, &[&self.head, body]);
        let effort = match form {
            BodyForm::Compressed if !body.is_empty() => Effort::Stored,
            BodyForm::Compressed | BodyForm::Plain => Effort::Fast,
        };
        self.members.append(&self.record, effort, &mut self.warc);
        digest
    }

    fn encode_request(&mut self, shared: &Shared<'_>) {
        let capture = shared.capture;
        let mut headers = HeaderBlock::start(&mut self.record, "request", Uuid::new_v4());
        headers.push("WARC-Date", shared.date);
        headers.push("WARC-Target-URI", capture.url.as_str());
        headers.push_ip(capture.remote_ip);
        headers.push("WARC-Protocol", protocol_token(capture));
        headers.push_id("WARC-Concurrent-To", shared.response_id);
        headers.push("WARC-Block-Digest", &labelled_digest(&[capture.request_head]));
        headers.finish(HTTP_REQUEST, &[capture.request_head]);
        self.members.append(&self.record, Effort::Fast, &mut self.warc);
    }

    fn encode_metadata(&mut self, shared: &Shared<'_>) {
        let capture = shared.capture;
        self.head.clear();
        push_metadata_fields(capture, &mut self.head);
        let mut headers = HeaderBlock::start(&mut self.record, "metadata", Uuid::new_v4());
        headers.push("WARC-Date", shared.date);
        headers.push("WARC-Target-URI", capture.url.as_str());
        headers.push_id("WARC-Concurrent-To", shared.response_id);
        headers.push("WARC-Block-Digest", &labelled_digest(&[&self.head]));
        headers.finish(WARC_FIELDS, &[&self.head]);
        self.members.append(&self.record, Effort::Fast, &mut self.warc);
    }

    /// Gives back what one huge body made the buffers grow to.
    fn trim(&mut self) {
        const KEPT_BYTES_MAX: usize = 4 << 20;
        for buffer in [&mut self.warc, &mut self.record, &mut self.head] {
            if buffer.capacity() > KEPT_BYTES_MAX {
                *buffer = Vec::new();
            }
        }
    }
}

impl Default for CaptureEncoder {
    fn default() -> Self {
        Self::new(EncoderConfig::default())
    }
}

impl std::fmt::Debug for CaptureEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureEncoder").field("config", &self.config).finish_non_exhaustive()
    }
}

fn push_revisit(headers: &mut HeaderBlock<'_>, capture: &Capture<'_>, revisit: &Revisit<'_>) {
    headers.push("WARC-Profile", revisit.profile());
    headers.push("WARC-Refers-To-Target-URI", capture.url.as_str());
    headers.push_known("WARC-Refers-To-Date", revisit.refers_to_date());
    // WARC 1.1, 6.7.2: a block that leaves the duplicate payload out says so. A 304 has no
    // payload to leave out.
    if matches!(revisit, Revisit::IdenticalPayload { .. }) {
        headers.push("WARC-Truncated", "length");
    }
}

fn push_metadata_fields(capture: &Capture<'_>, out: &mut Vec<u8>) {
    let charset = capture.charset.unwrap_or_default();
    let fetch_time_ms = format!("{:.0}", capture.timings_ms.total.max(0.0));
    for (name, value) in [
        ("via", capture.via.unwrap_or_default()),
        ("hopsFromSeed", capture.hops),
        ("fetchTimeMs", fetch_time_ms.as_str()),
        ("charsetForLinkExtraction", charset),
        ("outlinkCount", capture.outlinks.to_string().as_str()),
        ("pageTitle", capture.title.unwrap_or_default()),
        ("pageLanguage", capture.language.unwrap_or_default()),
        ("redirectTo", capture.redirect.unwrap_or_default()),
        ("robotsContentSignal", capture.usage.robots_content_signal.unwrap_or_default()),
        ("robotsContentUsage", capture.usage.robots_content_usage.unwrap_or_default()),
        ("generation", capture.generation.to_string().as_str()),
    ] {
        if !value.is_empty() {
            push_field(out, name, value);
        }
    }
}

/// The token the WARC-Protocol proposal wants: HTTP/2 without TLS is `h2c`. The TLS version is
/// not known here, so no token is written for it.
fn protocol_token<'a>(capture: &Capture<'a>) -> &'a str {
    match (capture.protocol, capture.tls) {
        ("h2", false) => "h2c",
        (protocol, _) => protocol,
    }
}
