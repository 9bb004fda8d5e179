//! The response head as it is stored.

use crate::capture::Capture;

/// Put before the name of a header line that describes the transfer, not what is stored.
const RENAMED_PREFIX: &[u8] = b"X-Crawler-";

/// Media types whose bytes do not get smaller by compression.
const COMPRESSED_TYPES: [&str; 22] = [
    "application/epub+zip",
    "application/font-woff",
    "application/font-woff2",
    "application/gzip",
    "application/java-archive",
    "application/pdf",
    "application/vnd.android.package-archive",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-gzip",
    "application/x-rar-compressed",
    "application/x-xz",
    "application/zip",
    "application/zstd",
    "font/woff",
    "font/woff2",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
];

/// Whether compression of the stored body can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyForm {
    Plain,
    Compressed,
}

/// Writes the head of `capture` into `out` and judges its body.
///
/// The head is stored as received, but for a chunked response, whose body is stored without the
/// chunk framing: `Transfer-Encoding` gets a prefix, and so does a `Content-Length` that came with
/// it and means nothing (RFC 9112, 6.3). None is invented: the block length says where the body
/// ends, so a reader can neither look for chunks nor trust a wrong length, and every reader sees
/// the same payload. The head always ends with a blank line.
pub(super) fn store_head(capture: &Capture<'_>, out: &mut Vec<u8>) -> BodyForm {
    out.clear();
    let mut form = form_of_type(capture.mime.unwrap_or_default());
    let mut ended = false;
    for line in capture.response_head.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\r\n" || line == b"\n" {
            if out.is_empty() {
                continue; // a blank line before the status line ends no head
            }
            out.extend_from_slice(line);
            ended = true;
            break;
        }
        let (name, value) = split_line(line);
        if name.eq_ignore_ascii_case(b"content-encoding") && !is_identity(value) {
            form = BodyForm::Compressed;
        }
        if capture.chunked && describes_transfer(name) {
            out.extend_from_slice(RENAMED_PREFIX);
        }
        out.extend_from_slice(line);
    }
    if !ended {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
    form
}

fn split_line(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b':', line) {
        Some(colon) => {
            let (name, value) = line.split_at(colon);
            (name.trim_ascii_end(), value.get(1..).unwrap_or_default().trim_ascii())
        }
        None => (&[], &[]),
    }
}

fn describes_transfer(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"transfer-encoding") || name.eq_ignore_ascii_case(b"content-length")
}

fn is_identity(content_encoding: &[u8]) -> bool {
    content_encoding.is_empty() || content_encoding.eq_ignore_ascii_case(b"identity")
}

fn form_of_type(mime: &str) -> BodyForm {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let compressed = essence.starts_with("video/")
        || (essence.starts_with("audio/") && !essence.contains("wav"))
        || essence.starts_with("application/vnd.openxmlformats-officedocument")
        || essence.starts_with("application/vnd.oasis.opendocument")
        || COMPRESSED_TYPES.contains(&essence.as_str());
    if compressed { BodyForm::Compressed } else { BodyForm::Plain }
}
