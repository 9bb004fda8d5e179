//! Another configuration for a running crawl.

use crate::config::CrawlConfig;
use crate::handle::CrawlHandle;
use crate::shared::{Shared, locked};

/// What became of another configuration; names are those of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconfigured {
    /// These differ from what was in force, and are in force now.
    pub changed: Vec<&'static str>,
    /// These differ, and hold only when the crawl is started again.
    pub needs_restart: Vec<&'static str>,
}

impl Reconfigured {
    /// All settings that are told of, by their names.
    pub fn settings() -> impl Iterator<Item = &'static str> {
        SETTINGS.iter().map(|setting| setting.name)
    }
}

/// One setting, as far as the engine knows it.
struct Setting {
    name: &'static str,
    differs: fn(&CrawlConfig, &CrawlConfig) -> bool,
    /// Takes the value over into what is in force; `None` for what cannot change while the crawl runs.
    adopt: Option<fn(&mut CrawlConfig, &CrawlConfig)>,
}

/// A setting that can change while the crawl runs.
macro_rules! live {
    ($name:literal, $($field:tt)+) => {
        Setting {
            name: $name,
            differs: |before, after| before.$($field)+ != after.$($field)+,
            adopt: Some(|into, from| into.$($field)+.clone_from(&from.$($field)+)),
        }
    };
}

/// A setting that cannot.
macro_rules! fixed {
    ($name:literal, $($field:tt)+) => {
        Setting {
            name: $name,
            differs: |before, after| before.$($field)+ != after.$($field)+,
            adopt: None,
        }
    };
}

/// Everything that a configuration says but seeds and how to start and end. What cannot change:
/// the threads and what is dealt to them, connections and who we are on them, what tells URLs apart, and
/// what stands in the files that are open (the robots policy is in each WARC file's `warcinfo`).
const SETTINGS: &[Setting] = &[
    live!("delay", pace.delay),
    live!("max_crawl_delay", pace.crawl_delay_max),
    Setting {
        name: "adaptive_delay",
        differs: |before, after| {
            before.pace.latency_factor.total_cmp(&after.pace.latency_factor).is_ne()
        },
        adopt: Some(|into, from| into.pace.latency_factor = from.pace.latency_factor),
    },
    live!("max_adaptive_delay", pace.latency_pause_max),
    live!("dead_host_after", pace.breaker.failures_max),
    live!("dead_host_probes", pace.breaker.probes_max),
    live!("probe_interval", pace.breaker.interval_first),
    live!("host_concurrency", host_concurrency),
    live!("host", host_rules),
    live!("max_pages", limits.pages),
    live!("max_bytes", limits.bytes),
    live!("max_time", limits.time),
    live!("max_rate", limits.requests_per_second),
    live!("max_bandwidth", limits.bytes_per_second),
    live!("max_pages_per_host", limits.pages_per_host),
    live!("max_bytes_per_host", limits.bytes_per_host),
    live!("max_errors_per_host", limits.errors_per_host),
    live!("max_rss", ceilings.memory_bytes),
    live!("max_frontier", ceilings.frontier_bytes),
    live!("max_disk", ceilings.disk_bytes),
    live!("min_free_disk", ceilings.free_disk_bytes),
    live!("retries", retries.attempts),
    live!("retries_for", retries.by_cause),
    live!("retry_status", retries.statuses),
    live!("max_redirects", redirects_max),
    live!("max_outlinks", outlinks_max),
    live!("assets", assets),
    live!("cookies", cookies),
    live!("sitemaps", sitemaps),
    live!("sitemap_from", sitemap_from),
    live!("canonical_links", canonical_links),
    live!("simhash", simhash),
    live!("list_refused", list_refused),
    live!("rescope", rescope),
    live!("trap_yield", traps),
    live!("include", scope.include),
    live!("exclude", scope.exclude),
    live!("scope_rule", scope.rules),
    live!("depth", scope.depth_max),
    live!("max_url_length", scope.limits.bytes_max),
    live!("max_path_depth", scope.limits.segments_max),
    live!("max_repeated_segments", scope.limits.repeats_max),
    live!("calendar_ahead", scope.limits.calendar_years),
    fixed!("scope", scope.kind),
    fixed!("workers", workers),
    fixed!("concurrency", concurrency),
    fixed!("ip_concurrency", ip_concurrency),
    fixed!("ip_delay", ip_interval),
    fixed!("domain_concurrency", domain_concurrency),
    fixed!("domain_delay", domain_interval),
    fixed!("robots", robots),
    fixed!("robots_agent", product_token),
    fixed!("output", data_dir),
    fixed!("warc_size", store.warc_bytes_max),
    fixed!("crawl_log", store.crawl_log),
    fixed!("contact", store.contact),
    fixed!("user_agent", fetch.user_agent),
    fixed!("header", fetch.headers),
    fixed!("host_header", fetch.host_headers),
    fixed!("timeout", fetch.total_timeout),
    fixed!("connect_timeout", fetch.connect_timeout),
    fixed!("first_byte_timeout", fetch.first_byte_timeout),
    fixed!("max_body", fetch.body_bytes_max),
    fixed!("allow_net", fetch.address_policy),
    fixed!("proxy", fetch.proxies),
    fixed!("proxy_resolves", fetch.proxy_resolves),
    fixed!("dns_server", fetch.dns_servers),
    fixed!("ca_file", fetch.ca_files),
    fixed!("http2", fetch.http2),
    fixed!("query_order", canonical),
];

impl CrawlHandle {
    /// Puts in force what differs in another configuration of the same crawl and can change while it
    /// runs, within one turn of each shard's loop; tells what cannot. Seeds are not added, and what an
    /// operator changed about single hosts stays.
    ///
    /// Nothing is undone: URLs that are queued stay so, unless [`CrawlConfig::rescope`] has them judged
    /// again. Hosts that wait on disk for a longer delay wait for it.
    #[must_use]
    pub fn reconfigure(&self, wanted: &CrawlConfig) -> Reconfigured {
        self.shared().reconfigure(wanted)
    }
}

impl Shared {
    fn reconfigure(&self, wanted: &CrawlConfig) -> Reconfigured {
        let _one_at_a_time = locked(&self.control.reconfiguring);
        let before = self.live.load();
        let mut after = before.config.clone();
        let mut told = Reconfigured::default();
        for setting in SETTINGS.iter().filter(|setting| (setting.differs)(&before.config, wanted)) {
            if let Some(adopt) = setting.adopt {
                adopt(&mut after, wanted);
                told.changed.push(setting.name);
            } else {
                told.needs_restart.push(setting.name);
            }
        }
        if !told.changed.is_empty() {
            self.adopt(&before.config, after);
        }
        told
    }

    fn adopt(&self, before: &CrawlConfig, after: CrawlConfig) {
        self.throughput.change(&before.limits, &after.limits);
        self.budget.set_limit(after.limits.pages);
        if before.scope != after.scope {
            self.scope.set_rules(&after.scope);
        }
        self.publish(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_setting_has_one_name() {
        let names: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
    }
}
