//! From a robots.txt body to the group that is meant for us (RFC 9309 section 2.2.1).

use std::time::Duration;

use super::line::{Lines, Record, parse_line};
use super::rules::RuleKind;
use super::usage::Usage;

/// Most of a robots.txt that is read; fetch no more than this (RFC 9309 section 2.5 asks for at
/// least as much).
pub const BODY_BYTES_MAX: usize = 500 * 1024;

/// Most sitemap addresses that are kept.
pub const SITEMAPS_MAX: usize = 5_000;

/// Longest crawl delay that is told apart; longer ones read as this.
pub const CRAWL_DELAY_READ_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// One Allow or Disallow line, not yet compiled.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) kind: RuleKind,
    pub(super) line: u32,
    pub(super) value: &'a [u8],
}

pub(super) struct Parsed<'a> {
    pub(super) drafts: Vec<Draft<'a>>,
    pub(super) crawl_delay: Option<Duration>,
    pub(super) usage: Usage,
    pub(super) sitemaps: Vec<String>,
}

/// Sorts the lines of a body into what is said to us, to everyone, and to nobody in particular.
pub(super) fn parse<'a>(body: &'a [u8], product_token: &str) -> Parsed<'a> {
    let mut groups = Groups::new(product_token);
    let mut sitemaps = Vec::new();
    for (line, text) in (1..).zip(Lines::new(skip_byte_order_mark(cut_to_limit(body)))) {
        match parse_line(text) {
            Some(Record::UserAgent(value)) => groups.name(value),
            Some(Record::Rule(kind, value)) => groups.add_rule(Draft { kind, line, value }),
            Some(Record::CrawlDelay(value)) => groups.add_crawl_delay(value),
            Some(Record::ContentSignal(value)) => {
                groups.with_usage(|usage| usage.add_signal(value));
            }
            Some(Record::ContentUsage(value)) => groups.with_usage(|usage| usage.add_usage(value)),
            Some(Record::Sitemap(value)) => add_sitemap(&mut sitemaps, value),
            None => {}
        }
    }
    groups.choose(sitemaps)
}

fn add_sitemap(sitemaps: &mut Vec<String>, value: &[u8]) {
    if !value.is_empty() && sitemaps.len() < SITEMAPS_MAX {
        sitemaps.push(String::from_utf8_lossy(value).into_owned());
    }
}

/// The line that the limit cuts could say the opposite of what was meant, so it goes.
fn cut_to_limit(body: &[u8]) -> &[u8] {
    let Some(read) = body.get(..BODY_BYTES_MAX) else { return body };
    match memchr::memrchr2(b'\r', b'\n', read) {
        Some(last_ending_idx) => &read[..=last_ending_idx],
        None => &[],
    }
}

/// A mark cut short is skipped too, as Google's parser does.
fn skip_byte_order_mark(body: &[u8]) -> &[u8] {
    let n_mark = body.iter().zip(b"\xEF\xBB\xBF").take_while(|(byte, mark)| byte == mark).count();
    &body[n_mark..]
}

/// The reader's place between the groups, and what it gathered.
struct Groups<'a, 't> {
    product_token: &'t [u8],
    running: Addressee,
    /// Whether the running group has a rule: the next user-agent line begins another one. Other
    /// lines do not end a list of user agents (RFC 9309 section 2.2.4).
    rule_seen: bool,
    we_were_named: bool,
    ours: Section<'a>,
    everyone: Section<'a>,
    /// What is said on usage before any group.
    preamble: Usage,
}

/// Whom the running group is for; the greatest of those it names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Addressee {
    /// No user-agent line has come yet, so that rules mean nothing.
    Nobody,
    Others,
    Everyone,
    Us,
}

#[derive(Default)]
struct Section<'a> {
    drafts: Vec<Draft<'a>>,
    crawl_delay: Option<Duration>,
    usage: Usage,
}

impl<'a, 't> Groups<'a, 't> {
    fn new(product_token: &'t str) -> Self {
        Self {
            product_token: token_proper(product_token),
            running: Addressee::Nobody,
            rule_seen: false,
            we_were_named: false,
            ours: Section::default(),
            everyone: Section::default(),
            preamble: Usage::default(),
        }
    }

    fn name(&mut self, value: &[u8]) {
        let addressee = if names_everyone(value) {
            Addressee::Everyone
        } else if names_token(value, self.product_token) {
            Addressee::Us
        } else {
            Addressee::Others
        };
        let begins_group = std::mem::take(&mut self.rule_seen);
        self.running = if begins_group { addressee } else { self.running.max(addressee) };
        self.we_were_named |= addressee == Addressee::Us;
    }

    fn add_rule(&mut self, draft: Draft<'a>) {
        self.rule_seen = true;
        if let Some(section) = self.section() {
            section.drafts.push(draft);
        }
    }

    fn add_crawl_delay(&mut self, value: &[u8]) {
        let Some(delay) = parse_crawl_delay(value) else { return };
        if let Some(section) = self.section() {
            section.crawl_delay = section.crawl_delay.max(Some(delay));
        }
    }

    fn with_usage(&mut self, add: impl FnOnce(&mut Usage)) {
        match self.running {
            Addressee::Nobody => add(&mut self.preamble),
            _ => {
                if let Some(section) = self.section() {
                    add(&mut section.usage);
                }
            }
        }
    }

    /// Where the lines of the running group go.
    fn section(&mut self) -> Option<&mut Section<'a>> {
        match self.running {
            Addressee::Nobody | Addressee::Others => None,
            Addressee::Everyone => Some(&mut self.everyone),
            Addressee::Us => Some(&mut self.ours),
        }
    }

    fn choose(self, sitemaps: Vec<String>) -> Parsed<'a> {
        let chosen = if self.we_were_named { self.ours } else { self.everyone };
        let usage = if chosen.usage.is_stated() { chosen.usage } else { self.preamble };
        Parsed { drafts: chosen.drafts, crawl_delay: chosen.crawl_delay, usage, sitemaps }
    }
}

fn names_everyone(value: &[u8]) -> bool {
    matches!(value, [b'*'] | [b'*', b' ' | b'\t' | 0x0B | 0x0C, ..])
}

/// Whether the value is the token, or the token and something that cannot continue it: a version, a
/// comment, a second word.
fn names_token(value: &[u8], token: &[u8]) -> bool {
    let Some(start) = value.get(..token.len()) else { return false };
    let continues = value.get(token.len()).is_some_and(|byte| is_token_byte(*byte));
    !token.is_empty() && start.eq_ignore_ascii_case(token) && !continues
}

/// Product tokens are made of these (RFC 9309 section 2.2.1).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')
}

/// Our own token without a version or comment. Digits are kept: an operator who chose some must be
/// findable by them.
fn token_proper(product_token: &str) -> &[u8] {
    let token = product_token.trim_ascii().as_bytes();
    let end = token.iter().position(|byte| !is_token_byte(*byte) && !byte.is_ascii_digit());
    &token[..end.unwrap_or(token.len())]
}

/// Seconds, perhaps with decimals; what follows the number does not matter. `None` for zero and for
/// what is no number. Parts of a millisecond are rounded up.
fn parse_crawl_delay(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?;
    let (seconds, rest) = split_digits(text);
    let fraction = rest.strip_prefix('.').map_or("", |rest| split_digits(rest).0);
    if seconds.is_empty() && fraction.is_empty() {
        return None;
    }
    let seconds = if seconds.is_empty() { 0 } else { seconds.parse().unwrap_or(u64::MAX) };
    let digits = fraction.bytes().chain(std::iter::repeat(b'0'));
    let millis = digits.take(3).fold(0, |millis, digit| millis * 10 + u64::from(digit - b'0'));
    let finer = fraction.bytes().skip(3).any(|digit| digit != b'0');
    let delay = Duration::from_secs(seconds)
        .saturating_add(Duration::from_millis(millis + u64::from(finer)));
    (!delay.is_zero()).then(|| delay.min(CRAWL_DELAY_READ_MAX))
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(text.len()))
}
