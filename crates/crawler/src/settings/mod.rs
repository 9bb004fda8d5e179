//! Settings: what was written ([`RawConfig`]), what it means ([`Settings`]), and what the engine
//! is told ([`resolve()`]).
//!
//! Layers, each over the one before: defaults, configuration files, `CRAWLER_*` environment, `-s`,
//! flags. A list in a later layer replaces the list of an earlier one. Every mistake in every
//! layer is reported at once, even where a later layer would hide it.

mod annotate;
mod credentials;
mod file;
mod host_rules;
mod layers;
mod problem;
mod read;
mod redact;
mod resolve;
mod sinks;
mod suggest;
pub(crate) mod table;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use config::Config;
use config::builder::{ConfigBuilder, DefaultState};
use crawler_content::Field;
use crawler_engine::{CanonicalLinks, Cause, Ceilings, HostRule, Limits, RobotsPolicy, Sitemaps};
use crawler_fetch::{HostHeader, Http2, Network, ProxyRule};
use crawler_politeness::BreakerConfig;
use crawler_url::scope::{Pattern, ScopeKind, ScopeRule};
use crawler_url::{CanonicalRules, ShardCount};
use http::{HeaderName, HeaderValue};

pub(crate) use annotate::{effective, example};
pub(crate) use credentials::add_credentials;
pub(crate) use file::File;
pub(crate) use layers::{ENV_CONFIG, ENV_PREFIX, ENV_TOKEN, Entry, Overlay, Sources};
pub(crate) use problem::{Problem, Problems};
pub(crate) use read::log_filter;
pub(crate) use resolve::{DRAIN_DEADLINE, resolve, year_at};
pub(crate) use sinks::{SinkSettings, webhook_secrets};
pub(crate) use suggest::nearest;
pub(crate) use value::{parse_duration, parse_size, show_duration};

use credentials::AuthRule;
use layers::{Findings, Layer, layers};
use table::Setting;
use value::Given;

/// What was written, after the layers are merged: for each key the winning entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RawConfig {
    values: BTreeMap<String, Vec<Entry>>,
}

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

/// Settings that were understood.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What was written, with its origin.
    pub(crate) raw: RawConfig,
    /// What it means.
    pub(crate) settings: Settings,
    /// Oddities to tell.
    pub(crate) warnings: Vec<String>,
}

/// Reads, checks and merges all layers.
///
/// # Errors
/// All mistakes at once.
pub(crate) fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut findings = Findings::default();
    let layers = layers(sources, &mut findings);
    for layer in &layers {
        findings.problems.extend(check(layer));
    }
    let refuse = |problems| Problems { subject: "the configuration", problems };
    if !findings.problems.is_empty() {
        return Err(refuse(findings.problems));
    }
    let raw = RawConfig::merge(layers).map_err(|problem| refuse(vec![problem]))?;
    let settings = raw.understand().map_err(refuse)?;
    let contradictions = settings.contradictions();
    if !contradictions.is_empty() {
        return Err(refuse(contradictions));
    }
    Ok(Loaded { raw, settings, warnings: findings.warnings })
}

/// The mistakes in one layer's values, whether or not a later layer hides them.
fn check(layer: &Layer) -> Vec<Problem> {
    let mut scratch = Settings::blank();
    let wrong = |(key, entries): (&&'static str, &Vec<Entry>)| {
        let setting = table::find(key)?;
        let bad = (setting.read)(&mut scratch, Given(entries)).err()?;
        Some(value_problem(setting, entries, bad))
    };
    layer.entries.iter().filter_map(wrong).collect()
}

fn value_problem(setting: &Setting, entries: &[Entry], bad: value::BadValue) -> Problem {
    let entry = entries.get(bad.item_idx);
    let what = match entry {
        Some(entry) if entry.source_line.is_some() => format!("{}: {}", setting.key, bad.problem),
        _ => bad.problem,
    };
    Problem {
        place: entry.map_or_else(|| setting.key.to_owned(), |entry| entry.place.clone()),
        source_line: entry.and_then(|entry| entry.source_line.clone()),
        what,
        notes: bad.notes,
    }
}

impl RawConfig {
    /// Lays each layer over the ones before.
    fn merge(layers: Vec<Layer>) -> Result<Self, Problem> {
        let failed = |error: config::ConfigError| Problem {
            place: "settings".to_owned(),
            source_line: None,
            what: error.to_string(),
            notes: Vec::new(),
        };
        let builder =
            layers.into_iter().fold(Config::builder(), ConfigBuilder::<DefaultState>::add_source);
        let merged = builder.build().map_err(failed)?;
        let mut values = BTreeMap::new();
        for setting in table::all() {
            let items = merged.get_array(setting.key).map_err(failed)?;
            let entry = |item: config::Value| {
                let place = item.origin().unwrap_or_default().to_owned();
                Ok(Entry { text: item.into_string()?, place, source_line: None })
            };
            let entries: Result<Vec<Entry>, _> = items.into_iter().map(entry).collect();
            values.insert(setting.key.to_owned(), entries.map_err(failed)?);
        }
        Ok(Self { values })
    }

    fn understand(&self) -> Result<Settings, Vec<Problem>> {
        let mut settings = Settings::blank();
        let mut problems = Vec::new();
        for setting in table::all() {
            let entries = self.entries(setting);
            if let Err(bad) = (setting.read)(&mut settings, Given(entries)) {
                problems.push(value_problem(setting, entries, bad));
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Takes a setting over from another configuration.
    pub(crate) fn take_over(&mut self, key: &str, other: &Self) {
        if let Some(entries) = other.values.get(key) {
            self.values.insert(key.to_owned(), entries.clone());
        }
    }

    /// The winning entries of a setting.
    pub(crate) fn entries(&self, setting: &Setting) -> &[Entry] {
        self.values.get(setting.key).map_or(&[], Vec::as_slice)
    }
}

impl Settings {
    /// Places to be filled from the table, which has every default.
    #[expect(clippy::too_many_lines, reason = "one line for each setting")]
    fn blank() -> Self {
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
    fn contradictions(&self) -> Vec<Problem> {
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
