//! What the settings mean.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crawler_content::Field;
use crawler_engine::{CanonicalLinks, Cause, Ceilings, HostRule, Limits, RobotsPolicy, Sitemaps};
use crawler_fetch::{HostHeader, Http2, Network, ProxyRule};
use crawler_politeness::BreakerConfig;
use crawler_url::scope::{Pattern, ScopeKind, ScopeRule};
use crawler_url::{CanonicalRules, ShardCount};
use http::{HeaderName, HeaderValue};

use super::credentials::AuthRule;
use super::{Entry, Problem, SinkSettings};

/// What was written means this.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the command line")]
pub(crate) struct Settings {
    pub(crate) urls: Vec<Entry>,
    pub(crate) seed_files: Vec<Entry>,
    pub(crate) skip_bad_seeds: bool,
    pub(crate) recrawl: bool,
    pub(crate) fresh: bool,
    pub(crate) canonical: CanonicalRules,
    pub(crate) scope: ScopeKind,
    pub(crate) include: Vec<Pattern>,
    pub(crate) exclude: Vec<Pattern>,
    pub(crate) scope_rules: Vec<ScopeRule>,
    pub(crate) depth: Option<u16>,
    pub(crate) max_url_length: usize,
    pub(crate) max_path_depth: Option<usize>,
    pub(crate) max_repeated_segments: Option<usize>,
    pub(crate) calendar_ahead: Option<u16>,
    pub(crate) calendar_back: Option<u16>,
    pub(crate) rescope: bool,
    pub(crate) trap_pages: u32,
    pub(crate) trap_yield: u8,
    pub(crate) list_refused: bool,
    pub(crate) crawl_log: bool,
    pub(crate) simhash: bool,
    pub(crate) canonical_links: CanonicalLinks,
    pub(crate) assets: bool,
    pub(crate) max_outlinks: usize,
    pub(crate) sitemaps: Sitemaps,
    pub(crate) sitemap_from: Option<i64>,
    pub(crate) limits: Limits,
    pub(crate) ceilings: Ceilings,
    pub(crate) delay: Duration,
    pub(crate) max_crawl_delay: Duration,
    pub(crate) host_concurrency: u16,
    pub(crate) ip_concurrency: u16,
    pub(crate) ip_delay: Duration,
    pub(crate) domain_concurrency: Option<u16>,
    pub(crate) domain_delay: Duration,
    pub(crate) adaptive_delay: f32,
    pub(crate) max_adaptive_delay: Duration,
    pub(crate) breaker: BreakerConfig,
    pub(crate) host_rules: Vec<HostRule>,
    pub(crate) robots: RobotsPolicy,
    pub(crate) contact: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) robots_agent: Option<String>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) workers: ShardCount,
    pub(crate) concurrency: u32,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) first_byte_timeout: Duration,
    pub(crate) max_body: u64,
    pub(crate) retries: u8,
    pub(crate) retries_for: Vec<(Cause, u8)>,
    pub(crate) retry_status: Vec<u16>,
    pub(crate) max_redirects: u8,
    pub(crate) http2: Http2,
    pub(crate) allow_private: bool,
    pub(crate) allow_nets: Vec<Network>,
    pub(crate) host_headers: Vec<HostHeader>,
    pub(crate) auth: Vec<AuthRule>,
    pub(crate) cookies: bool,
    pub(crate) proxies: Vec<ProxyRule>,
    pub(crate) proxy_resolves: bool,
    pub(crate) ca_files: Vec<PathBuf>,
    pub(crate) dns_servers: Vec<SocketAddr>,
    pub(crate) output: PathBuf,
    pub(crate) warc_size: u64,
    pub(crate) formats: Vec<Format>,
    pub(crate) content: Vec<Field>,
    pub(crate) content_threads: Option<usize>,
    pub(crate) extract_rules: Vec<PathBuf>,
    pub(crate) sinks: SinkSettings,
    pub(crate) progress: ProgressMode,
    pub(crate) log_level: String,
    pub(crate) log_format: LogFormat,
    pub(crate) daemon: bool,
    pub(crate) admin: AdminAddr,
    pub(crate) otlp_endpoint: Option<String>,
    pub(crate) admin_hosts: Vec<String>,
    pub(crate) action_dir: Option<PathBuf>,
}

/// Stands in `Settings::blank` until the table's default is read.
const ONE_WORKER: ShardCount = match ShardCount::new(1) {
    Some(one) => one,
    None => unreachable!(),
};

/// Whether and how progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressMode {
    /// Live on a terminal, a log line now and then elsewhere.
    Auto,
    /// Not at all.
    Off,
}

/// Where the admin interface listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdminAddr {
    /// Nowhere.
    Off,
    /// Where it usually does, if the crawl is a service.
    Auto,
    /// There.
    At(SocketAddr),
}

/// What a crawl leaves; the page list and the index come with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// WARC files, one gzip member per record.
    Warc,
    /// The page list as Parquet files.
    Parquet,
    /// The link graph as Parquet files.
    Links,
    /// The page list, compressed.
    JsonlZst,
    /// WARC files, one zstd frame per record.
    WarcZst,
    /// What each page says.
    Content,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Settings {
    /// Places to be filled from the table, which has every default.
    #[expect(clippy::too_many_lines, reason = "one line for each setting")]
    pub(super) fn blank() -> Self {
        Self {
            urls: Vec::new(),
            seed_files: Vec::new(),
            skip_bad_seeds: false,
            recrawl: false,
            fresh: false,
            canonical: CanonicalRules::none(),
            scope: ScopeKind::Host,
            include: Vec::new(),
            exclude: Vec::new(),
            scope_rules: Vec::new(),
            depth: None,
            max_url_length: 0,
            max_path_depth: None,
            max_repeated_segments: None,
            calendar_ahead: None,
            calendar_back: None,
            rescope: false,
            trap_pages: 0,
            trap_yield: 0,
            list_refused: false,
            crawl_log: false,
            simhash: false,
            canonical_links: CanonicalLinks::Record,
            assets: false,
            max_outlinks: 0,
            sitemaps: Sitemaps::Off,
            sitemap_from: None,
            limits: Limits::default(),
            ceilings: Ceilings::default(),
            delay: Duration::ZERO,
            max_crawl_delay: Duration::ZERO,
            host_concurrency: 0,
            ip_concurrency: 0,
            ip_delay: Duration::ZERO,
            domain_concurrency: None,
            domain_delay: Duration::ZERO,
            adaptive_delay: 0.0,
            max_adaptive_delay: Duration::ZERO,
            breaker: BreakerConfig::default(),
            host_rules: Vec::new(),
            robots: RobotsPolicy::Obey,
            contact: None,
            user_agent: None,
            robots_agent: None,
            headers: Vec::new(),
            workers: ONE_WORKER,
            concurrency: 0,
            timeout: Duration::ZERO,
            connect_timeout: Duration::ZERO,
            first_byte_timeout: Duration::ZERO,
            max_body: 0,
            retries: 0,
            retries_for: Vec::new(),
            retry_status: Vec::new(),
            max_redirects: 0,
            http2: Http2::Off,
            allow_private: false,
            allow_nets: Vec::new(),
            host_headers: Vec::new(),
            auth: Vec::new(),
            cookies: false,
            proxies: Vec::new(),
            proxy_resolves: false,
            ca_files: Vec::new(),
            dns_servers: Vec::new(),
            output: PathBuf::new(),
            warc_size: 0,
            formats: Vec::new(),
            content: Vec::new(),
            content_threads: None,
            extract_rules: Vec::new(),
            sinks: SinkSettings::default(),
            progress: ProgressMode::Off,
            log_level: String::new(),
            log_format: LogFormat::Text,
            daemon: false,
            admin: AdminAddr::Off,
            otlp_endpoint: None,
            admin_hosts: Vec::new(),
            action_dir: None,
        }
    }

    /// Settings that are right by themselves and wrong together.
    pub(super) fn contradictions(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut refuse = |place: &str, what: String, note: &str| {
            let notes = vec![note.to_owned()];
            problems.push(Problem { place: place.to_owned(), source_line: None, what, notes });
        };
        if self.fresh && self.recrawl {
            refuse(
                "fresh, recrawl",
                "both are set: one deletes the earlier crawl, the other fetches it again"
                    .to_owned(),
                "keep one of them",
            );
        }
        if self.formats.contains(&Format::Warc) && self.formats.contains(&Format::WarcZst) {
            refuse(
                "format",
                "both warc and warc.zst are asked for, but each page is stored once".to_owned(),
                "keep one of them; a crawl may go on with the other",
            );
        }
        if u32::from(self.host_concurrency) > self.concurrency {
            refuse(
                "host_concurrency",
                format!(
                    "{} is more than concurrency = {}",
                    self.host_concurrency, self.concurrency
                ),
                "raise concurrency, or lower host_concurrency",
            );
        }
        if self.user_agent.is_some() && self.robots_agent.is_none() && self.agent_name().is_none() {
            refuse(
                "user_agent",
                "robots.txt rules cannot name it: it does not begin with a word of letters"
                    .to_owned(),
                "begin it like ExampleBot/1.0, or set robots_agent",
            );
        }
        problems
    }
}
