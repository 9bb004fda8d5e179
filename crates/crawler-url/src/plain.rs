//! URLs and parts of URLs that the WHATWG parser would leave as they are.
//!
//! Nearly every link of the web is written so. Seeing that costs one table look-up per byte; the
//! general parser costs several times as much. Whatever is not certainly plain goes to `url::Url`.

use std::net::Ipv4Addr;

use crate::wire::{Layout, Scheme, WireUrl};

/// The byte stays as it is in a path whatever stands around it; so do `/` and `%` as a rule.
const IN_SEGMENT: u8 = 1;
/// The byte stays as it is in a query of an http URL.
const IN_QUERY: u8 = 2;
/// The byte stays as it is in a host name, and the name with it.
const IN_HOST: u8 = 4;
/// The byte may follow the first one of a scheme.
const IN_SCHEME: u8 = 8;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0_u8; 256];
    let mut byte = 0x21_u8;
    while byte < 0x7f {
        let mut class = 0;
        // `^` is kept by some versions of the standard and escaped by others.
        let in_path =
            !matches!(byte, b'"' | b'#' | b'<' | b'>' | b'?' | b'`' | b'{' | b'}' | b'\\' | b'^');
        if in_path && !matches!(byte, b'/' | b'%') {
            class |= IN_SEGMENT;
        }
        if !matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\'') {
            class |= IN_QUERY;
        }
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        {
            class |= IN_HOST;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.') {
            class |= IN_SCHEME;
        }
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
}

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Removes what the standard strips around a URL: C0 controls and spaces.
pub(crate) fn trim(text: &str) -> &str {
    // Nearly no link has any, and bytes are quicker to look at than characters.
    match text.as_bytes() {
        [] | [b'!'..=u8::MAX, .., b'!'..=u8::MAX] | [b'!'..=u8::MAX] => text,
        _ => text.trim_matches(|c: char| c <= ' '),
    }
}

/// Removes the fragment: in every state of the standard's parser the first `#` begins it.
pub(crate) fn cut_fragment(text: &str) -> &str {
    memchr::memchr(b'#', text.as_bytes()).map_or(text, |at| &text[..at])
}

/// Removes the fragment but for its `#`: without it the parser would strip a space at the end.
pub(crate) fn empty_fragment(text: &str) -> &str {
    memchr::memchr(b'#', text.as_bytes()).map_or(text, |at| &text[..=at])
}

/// The scheme a link begins with, without its colon, when it begins with one.
pub(crate) fn scheme_of(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_alphabetic() {
        return None;
    }
    let end = bytes.iter().position(|&byte| !is(byte, IN_SCHEME))?;
    (bytes[end] == b':').then(|| &text[..end])
}

/// Length of the path of a plain path and query; `None` when not plain.
///
/// The text has no fragment. A plain path has no dot segments after a `/`; one at the very start of
/// a relative path is left to the caller.
pub(crate) fn path_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(len) = bytes[at..].iter().position(|&byte| !is(byte, IN_SEGMENT)) {
        at += len;
        let after = &bytes[at + 1..];
        match bytes[at] {
            b'/' if !begins_with_dot_segment(after) => at += 1,
            b'%' if !is_escaped_dot(after) => at += 1,
            b'?' => return after.iter().all(|&byte| is(byte, IN_QUERY)).then_some(at),
            _ => return None,
        }
    }
    Some(bytes.len())
}

/// `.` or `..` up to the end of a segment.
pub(crate) fn begins_with_dot_segment(bytes: &[u8]) -> bool {
    matches!(bytes, [b'.'] | [b'.', b'/' | b'?', ..] | [b'.', b'.'] | [b'.', b'.', b'/' | b'?', ..])
}

/// `%2e` may make a dot segment.
fn is_escaped_dot(after_percent: &[u8]) -> bool {
    matches!(after_percent, [b'2', b'e' | b'E', ..])
}

/// A plain absolute URL without fragment.
pub(crate) fn absolute(text: &str) -> Option<WireUrl> {
    if let Some(rest) = text.strip_prefix("https://") {
        return after_scheme(Scheme::Https, rest);
    }
    after_scheme(Scheme::Http, text.strip_prefix("http://")?)
}

/// The plain URL `scheme://rest`; `rest` has no fragment.
pub(crate) fn after_scheme(scheme: Scheme, rest: &str) -> Option<WireUrl> {
    let host_len = rest.bytes().position(|byte| !is(byte, IN_HOST)).unwrap_or(rest.len());
    let (host, after_host) = rest.split_at(host_len);
    if !is_plain_host(host) {
        return None;
    }
    let (port, path_and_query) = plain_port(scheme, after_host)?;
    let path_and_query = match path_and_query.as_bytes() {
        [] => "/",
        [b'/', ..] => path_and_query,
        _ => return None,
    };
    let path_len = path_len(path_and_query)?;
    let port_len = after_host.find('/').unwrap_or(after_host.len());
    let prefix_len = scheme.prefix_len();
    let path_start = prefix_len + host_len + port_len;
    let len = path_start + path_and_query.len();
    if len > WireUrl::LEN_MAX {
        return None;
    }
    let mut url = String::with_capacity(len);
    url.push_str(scheme.as_str());
    url.push_str("://");
    url.push_str(&rest[..host_len + port_len]);
    url.push_str(path_and_query);
    let layout = Layout {
        host_end: prefix_len + host_len,
        path_start,
        query_start: path_start + path_len,
        port: port.unwrap_or(scheme.default_port()),
    };
    WireUrl::from_layout(url, layout).ok()
}

/// A name of non-empty labels that needs no IDNA and does not resemble an IPv4 address, or such an
/// address in its only canonical spelling.
fn is_plain_host(host: &str) -> bool {
    let mut starts_with_letter = false;
    for label in host.split('.') {
        if label.is_empty() || label.starts_with("xn--") {
            return false;
        }
        starts_with_letter = label.as_bytes()[0].is_ascii_lowercase();
    }
    // The standard library takes four decimal numbers without leading zeros, and nothing else.
    starts_with_letter || host.parse::<Ipv4Addr>().is_ok()
}

/// Port other than the default, in its shortest spelling, and what follows it.
fn plain_port(scheme: Scheme, after_host: &str) -> Option<(Option<u16>, &str)> {
    let Some(rest) = after_host.strip_prefix(':') else {
        return Some((None, after_host));
    };
    let digits_len = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, path) = rest.split_at(digits_len);
    if digits.starts_with('0') {
        return None;
    }
    let port = digits.parse().ok()?;
    (port != scheme.default_port()).then_some((Some(port), path))
}
