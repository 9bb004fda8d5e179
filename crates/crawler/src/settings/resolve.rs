//! Settings turned into what the engine is told.

use std::time::{Duration, SystemTime};

use crawler_engine::{Cookies, CrawlConfig, Retries, RobotsPolicy, Start, TrapRule, WhenDone};
use crawler_extract::Assets;
use crawler_fetch::{AddressPolicy, DecodeLimits, FetchConfig};
use crawler_politeness::PaceConfig;
use crawler_store::{EncoderConfig, StoreConfig, WarcCodec};
use crawler_url::WireUrl;
use crawler_url::scope::{ScopeRules, UrlLimits};

use super::read::agent_name_of;
use super::{Format, Settings};

/// How long a drain waits for fetches in flight.
pub(crate) const DRAIN_DEADLINE: Duration = Duration::from_secs(30);
/// Our name, where the user gives none.
const PRODUCT: &str = "crawler";

/// The engine's configuration for these seeds.
pub(crate) fn resolve(settings: Settings, seeds: Vec<WireUrl>) -> CrawlConfig {
    let user_agent = settings.user_agent();
    let product_token = settings.product_token();
    CrawlConfig {
        seeds,
        workers: settings.workers,
        scope: settings.scope_rules(year_at(SystemTime::now())),
        rescope: settings.rescope,
        canonical: settings.canonical.clone(),
        pace: PaceConfig {
            delay: settings.delay,
            crawl_delay_max: settings.max_crawl_delay,
            latency_factor: settings.adaptive_delay,
            latency_pause_max: settings.max_adaptive_delay,
            breaker: settings.breaker.clone(),
            ..PaceConfig::default()
        },
        robots: settings.robots,
        product_token,
        concurrency: settings.concurrency,
        host_concurrency: settings.host_concurrency,
        host_rules: settings.host_rules.clone(),
        ip_concurrency: settings.ip_concurrency,
        ip_interval: settings.ip_delay.min(settings.delay),
        domain_concurrency: settings.domain_concurrency,
        domain_interval: settings.domain_delay,
        limits: settings.limits,
        when_done: if settings.daemon { WhenDone::Wait } else { WhenDone::Stop },
        ceilings: settings.ceilings,
        retries: Retries {
            attempts: settings.retries,
            by_cause: settings.retries_for.clone(),
            statuses: settings.retry_status.clone(),
        },
        redirects_max: settings.max_redirects,
        assets: if settings.assets { Assets::Include } else { Assets::Skip },
        outlinks_max: settings.max_outlinks,
        cookies: if settings.cookies { Cookies::Keep } else { Cookies::Ignore },
        sitemaps: settings.sitemaps,
        sitemap_from: settings.sitemap_from,
        traps: (settings.trap_yield > 0)
            .then_some(TrapRule { pages: settings.trap_pages, yield_percent: settings.trap_yield }),
        canonical_links: settings.canonical_links,
        simhash: settings.simhash,
        list_refused: settings.list_refused,
        decode: DecodeLimits::default(),
        start: settings.start(),
        drain_deadline: DRAIN_DEADLINE,
        store: settings.store(&user_agent),
        records: EncoderConfig { codec: settings.codec(), ..EncoderConfig::default() },
        fetch: settings.fetch(user_agent),
        data_dir: settings.output,
    }
}

impl Settings {
    /// The `User-Agent` header.
    pub(crate) fn user_agent(&self) -> String {
        let ours = format!("{PRODUCT}/{}", env!("CARGO_PKG_VERSION"));
        match (&self.user_agent, &self.contact) {
            (Some(user_agent), _) => user_agent.clone(),
            (None, Some(contact)) => format!("{ours} (+{contact})"),
            (None, None) => ours,
        }
    }

    /// Our name in robots.txt, if the settings have one.
    pub(super) fn agent_name(&self) -> Option<String> {
        self.robots_agent.clone().or_else(|| agent_name_of(&self.user_agent()))
    }

    /// Whom robots.txt rules must name to mean us.
    pub(crate) fn product_token(&self) -> String {
        self.agent_name().unwrap_or_else(|| PRODUCT.to_owned())
    }

    /// Which links belong to the crawl, when it begins in the year `now`.
    pub(crate) fn scope_rules(&self, now: u16) -> ScopeRules {
        let years = self.calendar_back.map_or(0, |back| now.saturating_sub(back))
            ..self.calendar_ahead.map_or(u16::MAX, |ahead| now.saturating_add(ahead + 1));
        ScopeRules {
            kind: self.scope,
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            rules: self.scope_rules.clone(),
            depth_max: self.depth,
            limits: UrlLimits {
                bytes_max: self.max_url_length,
                segments_max: self.max_path_depth.unwrap_or(usize::MAX),
                repeats_max: self.max_repeated_segments.unwrap_or(usize::MAX),
                calendar_years: (years != (0..u16::MAX)).then_some(years),
            },
        }
    }

    fn start(&self) -> Start {
        match (self.fresh, self.recrawl) {
            (true, _) => Start::Fresh,
            (false, true) => Start::Recrawl,
            (false, false) => Start::Continue,
        }
    }

    fn fetch(&self, user_agent: String) -> FetchConfig {
        FetchConfig {
            user_agent,
            headers: self.headers.clone(),
            host_headers: self.host_headers.clone(),
            connect_timeout: self.connect_timeout,
            tls_timeout: self.connect_timeout,
            first_byte_timeout: self.first_byte_timeout,
            total_timeout: self.timeout,
            body_bytes_max: self.max_body,
            address_policy: match (self.allow_private, &self.allow_nets[..]) {
                (true, _) => AddressPolicy::AllowPrivate,
                (false, []) => AddressPolicy::PublicOnly,
                (false, networks) => AddressPolicy::PublicAnd(networks.into()),
            },
            proxies: self.proxies.clone(),
            proxy_resolves: self.proxy_resolves,
            dns_servers: self.dns_servers.clone(),
            ca_files: self.ca_files.clone(),
            http2: self.http2,
            ..FetchConfig::default()
        }
    }

    fn codec(&self) -> WarcCodec {
        if self.formats.contains(&Format::WarcZst) { WarcCodec::Zstd } else { WarcCodec::Gzip }
    }

    fn store(&self, user_agent: &str) -> StoreConfig {
        let robots = match self.robots {
            RobotsPolicy::Obey => "obey",
            RobotsPolicy::Ignore => "ignore",
        };
        StoreConfig {
            warc_bytes_max: self.warc_size,
            crawl_log: self.crawl_log,
            software: format!("{PRODUCT}/{}", env!("CARGO_PKG_VERSION")),
            user_agent: user_agent.to_owned(),
            robots: robots.to_owned(),
            contact: self.contact.clone(),
            hostname: hostname(),
            ..StoreConfig::default()
        }
    }
}

/// The year, but for a day at its turn.
pub(crate) fn year_at(time: SystemTime) -> u16 {
    const SECS_PER_YEAR: u64 = 31_556_952;
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u16::try_from(1970 + since_1970.as_secs() / SECS_PER_YEAR).unwrap_or(u16::MAX)
}

/// The machine's name, as the kernel has it.
fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
