//! What the store of a running crawl knows of one URL.

use std::ops::ControlFlow;

use crawler_url::WireUrl;

use crate::control::ControlError;
use crate::explain::{QueuedUrl, StoredHost, StoredRobots, StoredUrl};
use crate::handle::CrawlHandle;
use crate::shard::robots_rules;

/// URLs of a queue that are looked through for one that may be in it.
const LOOK_MAX: u64 = 1_000_000;

impl CrawlHandle {
    /// What is known of a URL as of the last commit: what [`explain_url`](crate::explain_url) tells of a
    /// crawl that does not run. Its place is looked for among the first million URLs of its host.
    ///
    /// # Errors
    /// [`ControlError::Ending`] when the store is closed, and when it cannot be read.
    pub fn explain(&self, url: &WireUrl) -> Result<StoredUrl, ControlError> {
        let crawl = self.shared();
        let fingerprint = self.canonicalizer()?.fingerprint(url);
        let guard = crawl.control.reader();
        let reader = guard.as_ref().ok_or(ControlError::Ending)?;
        let token = &crawl.config.product_token;
        let robots = reader.robots(fingerprint.host, url.scheme())?.map(|memory| StoredRobots {
            verdict: robots_rules(&memory.rules, token).judge(url.path_and_query()),
            expires_at: memory.expires_at,
            closed: memory.closed,
        });
        let host = reader.host_summary(fingerprint.host)?;
        let (mut queued, mut ahead) = (None, 0);
        if host.as_ref().is_some_and(|host| host.queued > 0) {
            reader.for_each_queued_of(fingerprint.host, None, &mut |print, item| {
                if print == fingerprint {
                    queued = Some(QueuedUrl { item, ahead });
                    return ControlFlow::Break(());
                }
                ahead += 1;
                if ahead < LOOK_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
        }
        Ok(StoredUrl {
            seeds: reader.seeds()?,
            canonical: Some(crawl.config.canonical.clone()),
            fingerprint,
            robots,
            host: host.map(|host| StoredHost {
                pace: host.pace,
                totals: host.totals,
                queued: host.queued,
            }),
            is_undecided: reader.is_undecided(fingerprint)?,
            is_seen: queued.is_some() || reader.has_seen(fingerprint)?,
            queued,
        })
    }
}
