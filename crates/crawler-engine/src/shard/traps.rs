//! What the pages of each template of URLs bring.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crawler_extract::simhash_distance;
use crawler_frontier::{Candidate, Source};
use crawler_politeness::UnixMillis;
use crawler_store::EncodedCapture;
use crawler_url::{HostHash, WireUrl, push_template};

use super::Shard;
use crate::clock;
use crate::traps::{TRAP, Trap, TrapRule};

/// Templates watched at once; the ones with the fewest pages are forgotten.
const TEMPLATES_MAX: usize = 4096;
/// Contents remembered of a template; one that comes again later counts as new.
const CONTENTS_MAX: usize = 128;
/// Longer templates are not watched.
const TEMPLATE_BYTES_MAX: usize = 512;
/// A template in quarantine has a slow lane: one link into it is followed in so much time.
const SLOW_LANE_INTERVAL: Duration = Duration::from_secs(60);
/// Simhashes that differ in so few bits are of one content.
const NEAR_BITS: u32 = 3;

/// The templates of one shard's hosts.
#[derive(Debug, Default)]
pub(super) struct TemplateWatch {
    rule: Option<TrapRule>,
    yields: HashMap<Box<str>, Yield>,
    /// In quarantine, with the time from which the next link may pass.
    trapped: HashMap<Box<str>, UnixMillis>,
    /// Hosts that have a template in quarantine: links to others need no look.
    hosts: HashSet<HostHash>,
    /// Never to be taken for a trap.
    released: HashSet<Box<str>>,
    scratch: String,
}

/// What the last pages of a template brought.
#[derive(Debug, Default)]
struct Yield {
    pages: u32,
    new: u32,
    /// A ring, once it is full.
    contents: Vec<Content>,
    next: usize,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Hash of its payload's digest.
    Exact(u64),
    /// Simhash of its text.
    Near(u64),
}

impl Content {
    pub(super) fn of(capture: &EncodedCapture, simhash: Option<u64>) -> Self {
        if let Some(simhash) = simhash {
            return Self::Near(simhash);
        }
        let mut hasher = DefaultHasher::new();
        capture.payload_digest().hash(&mut hasher);
        Self::Exact(hasher.finish())
    }

    fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Near(one), Self::Near(other)) => simhash_distance(one, other) <= NEAR_BITS,
            _ => self == other,
        }
    }
}

impl Yield {
    fn take(&mut self, content: Content) {
        self.pages += 1;
        if self.contents.iter().any(|known| known.is_like(content)) {
            return;
        }
        self.new += 1;
        if self.contents.len() < CONTENTS_MAX {
            self.contents.push(content);
        } else {
            self.contents[self.next] = content;
            self.next = (self.next + 1) % CONTENTS_MAX;
        }
    }
}

impl TemplateWatch {
    pub(super) fn new(rule: Option<TrapRule>, known: Vec<Trap>) -> Self {
        let mut watch = Self { rule, ..Self::default() };
        for trap in known {
            if trap.released {
                watch.released.insert(trap.template.into());
            } else {
                watch.hosts.insert(trap.host.hash());
                watch.trapped.insert(trap.template.into(), trap.at_ms + SLOW_LANE_INTERVAL);
            }
        }
        watch
    }

    /// Takes note of a page; its template comes back when it turns out to be a trap.
    fn observe(&mut self, url: &WireUrl, content: Content) -> Option<Trap> {
        let rule = self.rule?;
        self.scratch.clear();
        push_template(&mut self.scratch, url);
        let template = self.scratch.as_str();
        if template.len() > TEMPLATE_BYTES_MAX
            || self.trapped.contains_key(template)
            || self.released.contains(template)
        {
            return None;
        }
        if !self.yields.contains_key(template) {
            if self.yields.len() >= TEMPLATES_MAX {
                forget_rare(&mut self.yields);
            }
            self.yields.insert(template.into(), Yield::default());
        }
        let seen = self.yields.get_mut(template)?;
        seen.take(content);
        if seen.pages < rule.pages {
            return None;
        }
        if u64::from(seen.new) * 100 >= u64::from(rule.yield_percent) * u64::from(seen.pages) {
            (seen.pages, seen.new) = (0, 0);
            return None;
        }
        let (pages, new) = (seen.pages, seen.new);
        self.yields.remove(template);
        let (template, host, at_ms) = (template.to_owned(), url.host_key(), clock::now());
        Some(Trap { template, host, pages, new, at_ms, released: false })
    }

    /// Another rule from now on; what is in quarantine stays there.
    pub(super) fn set_rule(&mut self, rule: Option<TrapRule>) {
        self.rule = rule;
    }

    /// Takes a template out of quarantine for good.
    pub(super) fn release(&mut self, template: &str) {
        if let Some((template, _)) = self.trapped.remove_entry(template) {
            self.released.insert(template);
        }
    }

    fn quarantine(&mut self, trap: &Trap) {
        self.hosts.insert(trap.host.hash());
        self.trapped.insert(trap.template.as_str().into(), trap.at_ms + SLOW_LANE_INTERVAL);
    }

    /// The template in quarantine that a link leads into, unless it is its turn in the slow lane.
    fn trap_of(&mut self, link: &Candidate, now: UnixMillis) -> Option<&str> {
        if link.source != Source::Link || !self.hosts.contains(&link.fingerprint.host) {
            return None;
        }
        self.scratch.clear();
        push_template(&mut self.scratch, &link.url);
        let next_at = self.trapped.get_mut(self.scratch.as_str())?;
        if *next_at <= now {
            *next_at = now + SLOW_LANE_INTERVAL;
            return None;
        }
        Some(&self.scratch)
    }
}

/// Makes room for as many templates again as it keeps.
fn forget_rare(yields: &mut HashMap<Box<str>, Yield>) {
    let mut pages: Vec<u32> = yields.values().map(|seen| seen.pages).collect();
    let middle = pages.len() / 2;
    let (_, median, _) = pages.select_nth_unstable(middle);
    let (median, mut surplus) = (*median, yields.len().div_ceil(2));
    yields.retain(|_, seen| {
        let goes = seen.pages <= median && surplus > 0;
        surplus -= usize::from(goes);
        !goes
    });
}

impl Shard {
    /// Learns from a page what its template brings.
    pub(super) fn watch_template(&mut self, url: &WireUrl, content: Content) {
        let Some(trap) = self.traps.observe(url, content) else { return };
        let Trap { template, pages, new, .. } = &trap;
        if !self.shared.traps.add(trap.clone()) {
            tracing::warn!(template, "it brings nothing new, but the list of traps is full");
            return;
        }
        tracing::warn!(
            template,
            "only {new} of its last {pages} pages were new: of the links to more of them one a minute \
             is followed (see `crawler traps`)"
        );
        self.traps.quarantine(&trap);
    }

    /// Takes the links out that lead into a trap, and lists them.
    pub(super) fn sift_trapped(&mut self, mut links: Vec<Candidate>) -> Vec<Candidate> {
        if self.traps.hosts.is_empty() {
            return links;
        }
        let now = clock::now();
        links.retain(|link| {
            let Some(template) = self.traps.trap_of(link, now) else { return true };
            self.ledger.counters().refuse_links(TRAP, 1);
            self.work.refused.list_trapped(link, template);
            false
        });
        self.ledger.list_refused(self.work.refused.take());
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(rule: TrapRule) -> TemplateWatch {
        TemplateWatch::new(Some(rule), Vec::new())
    }

    fn url(text: &str) -> WireUrl {
        WireUrl::parse(text).unwrap()
    }

    #[test]
    fn a_template_is_a_trap_when_too_few_of_its_pages_are_new() {
        let rule = TrapRule { pages: 10, yield_percent: 20 };
        // How many different contents there are, and whether that makes a trap in 30 pages.
        for (contents, is_trap) in [(1, true), (2, true), (30, false)] {
            let mut watch = watch(rule);
            let found = (0..30_u64).find_map(|n| {
                let content = Content::Exact(n % contents);
                watch.observe(&url(&format!("http://e.com/{n}?a={n}")), content)
            });
            assert_eq!(found.is_some(), is_trap, "{contents}: {found:?}");
            if let Some(trap) = found {
                assert_eq!((trap.template.as_str(), trap.pages), ("e.com/{num}?a", 10));
            }
        }
        let mut near = watch(rule);
        let traps =
            (0..10_u64).filter_map(|n| near.observe(&url("http://e.com/"), Content::Near(1 << n)));
        assert_eq!(traps.count(), 1, "two bits differ between any two of them");
    }

    #[test]
    fn what_was_let_go_is_no_trap_again() {
        let rule = TrapRule { pages: 2, yield_percent: 100 };
        let trap = Trap {
            template: "e.com/{num}".to_owned(),
            host: "e.com".parse().unwrap(),
            pages: 2,
            new: 0,
            at_ms: clock::now(),
            released: true,
        };
        let mut watch = TemplateWatch::new(Some(rule), vec![trap]);
        for n in 0..9 {
            assert_eq!(watch.observe(&url(&format!("http://e.com/{n}")), Content::Exact(1)), None);
        }
    }

    #[test]
    fn one_link_into_a_trap_passes_in_a_minute() {
        let start = UnixMillis(1_000_000);
        let trap = Trap {
            template: "e.com/{num}".to_owned(),
            host: "e.com".parse().unwrap(),
            pages: 2,
            new: 0,
            at_ms: start,
            released: false,
        };
        let mut watch = TemplateWatch::new(None, vec![trap]);
        let link = |source| {
            let url = url("http://e.com/7");
            let fingerprint = crawler_url::Canonicalizer::keyed(1).fingerprint(&url);
            let hops = crawler_frontier::Hops::default();
            Candidate { url, fingerprint, via: None, depth: 1, redirects: 0, hops, source }
        };
        let mut passes = |secs: u64, source| {
            watch.trap_of(&link(source), start + Duration::from_secs(secs)).is_none()
        };
        let cases = [(0, false), (59, false), (60, true), (60, false), (119, false), (500, true)];
        for (secs, expected) in cases {
            assert_eq!(passes(secs, Source::Link), expected, "after {secs} s");
        }
        assert!(passes(501, Source::Seed), "seeds are the operator's will");
    }

    #[test]
    fn the_templates_watched_are_bounded() {
        let mut watch = watch(TrapRule { pages: 50, yield_percent: 50 });
        let letters = |n: usize| [n / 676, n / 26 % 26, n % 26].map(|at| (b'a' + at as u8) as char);
        for n in 0..3 * TEMPLATES_MAX {
            let path: String = letters(n).into_iter().collect();
            assert_eq!(
                watch.observe(&url(&format!("http://e.com/{path}")), Content::Exact(1)),
                None
            );
            assert_eq!(watch.observe(&url("http://e.com/often"), Content::Exact(n as u64)), None);
            assert!(watch.yields.len() <= TEMPLATES_MAX);
        }
    }
}
