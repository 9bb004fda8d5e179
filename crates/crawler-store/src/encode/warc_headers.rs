//! WARC record headers and `application/warc-fields` lines.

use std::io::Write;
use std::net::IpAddr;

use uuid::Uuid;

pub(super) const HTTP_RESPONSE: &str = "application/http; msgtype=response";
pub(super) const HTTP_REQUEST: &str = "application/http; msgtype=request";
pub(super) const WARC_FIELDS: &str = "application/warc-fields";

/// A value longer than this is cut.
pub(super) const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A record under construction in a reused buffer.
pub(super) struct HeaderBlock<'a> {
    record: &'a mut Vec<u8>,
}

impl<'a> HeaderBlock<'a> {
    /// Clears the buffer and begins a WARC/1.1 record (ISO 28500:2017).
    pub(super) fn start(record: &'a mut Vec<u8>, kind: &str, id: Uuid) -> Self {
        record.clear();
        record.extend_from_slice(b"WARC/1.1\r\n");
        let mut headers = Self { record };
        headers.push("WARC-Type", kind);
        headers.push_id("WARC-Record-ID", id);
        headers
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        push_field(self.record, name, value);
    }

    /// Like [`Self::push`], but leaves an empty value out.
    pub(super) fn push_known(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.push(name, value);
        }
    }

    pub(super) fn push_id(&mut self, name: &str, id: Uuid) {
        let mut text = Uuid::encode_buffer();
        self.record.extend_from_slice(name.as_bytes());
        self.record.extend_from_slice(b": <urn:uuid:");
        self.record.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
        self.record.extend_from_slice(b">\r\n");
    }

    pub(super) fn push_ip(&mut self, ip: IpAddr) {
        // Writing to a Vec cannot fail.
        let _ = write!(self.record, "WARC-IP-Address: {ip}\r\n");
    }

    /// Ends the header with type and length and appends the block.
    pub(super) fn finish(mut self, content_type: &str, block: &[&[u8]]) {
        let block_bytes: usize = block.iter().map(|part| part.len()).sum();
        self.push("Content-Type", content_type);
        self.record.reserve(block_bytes + 64);
        let _ = write!(self.record, "Content-Length: {block_bytes}\r\n\r\n");
        for part in block {
            self.record.extend_from_slice(part);
        }
        self.record.extend_from_slice(b"\r\n\r\n");
    }
}

/// Appends `name: value`. Control characters in the value become spaces, so that no value from
/// the network can begin a line of its own.
pub(super) fn push_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let start = out.len();
    out.extend_from_slice(bounded(value).as_bytes());
    for byte in out.iter_mut().skip(start) {
        if byte.is_ascii_control() {
            *byte = b' ';
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// The longest prefix of `text` within [`TEXT_BYTES_MAX`] that ends at a character.
pub(super) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
