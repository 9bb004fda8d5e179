//! The rules one host has for us, and how a path is judged by them.

use std::cmp::Reverse;
use std::time::Duration;

use super::normalize::normalize_path;
use super::parse::{self, Draft};
use super::pattern;
use super::usage::Usage;

/// What a robots.txt says to one product token: the rules of its group, and what goes with them.
///
/// Small and immutable: share it in an [`Arc`](std::sync::Arc). All patterns live in one block of
/// text, in the order in which they are tried.
#[derive(Clone, Debug, Default)]
pub struct RobotsRules {
    patterns: Box<[u8]>,
    /// Longest pattern first, at equal length Allow first: the first match decides (RFC 9309
    /// section 2.2.2). No Allow at the end, since what nothing matches is allowed anyway.
    rules: Box<[Rule]>,
    crawl_delay: Option<Duration>,
    usage: Usage,
    sitemaps: Box<[String]>,
}

/// Whether a path may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RobotsVerdict {
    /// No rule speaks against it.
    Allowed,
    /// The rule on this line does, counted from 1; 0 when there is no file and everything is closed
    /// ([`RobotsRules::disallow_all`]).
    Disallowed {
        /// Line of robots.txt.
        line: u32,
    },
}

impl RobotsVerdict {
    /// Whether this is [`RobotsVerdict::Allowed`].
    #[must_use]
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}

impl RobotsRules {
    /// Reads a robots.txt of any bytes for one product token, without regard to case.
    ///
    /// At most [`BODY_BYTES_MAX`](super::BODY_BYTES_MAX) bytes are read; of a longer body the line
    /// cut by that limit does not count. The groups that name the product token are taken together;
    /// if there is none, those of `*`. What follows the token proper, as in `name/1.0`, is ignored on
    /// both sides. Takes time linear in the body, but for sorting the rules.
    #[must_use]
    pub fn parse(body: &[u8], product_token: &str) -> Self {
        let parsed = parse::parse(body, product_token);
        let (patterns, rules) = build_table(&parsed.drafts);
        Self {
            patterns,
            rules,
            crawl_delay: parsed.crawl_delay,
            usage: parsed.usage,
            sitemaps: parsed.sitemaps.into_boxed_slice(),
        }
    }

    /// No rules: everything may be fetched.
    #[must_use]
    pub fn allow_all() -> Self {
        Self::default()
    }

    /// Nothing may be fetched but `/robots.txt`.
    #[must_use]
    pub fn disallow_all() -> Self {
        let everything = Draft { kind: RuleKind::Disallow, line: 0, value: b"/" };
        let (patterns, rules) = build_table(&[everything]);
        Self { patterns, rules, ..Self::default() }
    }

    /// Judges a request target: path and query, beginning with `/`, as it will be sent.
    ///
    /// `/robots.txt` itself is always allowed. A missing first `/` is supplied.
    #[must_use]
    pub fn judge(&self, path_and_query: &str) -> RobotsVerdict {
        if self.rules.is_empty() {
            return RobotsVerdict::Allowed;
        }
        if !path_and_query.starts_with('/') {
            return self.judge(&format!("/{path_and_query}"));
        }
        let path = normalize_path(path_and_query.as_bytes());
        if *path == *b"/robots.txt" {
            return RobotsVerdict::Allowed;
        }
        let (path_start, path_octets) = (head_bits(&path), octet_set(&path));
        let decisive = self.rules.iter().find(|rule| {
            rule.may_match(path_start, path_octets)
                && pattern::matches(rule.pattern(&self.patterns), &path)
        });
        match decisive {
            Some(Rule { kind: RuleKind::Disallow, line, .. }) => {
                RobotsVerdict::Disallowed { line: *line }
            }
            _ => RobotsVerdict::Allowed,
        }
    }

    /// The longest pause that the group asks for between two fetches, in milliseconds' resolution;
    /// `None` when it asks for none. May only raise the operator's own delay.
    #[must_use]
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// Addresses of sitemaps as written, from any place in the file, at most
    /// [`SITEMAPS_MAX`](super::SITEMAPS_MAX). They need not be URLs.
    #[must_use]
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// The text of the group's `Content-Signal` lines, such as `search=yes, ai-train=no`; several
    /// are joined with `, `. Without any line on usage in the group, those before any group count.
    #[must_use]
    pub fn content_signal(&self) -> Option<&str> {
        self.usage.signal()
    }

    /// The text of the group's `Content-Usage` lines for a request target, such as `train-ai=n`:
    /// those with the longest path that matches, joined with `, `. Without any line on usage in the
    /// group, those before any group count.
    #[must_use]
    pub fn content_usage(&self, path_and_query: &str) -> Option<String> {
        self.usage.usage(path_and_query)
    }

    /// How many rules are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether nothing is forbidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// Whether a rule opens or closes. The order is that of precedence at equal length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleKind {
    Allow,
    Disallow,
}

/// One row of the table: 32 bytes, of which the first three fields decide most cases.
#[derive(Clone, Debug)]
struct Rule {
    /// The first octets that must stand at the start of the path, high end first.
    head: u64,
    /// Octets that must stand anywhere in the path; spares searching it for most wildcards.
    octets: u64,
    head_bits: u8,
    kind: RuleKind,
    line: u32,
    pattern_start: u32,
    pattern_len: u32,
}

impl Rule {
    fn may_match(&self, path_start: u64, path_octets: u64) -> bool {
        (self.head ^ path_start).leading_zeros() >= u32::from(self.head_bits)
            && self.octets & !path_octets == 0
    }

    fn pattern<'a>(&self, patterns: &'a [u8]) -> &'a [u8] {
        let start = self.pattern_start as usize;
        &patterns[start..start + self.pattern_len as usize]
    }
}

/// The first eight octets as one number. Shorter texts are filled with zeros, which no normal form
/// contains.
fn head_bits(octets: &[u8]) -> u64 {
    let mut head = [0; HEAD_LEN];
    let n = octets.len().min(HEAD_LEN);
    head[..n].copy_from_slice(&octets[..n]);
    u64::from_be_bytes(head)
}

/// Which octets occur, by their lower six bits: a set may seem to have more than it has, never less.
fn octet_set(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |set, octet| set | 1 << (octet & 0x3F))
}

const HEAD_LEN: usize = size_of::<u64>();

/// Compiles the rules and lays them out in the order of precedence.
fn build_table(drafts: &[Draft<'_>]) -> (Box<[u8]>, Box<[Rule]>) {
    let mut compiled = Vec::new();
    let mut ranked = Vec::new();
    for draft in drafts {
        let start = compiled.len();
        if let Some(weight) = pattern::compile(draft.value, &mut compiled) {
            ranked.push(Ranked { weight, draft, pattern: start..compiled.len() });
        }
        let start = compiled.len();
        if draft.kind == RuleKind::Allow
            && let Some(weight) = pattern::compile_directory(draft.value, &mut compiled)
        {
            ranked.push(Ranked { weight, draft, pattern: start..compiled.len() });
        }
    }
    ranked.sort_unstable_by_key(|rule| (Reverse(rule.weight), rule.draft.kind, rule.draft.line));
    while ranked.last().is_some_and(|rule| rule.draft.kind == RuleKind::Allow) {
        ranked.pop();
    }
    let mut patterns = Vec::with_capacity(ranked.iter().map(|rule| rule.pattern.len()).sum());
    let rules = ranked.into_iter().map(|rule| {
        let text = &compiled[rule.pattern];
        let head = &text[..pattern::head_len(text).min(HEAD_LEN)];
        let pattern_start = patterns.len() as u32;
        patterns.extend_from_slice(text);
        Rule {
            head: head_bits(head),
            octets: pattern::pieces(text).map(octet_set).fold(0, |set, piece| set | piece),
            head_bits: (head.len() * 8) as u8,
            kind: rule.draft.kind,
            line: rule.draft.line,
            pattern_start,
            pattern_len: text.len() as u32,
        }
    });
    let rules = rules.collect();
    (patterns.into_boxed_slice(), rules)
}

struct Ranked<'a> {
    weight: usize,
    draft: &'a Draft<'a>,
    pattern: std::ops::Range<usize>,
}
