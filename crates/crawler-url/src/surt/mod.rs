//! Sort-friendly keys of the CDXJ index.

mod session;

use crate::wire::WireUrl;

/// The URL's key in a CDXJ index, `"com,example)/path?query"`: what replay tools look up.
///
/// Follows the default canonicalization of Internet Archive tools (the `surt` package of Python):
/// scheme, default port and a leading `www.` or `www2.` dropped, host labels reversed, everything
/// in lower case, path unescaped and cleaned, session ids removed, query arguments sorted. IP
/// addresses are not reversed: that is the package with `reverse_ipaddr=False`, while its default
/// reverses IPv4 addresses too.
#[must_use]
pub fn surt(url: &WireUrl) -> String {
    let mut key = String::with_capacity(url.as_str().len() + 8);
    push_host(&mut key, url);
    // Port 0 counts as none there.
    if url.port() != url.scheme().default_port() && url.port() != 0 {
        key.push(':');
        key.push_str(&url.port().to_string());
    }
    key.push(')');
    key.push_str(&path_key(url.path()));
    let query = url.query().map(query_key).unwrap_or_default();
    if !query.is_empty() {
        key.push('?');
        key.push_str(&query);
    }
    key
}

fn push_host(key: &mut String, url: &WireUrl) {
    // IPv4 addresses are reversed like names: that is the key under which replay tools look.
    if url.host_ip().is_some_and(|ip| ip.is_ipv6()) {
        key.push_str(url.host());
        return;
    }
    let host = url.host().replace("..", ".");
    for (n, label) in without_www(host.trim_matches('.')).rsplit('.').enumerate() {
        if n > 0 {
            key.push(',');
        }
        key.push_str(label);
    }
}

/// Removes a leading `www`, any digits, and the dot.
fn without_www(host: &str) -> &str {
    host.strip_prefix("www")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(host)
}

fn path_key(path: &str) -> String {
    let mut path = escape_once(&clean_path(&unescape_fully(path.as_bytes())));
    path.make_ascii_lowercase();
    let mut path = session::strip_from_path(path);
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    path
}

fn query_key(query: &str) -> String {
    let query = escape_once(&unescape_fully(query.as_bytes()));
    let mut query = session::strip_from_query(query);
    query.make_ascii_lowercase();
    if query.len() <= 1 {
        return query;
    }
    // An argument without `=` sorts before the same name with one.
    let mut arguments: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|argument| match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        })
        .collect();
    arguments.sort_unstable();
    let mut sorted = String::with_capacity(query.len());
    for (n, (name, value)) in arguments.into_iter().enumerate() {
        if n > 0 {
            sorted.push('&');
        }
        sorted.push_str(name);
        if let Some(value) = value {
            sorted.push('=');
            sorted.push_str(value);
        }
    }
    sorted
}

/// Resolves dot segments (those that unescaping uncovered) and removes empty segments but the last.
fn clean_path(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.split(|&byte| byte == b'/').skip(1) {
        match segment {
            b"." => {}
            b".." if !kept.is_empty() => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut clean = vec![b'/'];
    if let Some((last, directories)) = kept.split_last() {
        for directory in directories.iter().filter(|directory| !directory.is_empty()) {
            clean.extend_from_slice(directory);
            clean.push(b'/');
        }
        clean.extend_from_slice(last);
    }
    clean
}

/// Removes percent-encodings until none is left.
///
/// In one pass: a decoded byte may complete an earlier `%`, so the end of the output is looked at
/// again after every byte. (`%2541` is `%41` is `A`.)
fn unescape_fully(text: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    for &byte in text {
        out.push(byte);
        while let [.., b'%', high, low] = out[..]
            && let (Some(high), Some(low)) = (hex_digit(high), hex_digit(low))
        {
            out.truncate(out.len() - 3);
            out.push(high << 4 | low);
        }
    }
    out
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Percent-encodes everything but printable ASCII other than `#` and `%`.
fn escape_once(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_graphic() && byte != b'#' && byte != b'%' {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    out
}
