//! A snapshot of the engine, as the admin interface tells it.

use std::collections::BTreeMap;

use crawler_engine::{IdleReason, Phase, ShardSnapshot, Snapshot};

use crate::api::{HostCounts, IdlePart, Rates, ShardStatus, State, Status, Totals, WhyNotFaster};
use crate::machine;
use crate::state::Admin;

/// The state of the crawl at this moment.
pub(crate) fn status(admin: &Admin) -> Status {
    let snapshot = admin.crawl.snapshot();
    let rates = admin.sampler.rates(&snapshot);
    let totals = totals(&snapshot);
    let words = |counts: BTreeMap<std::borrow::Cow<'static, str>, u64>| -> BTreeMap<String, u64> {
        counts.into_iter().map(|(reason, n)| (reason.into_owned(), n)).collect()
    };
    Status {
        state: state(&snapshot),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: snapshot.pid,
        data_dir: admin.data_dir.display().to_string(),
        started_at_ms: admin.started_at_ms,
        elapsed_secs: snapshot.elapsed_secs,
        generation: snapshot.generation,
        rates,
        totals,
        hosts: HostCounts {
            known: snapshot.hosts_known,
            ready: snapshot.hosts_ready,
            waiting: snapshot.hosts_snoozed,
            in_flight: snapshot.hosts_in_flight,
        },
        shards: snapshot.shards.iter().map(shard).collect(),
        why_not_faster: why_not_faster(&snapshot),
        memory_bytes: machine::memory_bytes().unwrap_or_default(),
        memory_limit_bytes: admin.process.memory_limit_bytes(),
        disk_free_bytes: admin.sampler.disk_free_bytes(),
        restarts: snapshot.restarts,
        stalls: snapshot.stalls,
        accounting_error: snapshot.accounting_error,
        held: snapshot.held,
        status: snapshot.counters.status,
        failed: words(snapshot.counters.failed),
        skipped: words(snapshot.counters.skipped),
    }
}

fn state(snapshot: &Snapshot) -> State {
    match snapshot.phase {
        Phase::Starting => State::Starting,
        Phase::Running if snapshot.held.is_some() => State::Held,
        Phase::Running if snapshot.waiting => State::Waiting,
        Phase::Running => State::Running,
        Phase::Paused => State::Paused,
        Phase::Draining => State::Draining,
        Phase::Stopping => State::Stopping,
        Phase::Stopped => State::Stopped,
    }
}

fn totals(snapshot: &Snapshot) -> Totals {
    let counters = &snapshot.counters;
    Totals {
        discovered: counters.discovered,
        fetched: counters.fetched,
        failed: snapshot.failed_total(),
        skipped: snapshot.skipped_total(),
        queued: snapshot.queued,
        in_flight: snapshot.in_flight,
        seen: snapshot.seen,
        retried: counters.retried,
        revisited: counters.revisited,
        links_found: counters.links_found,
        wire_bytes: counters.wire_bytes,
        content_bytes: counters.content_bytes,
        warc_bytes: counters.warc_bytes,
    }
}

fn why_not_faster(snapshot: &Snapshot) -> WhyNotFaster {
    let part =
        |(why, share): (IdleReason, f64)| IdlePart { reason: why.as_str().to_owned(), share };
    WhyNotFaster {
        sentence: snapshot.idle.sentence(),
        parts: snapshot.idle.minute.shares().into_iter().map(part).collect(),
    }
}

fn shard(shard: &ShardSnapshot) -> ShardStatus {
    ShardStatus {
        shard: shard.shard,
        fetched: shard.fetched,
        queued: shard.queued,
        in_flight: shard.in_flight,
        in_flight_max: shard.in_flight_max,
        busy_permille: shard.busy_permille,
        idle_secs: shard
            .idle
            .secs()
            .iter()
            .map(|(why, secs)| (why.as_str().to_owned(), *secs))
            .collect(),
    }
}

/// Speeds between two moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    /// Seconds on any steady clock.
    pub(crate) secs: f64,
    pub(crate) fetched: u64,
    pub(crate) wire_bytes: u64,
    pub(crate) failed: u64,
}

impl Mark {
    pub(crate) fn of(snapshot: &Snapshot, secs: f64) -> Self {
        Self {
            secs,
            fetched: snapshot.counters.fetched,
            wire_bytes: snapshot.counters.wire_bytes,
            failed: snapshot.failed_total(),
        }
    }

    pub(crate) fn rates_since(self, then: Self) -> Rates {
        let secs = self.secs - then.secs;
        if secs <= 0.0 {
            return Rates::default();
        }
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / secs;
        Rates {
            pages_per_second: rate(self.fetched, then.fetched),
            bytes_per_second: rate(self.wire_bytes, then.wire_bytes),
            failed_per_second: rate(self.failed, then.failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the numbers are exact in binary")]
    fn rates_are_means() {
        let then = Mark { secs: 10.0, fetched: 100, wire_bytes: 1000, failed: 3 };
        let now = Mark { secs: 14.0, fetched: 140, wire_bytes: 3000, failed: 4 };
        let rates = now.rates_since(then);
        assert_eq!(rates.pages_per_second, 10.0);
        assert_eq!(rates.bytes_per_second, 500.0);
        assert_eq!(rates.failed_per_second, 0.25);
        assert_eq!(then.rates_since(then), Rates::default());
        assert_eq!(then.rates_since(now), Rates::default());
    }
}
