//! Emptying the queue of a host, and filling it with what had failed.

use std::collections::HashMap;

use crawler_url::{Fingerprint, HostKey};

use super::look::EndedState;
use super::seeds::ORDER_URLS_MAX;
use super::{ControlError, Dropped, FailedUrl, Task};
use crate::handle::CrawlHandle;
use crate::shared::locked;

/// Reason of a row that takes a failure back: the URL is queued again.
pub(crate) const REQUEUED: &str = "requeued";
/// URLs that one order ends.
const DROPS_MAX: u64 = 20_000;
/// Failed URLs that one call queues again.
const REQUEUED_MAX: usize = 100_000;

impl CrawlHandle {
    /// Ends all URLs that wait for a host as skipped, with reason `host_dropped` and a row for each in
    /// `reports/skipped.jsonl`; gives how many. Nothing is asked for, whatever the host waits for; what
    /// is being fetched ends as it would. They count as seen: links to them are not followed again in
    /// this generation. Durable when it returns.
    ///
    /// # Errors
    /// [`ControlError::Ending`], [`ControlError::Busy`], [`ControlError::Restarted`]; a part of the
    /// queue may be ended then.
    pub fn drop_queue(&self, host: &HostKey) -> Result<u64, ControlError> {
        self.check_open()?;
        let (hash, shard) = (host.hash(), self.shard_of(host.hash()));
        let mut dropped = 0;
        loop {
            let urls_max = DROPS_MAX;
            let Dropped { urls, more } =
                self.ask(shard, |answer| Task::Drop { host: hash, urls_max, answer })?;
            dropped += urls;
            if !more {
                return Ok(dropped);
            }
        }
    }

    /// Queues the failed URLs of a host again, as far as `reports/skipped.jsonl` lists them in this
    /// generation, at most 100 000 in one call; gives how many. They are not counted as failed any
    /// more, and a row with reason `requeued` tells so. The host is taken for one that answers again.
    /// Durable when it returns.
    ///
    /// # Errors
    /// [`ControlError::Read`], [`ControlError::Ending`], [`ControlError::Busy`],
    /// [`ControlError::Restarted`]; some may be queued then.
    pub fn requeue(&self, host: &HostKey) -> Result<u64, ControlError> {
        self.check_open()?;
        let _one_at_a_time = locked(&self.shared().control.requeueing);
        let (hash, shard) = (host.hash(), self.shard_of(host.hash()));
        self.ask(shard, Task::Settle)?;
        let mut failed = self.failed_urls(host)?.into_iter().peekable();
        let mut queued = 0;
        while failed.peek().is_some() {
            let part = failed.by_ref().take(ORDER_URLS_MAX).collect();
            queued +=
                self.ask(shard, |answer| Task::Requeue { host: hash, failed: part, answer })?;
        }
        Ok(queued)
    }

    /// URLs of a host whose last row says that they failed, in the order in which they did.
    fn failed_urls(&self, host: &HostKey) -> Result<Vec<FailedUrl>, ControlError> {
        let canonicalizer = self.canonicalizer()?;
        let mut failed: HashMap<Fingerprint, (usize, FailedUrl)> = HashMap::new();
        let (from, mut n) = (self.shared().skipped_from, 0);
        let name = host.host().trim_matches(['[', ']']);
        self.for_each_report_row(from, name, &mut |row| {
            if row.url.host_key() != *host {
                return true;
            }
            let reason = row.reason.clone();
            let link = row.link(&canonicalizer);
            if reason == REQUEUED {
                failed.remove(&link.fingerprint);
            } else if self.state_of(&reason) == Some(EndedState::Failed) {
                n += 1;
                failed.insert(link.fingerprint, (n, FailedUrl { link, reason }));
            }
            failed.len() < 2 * REQUEUED_MAX
        })?;
        let mut failed: Vec<_> = failed.into_values().collect();
        failed.sort_unstable_by_key(|(n, _)| *n);
        failed.truncate(REQUEUED_MAX);
        Ok(failed.into_iter().map(|(_, url)| url).collect())
    }
}
