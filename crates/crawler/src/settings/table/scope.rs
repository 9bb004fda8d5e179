//! Which links belong to the crawl.

use crawler_url::scope::{Pattern, PatternError, ScopeKind, ScopeRule, ScopeRuleError};

use super::Setting;
use crate::settings::value::{Refusal, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "scope",
        "KIND",
        "host",
        |s, given| put(&mut s.scope, given.choice(KINDS)),
        "How far from the seeds: page (only the seeds), prefix (below a seed's folder), host, \
         domain (with subdomains), any, or custom (the seeds and what --scope-rule accepts)",
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
    Setting::list(
        "scope_rule",
        "RULE",
        |s, given| put(&mut s.scope_rules, given.each(rule)),
        "Widen or narrow the scope: `+com,example,` accepts example.com with its subdomains wherever \
         the seeds are, `-com,example)/tmp/` refuses what begins so, `-glob:**/*.zip` and \
         `-regex:\\?sort=` what matches. Of the rules that match, the last one holds. `@FILE` for a \
         list. Repeatable",
    ),
    Setting::switch(
        "rescope",
        |s, given| put(&mut s.rescope, given.switch()),
        "Skip URLs that were queued under another scope and are refused by this one, as rescoped; `crawler \
         plan` counts them beforehand; without it they are fetched",
    ),
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
        "max_url_length",
        "BYTES",
        "4096",
        |s, given| put(&mut s.max_url_length, given.count(64..=8192)),
        "Follow no link to a longer URL",
    ),
    Setting::value(
        "max_path_depth",
        "N",
        "32",
        |s, given| put(&mut s.max_path_depth, given.count_limit(1..=4096)),
        "Follow no link to a path of more segments",
    ),
    Setting::value(
        "max_repeated_segments",
        "N",
        "3",
        |s, given| put(&mut s.max_repeated_segments, given.count_limit(1..=4096)),
        "Follow no link in whose path a segment, or a group of them in a row, stands more often, as \
         in /a/b/a/b/a/b/a/b. Numbers only count in a row",
    ),
    Setting::value(
        "calendar_ahead",
        "YEARS",
        "5",
        |s, given| put(&mut s.calendar_ahead, given.count_limit(0..=1000)),
        "Follow no link to a day or month that begins later than so many years from now: /2031/04/, \
         2031-04-01, ?year=2031&month=4. Numbers that are years of a far future are left alone",
    ),
    Setting::value(
        "calendar_back",
        "YEARS",
        "150",
        |s, given| put(&mut s.calendar_back, given.count_limit(0..=1000)),
        "The same for days and months of the past",
    ),
    Setting::value(
        "trap_yield",
        "PERCENT",
        "2",
        |s, given| put(&mut s.trap_yield, given.count(0..=100)),
        "Follow no more links to URLs of a template such as example.com/list/{num}?page&sort when fewer \
         of its pages had new content; 0 never. They are listed in reports/skipped.jsonl as trap, the \
         templates by `crawler traps`. With --simhash nearly the same is not new",
    ),
    Setting::value(
        "trap_pages",
        "N",
        "200",
        |s, given| put(&mut s.trap_pages, given.count(2..=1_000_000)),
        "Pages of a template that are looked at for that, and again after as many",
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
    ("custom", ScopeKind::Custom),
];

fn pattern(text: &str) -> Result<Pattern, Refusal> {
    text.parse().map_err(|error: PatternError| Refusal {
        problem: format!("`{text}` is not a pattern: {}", reason(&error)),
        accepted: Some("a regular expression, or glob:PATTERN".to_owned()),
    })
}

fn rule(text: &str) -> Result<ScopeRule, Refusal> {
    text.parse().map_err(|error: ScopeRuleError| {
        Refusal {
        problem: format!("`{text}` is not a rule: {}", error.reason),
        accepted: Some(
            "+ or -, then a SURT prefix as `com,example,` or `com,example)/path`, or glob:PATTERN, \
             or regex:PATTERN"
                .to_owned(),
        ),
    }
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
