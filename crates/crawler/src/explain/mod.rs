//! One answer to "why was this URL not fetched", and to all that leads to it.

pub(crate) mod outputs;
mod scope;
mod show;

use std::path::Path;

use anyhow::Context as _;
use crawler_engine::{CrawlHandle, Phase, StartError, StoredUrl, explain_url};
use crawler_politeness::UnixMillis;
use crawler_politeness::robots::RobotsVerdict;
use crawler_url::scope::ScopeRules;
use crawler_url::{Canonicalizer, HostKey, WireUrl, surt};
use serde::Serialize;

use crate::settings::{RawConfig, Settings};
use outputs::{PageRow, SkippedRow, first_with, last_row};
use scope::ScopeAnswer;
pub(crate) use scope::ScopeJudge;

/// All that can be told of one URL.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    url: WireUrl,
    /// What became of it, in a sentence.
    answer: String,
    /// The form by which it is compared.
    canonical: String,
    /// Its name in the store, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    surt: String,
    host: HostKey,
    slot: u16,
    scope: ScopeAnswer,
    #[serde(skip_serializing_if = "Option::is_none")]
    robots: Option<RobotsAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<Budget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_fetch: Option<NextFetch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<PageRow>,
    /// The first URL stored with the same content.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<SkippedRow>,
    /// What could not be looked up, and why.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RobotsAnswer {
    allowed: bool,
    /// The line of robots.txt that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    expires_at_ms: UnixMillis,
    /// Why robots.txt could not be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreachable: Option<String>,
}

#[derive(Debug, Serialize)]
struct Budget {
    host_fetched: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_max: Option<u64>,
}

#[derive(Debug, Serialize)]
struct QueueAnswer {
    /// URLs of the host that come before it.
    ahead: u64,
    class: u8,
    depth: u16,
    attempts: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<Box<str>>,
    /// The spelling that will be requested.
    url: WireUrl,
}

#[derive(Debug, Serialize)]
struct NextFetch {
    /// Earliest time at which the host is asked for anything.
    host_at_ms: UnixMillis,
    /// What it waits for.
    waits_for: &'static str,
    /// URLs queued for the host.
    queued: u64,
}

/// What a URL is explained by.
pub(crate) struct Basis<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) raw: &'a RawConfig,
    pub(crate) rules: &'a ScopeRules,
    /// Seeds given now; those of the crawl are added.
    pub(crate) seeds: Vec<WireUrl>,
    pub(crate) now: UnixMillis,
    /// The crawl, if it runs in this process.
    pub(crate) crawl: Option<&'a CrawlHandle>,
}

/// Looks everything up. A crawl that runs keeps its store to itself; its output files are read.
pub(crate) fn explain(url: WireUrl, basis: Basis<'_>) -> anyhow::Result<Explanation> {
    let mut notes = Vec::new();
    let stored = stored(&url, basis.settings, &mut notes)?;
    explain_stored(url, basis, stored.as_ref(), notes)
}

/// The same, with what the store says.
pub(crate) fn explain_stored(
    url: WireUrl,
    basis: Basis<'_>,
    stored: Option<&StoredUrl>,
    mut notes: Vec<String>,
) -> anyhow::Result<Explanation> {
    let Basis { settings, raw, rules, mut seeds, now, crawl } = basis;
    let dir = &settings.output;
    let canonical = stored.and_then(|stored| stored.canonical.clone());
    let canonical = canonical.unwrap_or_else(|| settings.canonical.clone());
    seeds.extend(stored.iter().flat_map(|stored| stored.seeds.clone()));
    if seeds.is_empty() {
        notes.push("no seeds are known: the scope is judged without any".to_owned());
    }
    let held = crawl.and_then(|crawl| held_by(&url, crawl, now));
    let ready = if crawl.is_some() { "its turn" } else { "nothing but a run of the crawl" };
    let canonicalizer = Canonicalizer::default().with_rules(&canonical);
    let form = canonicalizer.canonicalize(&url);
    let is_it = |other: &WireUrl| canonicalizer.canonicalize(other) == form;
    let host = url.host_key();
    let read = |name: &str| format!("cannot read {}", dir.join(name).display());
    let pages = dir.join("pages/pages.jsonl");
    let page: Option<PageRow> =
        last_row(&pages, host.host(), &is_it).with_context(|| read("pages/pages.jsonl"))?;
    let skipped: Option<SkippedRow> =
        last_row(&dir.join("reports/skipped.jsonl"), host.host(), &is_it)
            .with_context(|| read("reports/skipped.jsonl"))?;
    let duplicate_of = match &page {
        Some(page) => first_with(&pages, &page.digest, &page.url)?,
        None => None,
    };
    let depth = depth(stored, page.as_ref(), skipped.as_ref());
    let mut explanation = Explanation {
        answer: String::new(),
        canonical: form.as_str().to_owned(),
        fingerprint: stored.map(|stored| hex(stored.fingerprint)),
        surt: surt(&url),
        slot: url.host_hash().slot().get(),
        scope: ScopeJudge::new(rules, &seeds, raw).answer(&url, depth),
        robots: stored.and_then(robots),
        budget: stored.and_then(|stored| budget(stored, settings)),
        next_fetch: stored.and_then(|stored| next_fetch(stored, now, held, ready)),
        queue: stored.and_then(queue),
        page,
        duplicate_of,
        skipped,
        notes,
        host,
        url,
    };
    explanation.answer = show::answer(&explanation, stored);
    Ok(explanation)
}

/// What the store says; `None`, with a note, when there is none or a crawl is using it.
fn stored(
    url: &WireUrl,
    settings: &Settings,
    notes: &mut Vec<String>,
) -> anyhow::Result<Option<StoredUrl>> {
    let dir = &settings.output;
    match explain_url(dir, url, &settings.canonical, &settings.product_token()) {
        Ok(Some(stored)) => Ok(Some(stored)),
        Ok(None) => {
            notes.push(format!(
                "there is no crawl in {}: answered from the settings",
                show_dir(dir)
            ));
            Ok(None)
        }
        Err(StartError::Locked { pid, .. }) => {
            let who = pid.map_or_else(|| "a crawl".to_owned(), |pid| format!("process {pid}"));
            notes.push(format!(
                "{who} is using {}: answered from its output files; queue, robots.txt, seeds and \
                 hosts can be read when it has ended",
                show_dir(dir)
            ));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn show_dir(dir: &Path) -> String {
    dir.display().to_string()
}

/// As far from a seed as the URL was found, else one link.
fn depth(stored: Option<&StoredUrl>, page: Option<&PageRow>, skipped: Option<&SkippedRow>) -> u16 {
    let queued = stored.and_then(|stored| stored.queued.as_ref()).map(|queued| queued.item.depth);
    queued.or(page.map(|page| page.depth)).or(skipped.map(|row| row.depth)).unwrap_or(1)
}

fn hex(fingerprint: crawler_url::Fingerprint) -> String {
    format!("{:032x}", u128::from_be_bytes(fingerprint.to_bytes()))
}

fn robots(stored: &StoredUrl) -> Option<RobotsAnswer> {
    let robots = stored.robots.as_ref()?;
    let line = match robots.verdict {
        RobotsVerdict::Allowed => None,
        RobotsVerdict::Disallowed { line } => Some(line),
    };
    Some(RobotsAnswer {
        allowed: line.is_none(),
        line,
        expires_at_ms: robots.expires_at,
        unreachable: robots.closed.as_ref().map(|(reason, detail)| format!("{reason}: {detail}")),
    })
}

fn budget(stored: &StoredUrl, settings: &Settings) -> Option<Budget> {
    let host = stored.host.as_ref()?;
    Some(Budget { host_fetched: host.totals.fetched, host_max: settings.limits.pages_per_host })
}

fn queue(stored: &StoredUrl) -> Option<QueueAnswer> {
    let queued = stored.queued.as_ref()?;
    let item = &queued.item;
    Some(QueueAnswer {
        ahead: queued.ahead,
        class: item.class,
        depth: item.depth,
        attempts: item.attempts,
        via: item.via.clone(),
        url: item.url.clone(),
    })
}

/// What keeps a running crawl from asking the URL's host, besides the host's pace.
fn held_by(url: &WireUrl, crawl: &CrawlHandle, now: UnixMillis) -> Option<&'static str> {
    let decided = crawl.host_override(&url.host_key()).unwrap_or_default();
    if decided.blocked_until_ms.is_some_and(|until| until > now.0) {
        Some("the end of the operator's block")
    } else if crawl.phase() == Phase::Paused {
        Some("somebody to resume the crawl, which is paused")
    } else {
        crawl.snapshot().held.map(|_| "what holds the crawl (see its status)")
    }
}

/// `held` counts more than the host's pace; `ready` is for a host whose time has come.
fn next_fetch(
    stored: &StoredUrl,
    now: UnixMillis,
    held: Option<&'static str>,
    ready: &'static str,
) -> Option<NextFetch> {
    let host = stored.host.as_ref()?;
    let pace = &host.pace;
    let waits_for = if let Some(held) = held {
        held
    } else if pace.next_fetch_at <= now {
        ready
    } else if pace.is_backing_off(now) {
        "the end of a back-off: the host answered 429 or 503"
    } else if pace.failures.count() > 0 {
        "the end of a pause after failed fetches"
    } else if pace.crawl_delay.is_some() {
        "the Crawl-delay of robots.txt"
    } else {
        "the delay between two requests"
    };
    Some(NextFetch { host_at_ms: pace.next_fetch_at, waits_for, queued: host.queued })
}
