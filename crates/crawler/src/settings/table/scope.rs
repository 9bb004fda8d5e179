//! Which links belong to the crawl.

use crawler_url::scope::{Pattern, PatternError, ScopeKind};

use super::Setting;
use crate::settings::value::{Refusal, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "scope",
        "KIND",
        "host",
        |s, given| put(&mut s.scope, given.choice(KINDS)),
        "How far from the seeds: page (only the seeds), prefix (below a seed's folder), host, \
         domain (with subdomains) or any",
    )
    .common(),
    Setting::list(
        "include",
        "REGEX",
        |s, given| put(&mut s.include, given.each(pattern)),
        "Follow only links that match. `glob:https://*/docs/**` for a glob, `@FILE` for a list. \
         Repeatable",
    )
    .common(),
    Setting::list(
        "exclude",
        "REGEX",
        |s, given| put(&mut s.exclude, given.each(pattern)),
        "Never follow links that match, even included ones. Repeatable",
    )
    .common(),
    Setting::value(
        "depth",
        "N",
        "unlimited",
        |s, given| put(&mut s.depth, given.count_limit(0..=u64::from(u16::MAX))),
        "Most links to follow from a seed; 0 fetches only the seeds",
    )
    .common()
    .short('d')
    .aliases(&["level"]),
    Setting::switch(
        "assets",
        |s, given| put(&mut s.assets, given.switch()),
        "Fetch images, scripts and style sheets too",
    ),
    Setting::value(
        "max_outlinks",
        "N",
        "50000",
        |s, given| put(&mut s.max_outlinks, given.count(1..=1_000_000)),
        "Most links taken from one page",
    ),
];

const KINDS: &[(&str, ScopeKind)] = &[
    ("page", ScopeKind::Page),
    ("prefix", ScopeKind::Prefix),
    ("host", ScopeKind::Host),
    ("domain", ScopeKind::Domain),
    ("any", ScopeKind::Any),
];

fn pattern(text: &str) -> Result<Pattern, Refusal> {
    text.parse().map_err(|error: PatternError| Refusal {
        problem: format!("`{text}` is not a pattern: {}", reason(&error)),
        accepted: Some("a regular expression, or glob:PATTERN".to_owned()),
    })
}

/// The pattern is quoted in front, and again by the regular expression parser, which points at it
/// in lines of its own and ends with the reason.
fn reason(error: &PatternError) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    let reason = last.rsplit_once("\": ").map_or(last, |(_, reason)| reason);
    reason.trim_start_matches("error: ").to_owned()
}
