//! Numbers that survive a restart: the store writer adds up what the shards report and commits
//! the sum with the pages it speaks of.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What has happened on one data directory since its beginning. Each discovered URL ends in
/// exactly one of fetched, skipped or failed, or is still queued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// URLs admitted to the frontier, each once per generation.
    pub discovered: u64,
    /// URLs that ended with an HTTP response, whatever its status.
    pub fetched: u64,
    /// URLs that ended without a response because of an error, by reason.
    pub failed: BTreeMap<Cow<'static, str>, u64>,
    /// URLs that were not asked for, by reason.
    pub skipped: BTreeMap<Cow<'static, str>, u64>,
    /// Fetched URLs by HTTP status.
    pub status: BTreeMap<u16, u64>,
    /// Fetched URLs of whose body a part is missing (`length`, `time`, `disconnect`) or could not be
    /// decoded (`limit`, `damaged`, `unknown`), by reason.
    pub partial: BTreeMap<Cow<'static, str>, u64>,
    /// Response bytes of fetched URLs, head and body, as received.
    pub wire_bytes: u64,
    /// Bytes of fetched bodies after content decoding.
    pub content_bytes: u64,
    /// Bytes appended to WARC files.
    pub warc_bytes: u64,
    /// Links seen in pages, before scope and repeats.
    pub links_found: u64,
    /// Links that the scope refused, by reason.
    pub links_out_of_scope: BTreeMap<Cow<'static, str>, u64>,
    /// robots.txt files asked for.
    pub robots_fetched: u64,
    /// Requests for robots.txt by what they brought: `found`, `missing` (a status of 400 to 499 but
    /// 429), `refused` (429 or 500 and more), `odd` (another status), `too_many_redirects` or
    /// `unreachable`.
    pub robots_outcomes: BTreeMap<Cow<'static, str>, u64>,
    /// Sitemaps read, parts of indexes included.
    pub sitemaps_read: u64,
    /// RSS and Atom feeds read.
    pub feeds_read: u64,
    /// Sitemaps and feeds not read to their end: too long, cut off or not well-formed.
    pub listings_cut: u64,
    /// Attempts that will be made again.
    pub retried: u64,
    /// Fetches whose payload was the same as in the generation before, or that got a 304.
    pub revisited: u64,
    /// URLs that had failed and were queued again, by the reason: they are no longer in
    /// [`failed`](Self::failed).
    pub requeued: BTreeMap<Cow<'static, str>, u64>,
}

impl Counters {
    /// URLs that have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.fetched + self.failed.values().sum::<u64>() + self.skipped.values().sum::<u64>()
    }

    /// Adds what another reporter counted.
    pub(crate) fn merge(&mut self, other: Self) {
        self.discovered += other.discovered;
        self.fetched += other.fetched;
        merge_map(&mut self.failed, other.failed);
        merge_map(&mut self.skipped, other.skipped);
        merge_map(&mut self.status, other.status);
        merge_map(&mut self.partial, other.partial);
        self.wire_bytes += other.wire_bytes;
        self.content_bytes += other.content_bytes;
        self.warc_bytes += other.warc_bytes;
        self.links_found += other.links_found;
        merge_map(&mut self.links_out_of_scope, other.links_out_of_scope);
        self.robots_fetched += other.robots_fetched;
        merge_map(&mut self.robots_outcomes, other.robots_outcomes);
        self.sitemaps_read += other.sitemaps_read;
        self.feeds_read += other.feeds_read;
        self.listings_cut += other.listings_cut;
        self.retried += other.retried;
        self.revisited += other.revisited;
        merge_map(&mut self.requeued, other.requeued);
    }

    /// URLs that had failed, by reason, are queued again.
    pub(crate) fn take_back(&mut self, failed: BTreeMap<String, u64>) {
        for (reason, n) in failed {
            if let Some(failed) = self.failed.get_mut(reason.as_str()) {
                *failed = failed.saturating_sub(n);
            }
            *self.requeued.entry(Cow::Owned(reason)).or_default() += n;
        }
    }

    /// Counts `n` links that were not taken for `reason`.
    pub(crate) fn refuse_links(&mut self, reason: &'static str, n: u64) {
        if n > 0 {
            *self.links_out_of_scope.entry(Cow::Borrowed(reason)).or_default() += n;
        }
    }

    /// Counts what a request for robots.txt brought.
    pub(crate) fn note_robots(&mut self, outcome: &'static str) {
        *self.robots_outcomes.entry(Cow::Borrowed(outcome)).or_default() += 1;
    }

    /// Counts a URL as skipped for `reason`.
    pub(crate) fn skip(&mut self, reason: &'static str) {
        *self.skipped.entry(Cow::Borrowed(reason)).or_default() += 1;
    }

    /// Counts a URL as failed for `reason`.
    pub(crate) fn fail(&mut self, reason: &'static str) {
        *self.failed.entry(Cow::Borrowed(reason)).or_default() += 1;
    }
}

fn merge_map<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    for (key, n) in from {
        *into.entry(key).or_default() += n;
    }
}
