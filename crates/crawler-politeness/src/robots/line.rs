//! Lines of robots.txt: where they end and what they say (RFC 9309 section 2.2), with the slips of
//! the pen that Google's parser forgives too.
//!
//! What stands behind an octet 0 is not read, as there, nor what stands behind the first
//! [`LINE_BYTES_MAX`] octets: no URL is that long.

use super::rules::RuleKind;

/// One line that means something to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Record<'a> {
    UserAgent(&'a [u8]),
    Rule(RuleKind, &'a [u8]),
    CrawlDelay(&'a [u8]),
    ContentSignal(&'a [u8]),
    ContentUsage(&'a [u8]),
    Sitemap(&'a [u8]),
}

/// The lines of a body, ended by CR, LF or CRLF.
pub(super) struct Lines<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { rest: Some(body) }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let body = self.rest?;
        let Some(end) = memchr::memchr2(b'\r', b'\n', body) else {
            self.rest = None;
            return Some(body);
        };
        let (line, ending) = body.split_at(end);
        self.rest = Some(ending.strip_prefix(b"\r\n").unwrap_or(&ending[1..]));
        Some(line)
    }
}

/// Reads one line; `None` for comments, blank and unknown lines.
pub(super) fn parse_line(line: &[u8]) -> Option<Record<'_>> {
    let line = &line[..line.len().min(LINE_BYTES_MAX)];
    let line = match memchr::memchr2(b'#', b'\0', line) {
        Some(comment_idx) => &line[..comment_idx],
        None => line,
    };
    let line = trim(line);
    let (key, value) = split_line(line)?;
    let starts_with_any = |names: &[&str]| names.iter().any(|name| starts_with(key, name));
    if starts_with_any(USER_AGENT_KEYS) {
        Some(Record::UserAgent(value))
    } else if starts_with_any(&["allow"]) {
        Some(Record::Rule(RuleKind::Allow, value))
    } else if starts_with_any(DISALLOW_KEYS) {
        Some(Record::Rule(RuleKind::Disallow, value))
    } else if starts_with_any(SITEMAP_KEYS) {
        Some(Record::Sitemap(sitemap_address(line, key).unwrap_or(value)))
    } else if starts_with_any(CRAWL_DELAY_KEYS) {
        Some(Record::CrawlDelay(value))
    } else if starts_with_any(&["content-signal"]) {
        Some(Record::ContentSignal(value))
    } else if starts_with_any(&["content-usage"]) {
        Some(Record::ContentUsage(value))
    } else {
        None
    }
}

/// Octets of a line that are read: Google's parser takes eight times what browsers take for a URL.
pub(super) const LINE_BYTES_MAX: usize = 8 * 2083 - 1;

const USER_AGENT_KEYS: &[&str] = &["user-agent", "useragent", "user agent"];
const DISALLOW_KEYS: &[&str] =
    &["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"];
const SITEMAP_KEYS: &[&str] = &["sitemap", "site-map"];
const CRAWL_DELAY_KEYS: &[&str] = &["crawl-delay", "crawldelay", "crawl delay"];

/// `key : value`, or `key value` where the colon was forgotten and nothing else stands on the line.
fn split_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(colon_idx) = memchr::memchr(b':', line) {
        let key = trim(&line[..colon_idx]);
        return (!key.is_empty()).then(|| (key, trim(&line[colon_idx + 1..])));
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let (key, value) = line.split_at(line.iter().position(is_blank)?);
    let value = &value[value.iter().position(|byte| !is_blank(byte))?..];
    (!value.iter().any(is_blank)).then(|| (key, trim(value)))
}

/// The address after a forgotten colon, where the colon found is the one of `https:`.
fn sitemap_address<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let blank_idx = memchr::memchr2(b' ', b'\t', key)?;
    Some(trim(&line[blank_idx..]))
}

fn starts_with(key: &[u8], name: &str) -> bool {
    key.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
}

/// Without ASCII white space at both ends, vertical tabs included.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == 0x0B;
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}
