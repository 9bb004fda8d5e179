//! What the store of a stopped crawl knows of one URL.

use std::path::Path;

use crawler_frontier::seen::SeenKey;
use crawler_frontier::transfer::{HostItem, Item, UrlItem, export};
use crawler_frontier::{FrontierDb, FrontierError, HostTotals};
use crawler_politeness::robots::RobotsVerdict;
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{CanonicalRules, Canonicalizer, Fingerprint, WireUrl};

use crate::shard::robots_rules;
use crate::start::{StartError, take_lock};

/// What is known of one URL and of its host.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredUrl {
    /// Seeds of the crawl.
    pub seeds: Vec<WireUrl>,
    /// The rules of the crawl by which the URL was looked for; none before its first run.
    pub canonical: Option<CanonicalRules>,
    /// Its name in the store.
    pub fingerprint: Fingerprint,
    /// What its host's robots.txt says of it; none when it is not known yet.
    pub robots: Option<StoredRobots>,
    /// Its host, when that has been asked for anything or has something queued.
    pub host: Option<StoredHost>,
    /// Its place in the queue, if it is there.
    pub queued: Option<QueuedUrl>,
    /// It was found, and is not yet compared with what was seen.
    pub is_undecided: bool,
    /// It is remembered as seen: queued, ended, or brought in as seen.
    pub is_seen: bool,
}

/// What a stored robots.txt says of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRobots {
    /// For our product token.
    pub verdict: RobotsVerdict,
    /// When it is asked for again.
    pub expires_at: UnixMillis,
    /// Why it could not be had, if it could not: reason and detail.
    pub closed: Option<(String, String)>,
}

/// A host as last committed.
#[derive(Debug, Clone)]
pub struct StoredHost {
    /// When it may be asked next.
    pub pace: Pace,
    /// How its URLs have ended.
    pub totals: HostTotals,
    /// URLs that wait for it.
    pub queued: u64,
}

/// A URL that waits.
#[derive(Debug, Clone)]
pub struct QueuedUrl {
    /// As it will be requested, which may be another spelling of the same URL.
    pub item: UrlItem,
    /// URLs of its host that come before it.
    pub ahead: u64,
}

/// Looks for a URL in the store of `data_dir`, by the rules of the crawl there, else by `rules`.
/// `None` when no crawl began there. Reads the store up to the host's queue, and all of it when
/// the URL is not queued.
///
/// # Errors
/// As [`start()`](crate::start()): the directory is in use, damaged or of another format.
pub fn explain_url(
    data_dir: &Path,
    url: &WireUrl,
    rules: &CanonicalRules,
    product_token: &str,
) -> Result<Option<StoredUrl>, StartError> {
    let store = data_dir.join("store");
    if !store.is_dir() {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let frontier = FrontierDb::open(&store)?;
    let canonical = frontier.rules().cloned();
    let reader = frontier.reader();
    let seed = reader.fingerprint_seed();
    let canonicalizer = Canonicalizer::keyed(seed).with_rules(canonical.as_ref().unwrap_or(rules));
    let fingerprint = canonicalizer.fingerprint(url);
    let robots = reader.robots(fingerprint.host, url.scheme())?.map(|memory| StoredRobots {
        verdict: robots_rules(&memory.rules, product_token).judge(url.path_and_query()),
        expires_at: memory.expires_at,
        closed: memory.closed,
    });
    let mut search = Search {
        canonicalizer,
        fingerprint,
        key: SeenKey::new(fingerprint, seed),
        is_at_host: false,
        host: None,
        queued: None,
        is_undecided: false,
        is_seen: false,
    };
    match export(&frontier, &mut |item| search.visit(item)) {
        Ok(_) | Err(Stop::Enough) => {}
        Err(Stop::Frontier(error)) => return Err(error.into()),
    }
    let Search { host, queued, is_undecided, is_seen, .. } = search;
    let is_seen = is_seen || queued.is_some();
    let seeds = reader.seeds()?;
    Ok(Some(StoredUrl {
        seeds,
        canonical,
        fingerprint,
        robots,
        host,
        queued,
        is_undecided,
        is_seen,
    }))
}

/// Why a visit ends early.
enum Stop {
    Enough,
    Frontier(FrontierError),
}

impl From<FrontierError> for Stop {
    fn from(error: FrontierError) -> Self {
        Self::Frontier(error)
    }
}

/// Goes through the items of a store in their order: hosts with their queues, the seen set, what
/// is undecided.
struct Search {
    canonicalizer: Canonicalizer,
    fingerprint: Fingerprint,
    key: SeenKey,
    /// The queue that comes is that of the URL's host.
    is_at_host: bool,
    host: Option<StoredHost>,
    queued: Option<QueuedUrl>,
    is_undecided: bool,
    is_seen: bool,
}

impl Search {
    fn visit(&mut self, item: Item) -> Result<(), Stop> {
        match item {
            Item::Url(item) if self.is_at_host => self.pass(item),
            // Its host's queue is over, and it was there.
            Item::Host(_) | Item::Page(_) | Item::Seen(_) if self.queued.is_some() => {
                return Err(Stop::Enough);
            }
            Item::Host(HostItem { host, pace, totals }) => {
                self.is_at_host = host.hash() == self.fingerprint.host;
                if self.is_at_host {
                    self.host = Some(StoredHost { pace, totals, queued: 0 });
                }
            }
            Item::Seen(keys) => self.is_seen |= keys.0.contains(&self.key),
            Item::Undecided(item) => self.is_undecided |= self.is_it(&item),
            _ => {}
        }
        Ok(())
    }

    /// The next URL of the host's queue.
    fn pass(&mut self, item: UrlItem) {
        let Some(host) = &mut self.host else { return };
        let ahead = host.queued;
        host.queued += 1;
        if self.queued.is_none() && self.is_it(&item) {
            self.queued = Some(QueuedUrl { item, ahead });
        }
    }

    fn is_it(&self, item: &UrlItem) -> bool {
        self.canonicalizer.fingerprint(&item.url) == self.fingerprint
    }
}
