//! What the crawl as a whole may take, and what the hosts of one domain may.

use std::sync::Arc;

use crawler_politeness::{DomainKey, DomainLimits, DomainPermit, DomainPlace, RateCap, UnixMillis};
use crawler_url::{WireUrl, owner_domain};

use crate::config::CrawlConfig;

/// Limits over all shards besides those per IP address; each is `None` when it is off.
#[derive(Debug)]
pub(crate) struct Throughput {
    requests: Option<RateCap>,
    bytes: Option<RateCap>,
    domains: Option<Arc<DomainLimits>>,
}

impl Throughput {
    pub(crate) fn new(config: &CrawlConfig) -> Self {
        let is_limited = config.domain_concurrency.is_some() || !config.domain_interval.is_zero();
        let concurrency = config.domain_concurrency.unwrap_or(u16::MAX);
        Self {
            requests: config.limits.requests_per_second.map(RateCap::new),
            bytes: config.limits.bytes_per_second.map(RateCap::new),
            domains: is_limited
                .then(|| Arc::new(DomainLimits::new(concurrency, config.domain_interval))),
        }
    }

    /// Whether another request may start at `now`; else when.
    pub(crate) fn check(&self, now: UnixMillis) -> Result<(), UnixMillis> {
        [&self.requests, &self.bytes].into_iter().flatten().try_for_each(|cap| cap.check(now))
    }

    pub(crate) fn take_request(&self, now: UnixMillis) {
        if let Some(cap) = &self.requests {
            cap.take(1, now);
        }
    }

    /// A request that was taken was not sent.
    pub(crate) fn give_request_back(&self) {
        if let Some(cap) = &self.requests {
            cap.give_back(1);
        }
    }

    pub(crate) fn take_bytes(&self, bytes: u64, now: UnixMillis) {
        if let Some(cap) = &self.bytes {
            cap.take(bytes, now);
        }
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
