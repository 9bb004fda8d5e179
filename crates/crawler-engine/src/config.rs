//! What a crawl is asked to do, in meanings rather than in words: the binary resolves files,
//! environment and flags into this.

use std::path::PathBuf;
use std::time::Duration;

use crate::retries::Retries;
use crawler_extract::Assets;
use crawler_fetch::{DecodeLimits, FetchConfig};
use crawler_politeness::PaceConfig;
use crawler_store::{EncoderConfig, StoreConfig};
use crawler_url::scope::ScopeRules;
use crawler_url::{CanonicalRules, ShardCount, WireUrl};

use crate::host_policy::HostRule;
use crate::traps::TrapRule;

/// One crawl over one data directory.
#[derive(Debug, Clone)]
pub struct CrawlConfig {
    /// Where frontier, captures, indexes and reports live.
    pub data_dir: PathBuf,
    /// URLs to begin with; may be empty when the data directory already has seeds, or the crawl waits
    /// for some.
    pub seeds: Vec<WireUrl>,
    /// How many shards to run, one pinned thread each.
    pub workers: ShardCount,
    /// Which discovered URLs belong to the crawl.
    pub scope: ScopeRules,
    /// Whether queued URLs are judged by the scope once more before they are fetched.
    pub rescope: bool,
    /// Which URLs are the same URL. What is seen is remembered by it: it stays for a generation.
    pub canonical: CanonicalRules,
    /// Limits and identity of a single fetch.
    pub fetch: FetchConfig,
    /// How long to wait between two requests to one host.
    pub pace: PaceConfig,
    /// Whether robots.txt decides.
    pub robots: RobotsPolicy,
    /// Our name in robots.txt (RFC 9309 section 2.2.1).
    pub product_token: String,
    /// Fetches in flight at once over all shards.
    pub concurrency: u32,
    /// Fetches in flight at once per host.
    pub host_concurrency: u16,
    /// What holds for some hosts instead; the first rule that matches a host wins.
    pub host_rules: Vec<HostRule>,
    /// Fetches in flight at once per IP address, over all hosts and shards.
    pub ip_concurrency: u16,
    /// Shortest time between two request starts to one IP address.
    pub ip_interval: Duration,
    /// Fetches in flight at once per registrable domain, over all hosts and shards.
    pub domain_concurrency: Option<u16>,
    /// Shortest time between two request starts to one registrable domain; zero is off.
    pub domain_interval: Duration,
    /// When to stop.
    pub limits: Limits,
    /// What to do when nothing is left to fetch.
    pub when_done: WhenDone,
    /// What the crawl may take of the machine.
    pub ceilings: Ceilings,
    /// Further attempts after a failed one, per URL.
    pub retries: Retries,
    /// Longest redirect chain from a URL that is not itself a redirect target.
    pub redirects_max: u8,
    /// Whether images, scripts and style sheets are outlinks too.
    pub assets: Assets,
    /// Outlinks taken from one page; the rest are counted as dropped.
    pub outlinks_max: usize,
    /// Whether hosts are told again what they set.
    pub cookies: Cookies,
    /// Which sitemaps are read.
    pub sitemaps: Sitemaps,
    /// Entries of sitemaps that last changed before this time, in seconds since 1970, are not followed.
    pub sitemap_from: Option<i64>,
    /// When a template of URLs is taken for a trap; none if never.
    pub traps: Option<TrapRule>,
    /// What becomes of a page that names another URL as its canonical one.
    pub canonical_links: CanonicalLinks,
    /// Whether the simhash of each page's visible text is stored.
    pub simhash: bool,
    /// Whether links that the scope refuses are listed with the skipped URLs.
    pub list_refused: bool,
    /// Bounds on a page's decoded size.
    pub decode: DecodeLimits,
    /// What to do with an existing data directory.
    pub start: Start,
    /// How long a drain waits for fetches in flight.
    pub drain_deadline: Duration,
    /// WARC file size, prefix and what the warcinfo record says.
    pub store: StoreConfig,
    /// Which records a capture has, and how they are compressed.
    pub records: EncoderConfig,
}

/// Bounds after which a crawl ends by itself. They count over all runs on one data directory,
/// except `time`, which counts this run without its pauses. Those per second end nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Responses to fetch, exactly: redirects and error pages count, robots.txt does not.
    pub pages: Option<u64>,
    /// Response bytes to receive; the fetches in flight when it is reached still count.
    pub bytes: Option<u64>,
    /// Requests to start in a second, in the mean over all hosts, robots.txt included.
    pub requests_per_second: Option<u64>,
    /// Response bytes to receive in a second, in the mean; what is in flight is received in full.
    pub bytes_per_second: Option<u64>,
    /// Time to crawl.
    pub time: Option<Duration>,
    /// Responses to fetch from one host; its further URLs are skipped with reason `host_limit`.
    pub pages_per_host: Option<u64>,
    /// Bytes to receive from one host; its further URLs are skipped with reason `host_bytes`.
    pub bytes_per_host: Option<u64>,
    /// Failed fetches and 5xx responses of one host; its further URLs are skipped with reason
    /// `host_errors`.
    pub errors_per_host: Option<u32>,
}

/// What a crawl does when nothing is left to fetch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenDone {
    /// It ends.
    #[default]
    Stop,
    /// It waits for seeds, until a limit is reached or it is told to end; it may start without any.
    Wait,
}

/// What the crawl may take of the machine. None of them ends it: short of memory or frontier it
/// takes in less, and then skips new URLs with reason `frontier_full`; short of disk it holds until
/// there is room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ceilings {
    /// Memory of the process that is in RAM.
    pub memory_bytes: Option<u64>,
    /// Size of the data directory.
    pub disk_bytes: Option<u64>,
    /// Size of the frontier within it.
    pub frontier_bytes: Option<u64>,
    /// Space to leave free on the data directory's disk; 0 leaves none.
    pub free_disk_bytes: u64,
}

/// Whether robots.txt decides what may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RobotsPolicy {
    /// RFC 9309 in full, and the page-level directives `nofollow` and `none`.
    Obey,
    /// robots.txt is neither fetched nor consulted.
    Ignore,
}

/// Whether the cookies of a host are kept and sent back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    /// They are not.
    Ignore,
    /// In memory, as long as the host is known there; to that host alone.
    Keep,
}

/// Where sitemaps are looked for (sitemaps.org protocol).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitemaps {
    /// Those that a host's robots.txt names.
    Robots,
    /// The same, and at the usual places where it names none.
    WellKnown,
    /// Nowhere.
    Off,
}

/// What becomes of a page that names another URL as its canonical one (RFC 6596).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanonicalLinks {
    /// The name is stored with the page, and is one of its links.
    Record,
    /// When that URL is in scope and of the same registrable domain, the page is an alias of it: it
    /// is stored, the canonical URL is crawled as a redirect's target would be, and the page's other
    /// links are not followed. A page to which a redirect or such a name led is none: its links are
    /// followed, so that no circle of names hides what lies behind it.
    Alias,
}

/// What to do with what is already in the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Go on where the last run stopped.
    Continue,
    /// Remove everything this program made there and begin anew.
    Fresh,
    /// Begin a new generation: known URLs are fetched again, with conditional requests.
    Recrawl,
}
