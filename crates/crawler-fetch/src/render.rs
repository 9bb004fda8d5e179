//! Heads of HTTP/2 messages, which have none on the wire, in the form of HTTP/1.1.

use bytes::{BufMut, Bytes, BytesMut};
use crawler_url::WireUrl;
use http::{HeaderMap, Response};

/// Start line and blank line; headers are counted on top.
const HEAD_BYTES_EXPECTED: usize = 64;
const HEADER_BYTES_EXPECTED: usize = 48;

/// Status line, headers with their names in lower case as received, blank line.
pub(crate) fn render_response<B>(response: &Response<B>) -> Bytes {
    let status = response.status();
    let mut head = reserve(response.headers());
    head.put_slice(b"HTTP/1.1 ");
    head.put_slice(status.as_str().as_bytes());
    head.put_slice(b" ");
    head.put_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    head.put_slice(b"\r\n");
    render_headers(&mut head, response.headers())
}

/// Request line, `host` in place of the pseudo headers, headers, blank line.
pub(crate) fn render_request(url: &WireUrl, headers: &HeaderMap) -> Bytes {
    let mut head = reserve(headers);
    head.put_slice(b"GET ");
    head.put_slice(url.path_and_query().as_bytes());
    head.put_slice(b" HTTP/1.1\r\nhost: ");
    head.put_slice(url.authority().as_bytes());
    head.put_slice(b"\r\n");
    render_headers(&mut head, headers)
}

fn reserve(headers: &HeaderMap) -> BytesMut {
    BytesMut::with_capacity(HEAD_BYTES_EXPECTED + headers.len() * HEADER_BYTES_EXPECTED)
}

fn render_headers(head: &mut BytesMut, headers: &HeaderMap) -> Bytes {
    for (name, value) in headers {
        head.put_slice(name.as_str().as_bytes());
        head.put_slice(b": ");
        head.put_slice(value.as_bytes());
        head.put_slice(b"\r\n");
    }
    head.put_slice(b"\r\n");
    head.split().freeze()
}
