//! What the crawl as a whole may take, and what the hosts of one domain may.

use std::sync::Arc;

use crawler_politeness::{DomainKey, DomainLimits, DomainPermit, DomainPlace, RateCap, UnixMillis};
use crawler_url::{WireUrl, owner_domain};

use crate::config::{CrawlConfig, Limits};

/// Limits over all shards besides those per IP address.
#[derive(Debug)]
pub(crate) struct Throughput {
    requests: RateCap,
    bytes: RateCap,
    /// `None` when they are not limited.
    domains: Option<Arc<DomainLimits>>,
}

impl Throughput {
    pub(crate) fn new(config: &CrawlConfig) -> Self {
        let is_limited = config.domain_concurrency.is_some() || !config.domain_interval.is_zero();
        let concurrency = config.domain_concurrency.unwrap_or(u16::MAX);
        Self {
            requests: cap(config.limits.requests_per_second),
            bytes: cap(config.limits.bytes_per_second),
            domains: is_limited
                .then(|| Arc::new(DomainLimits::new(concurrency, config.domain_interval))),
        }
    }

    /// Whether another request may start at `now`; else when.
    pub(crate) fn check(&self, now: UnixMillis) -> Result<(), UnixMillis> {
        self.requests.check(now).and_then(|()| self.bytes.check(now))
    }

    /// Other limits from now on, where they differ from those before.
    pub(crate) fn change(&self, before: &Limits, after: &Limits) {
        if before.requests_per_second != after.requests_per_second {
            self.requests.set(after.requests_per_second);
        }
        if before.bytes_per_second != after.bytes_per_second {
            self.bytes.set(after.bytes_per_second);
        }
    }

    pub(crate) fn take_request(&self, now: UnixMillis) {
        self.requests.take(1, now);
    }

    /// A request that was taken was not sent.
    pub(crate) fn give_request_back(&self) {
        self.requests.give_back(1);
    }

    pub(crate) fn take_bytes(&self, bytes: u64, now: UnixMillis) {
        self.bytes.take(bytes, now);
    }

    /// The right to one request to the URL's domain, if domains are limited; else a place in the
    /// line for it.
    pub(crate) fn reserve_domain(
        &self,
        url: &WireUrl,
        now: UnixMillis,
        place: Option<DomainPlace>,
    ) -> Result<Option<DomainPermit>, DomainPlace> {
        let Some(domains) = &self.domains else { return Ok(None) };
        domains.reserve(DomainKey::new(owner_domain(url.host())), now, place).map(Some)
    }
}

fn cap(per_second: Option<u64>) -> RateCap {
    per_second.map_or_else(RateCap::unlimited, RateCap::new)
}
