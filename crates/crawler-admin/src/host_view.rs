//! Hosts of the engine in the words of the interface, and back.

use std::time::Duration;

use crawler_engine as engine;

use crate::api::{HostChange, HostOverride, HostPriority, HostSort, HostState, HostView};

/// A host, as the interface tells it.
pub(crate) fn view(host: engine::HostReport) -> HostView {
    HostView {
        host: host.host.as_str().to_owned(),
        state: host.state.into(),
        shard: host.shard,
        queued: host.queued,
        fetched: host.fetched,
        failed: host.failed,
        skipped: host.skipped,
        bytes: host.bytes,
        errors: host.errors,
        next_fetch_at_ms: host.next_fetch_at.0,
        delay_ms: millis(host.delay),
        response_ms: host.response.map(millis),
        backoff_level: host.backoff_level,
        failures_in_a_row: u32::from(host.failures_in_a_row),
        overridden: host.changes.map(overridden),
    }
}

/// A change, as the engine is told.
pub(crate) fn order(change: &HostChange) -> engine::HostOrder {
    engine::HostOrder {
        delay_ms: change.delay_ms,
        concurrency: change.concurrency,
        max_pages: change.max_pages,
        max_bytes: change.max_bytes,
        max_errors: change.max_errors,
        priority: change.priority.map(|priority| priority.map(Into::into)),
        blocked_until_ms: change.blocked_until_ms,
        reason: change.reason.clone(),
        ttl: change.ttl_secs.map(Duration::from_secs),
    }
}

fn overridden(changes: engine::HostOverride) -> HostOverride {
    HostOverride {
        delay_ms: changes.delay_ms,
        concurrency: changes.concurrency,
        max_pages: changes.max_pages,
        max_bytes: changes.max_bytes,
        max_errors: changes.max_errors,
        priority: changes.priority.map(Into::into),
        blocked_until_ms: changes.blocked_until_ms,
        reason: changes.reason,
        expires_at_ms: changes.expires_at_ms,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Two enums with the same members.
macro_rules! same {
    ($from:ty => $to:ty: $($member:ident),+) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                match value {
                    $(<$from>::$member => Self::$member,)+
                }
            }
        }
    };
}

same!(engine::HostState => HostState: Ready, Waiting, BackingOff, Dead, Blocked, Idle);
same!(HostState => engine::HostState: Ready, Waiting, BackingOff, Dead, Blocked, Idle);
same!(HostSort => engine::HostSort: Queued, Fetched, Errors, Wait, Stored);
same!(HostPriority => engine::HostPriority: High, Normal, Low);
same!(engine::HostPriority => HostPriority: High, Normal, Low);
