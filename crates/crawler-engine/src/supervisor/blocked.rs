//! Whether all that is left waits for hosts that an operator has blocked for good: a crawl that ends by
//! itself would never end. What is left stays queued, for a run after they are let go.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use crawler_frontier::{FrontierError, FrontierReader};
use crawler_url::HostHash;

use crate::control::HostOverride;
use crate::shared::Shared;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Looks in a row that must agree: by then everything that ended has been committed.
const LOOKS: u32 = 3;

/// What the last looks brought.
#[derive(Debug, Default)]
pub(crate) struct BlockedWatch {
    looked_at: Option<Instant>,
    /// URLs that are left, all of them on blocked hosts, and how many looks found so.
    found: Option<(i64, u32)>,
}

impl BlockedWatch {
    /// The number of URLs that are left, if all of them wait for blocked hosts.
    pub(super) fn look(
        &mut self,
        shared: &Shared,
        reader: &FrontierReader,
        now: Instant,
    ) -> Option<i64> {
        if self.looked_at.is_some_and(|at| now.duration_since(at) < LOOK) {
            return None;
        }
        self.looked_at = Some(now);
        let left = left_on_blocked_hosts(shared, reader).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot tell what is left on blocked hosts");
            None
        });
        self.found = left.map(|left| match self.found {
            Some((before, looks)) if before == left => (left, looks + 1),
            _ => (left, 1),
        });
        self.found.filter(|(_, looks)| *looks >= LOOKS).map(|(left, _)| left)
    }
}

/// The URLs that are left, if there are no others than on blocked hosts and none is under way.
fn left_on_blocked_hosts(
    shared: &Shared,
    reader: &FrontierReader,
) -> Result<Option<i64>, FrontierError> {
    let blocked: Vec<HostHash> = shared.control.operator.with_hosts(|hosts| {
        let blocked = hosts.iter().filter(|(_, change)| is_for_good(change));
        blocked.map(|(host, _)| host.hash()).collect()
    });
    let is_busy = || shared.gauges.iter().any(|gauges| gauges.in_flight.load(SeqCst) > 0);
    if blocked.is_empty() || is_busy() {
        return Ok(None);
    }
    let mut queued = 0;
    for host in blocked {
        queued += queued_of(reader, host)?;
    }
    let queued = i64::try_from(queued).unwrap_or(i64::MAX);
    Ok((queued > 0 && shared.outstanding.is(queued)).then_some(queued))
}

fn is_for_good(change: &HostOverride) -> bool {
    change.blocked_until_ms == Some(u64::MAX) && change.expires_at_ms.is_none()
}

fn queued_of(reader: &FrontierReader, host: HostHash) -> Result<u64, FrontierError> {
    let mut queued = 0;
    reader.for_each_host(host, &mut |found| {
        if found.hash == host {
            queued = found.queued;
        }
        ControlFlow::Break(())
    })?;
    Ok(queued)
}
