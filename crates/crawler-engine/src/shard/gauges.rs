//! What a shard tells the rest of the process about itself.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use crawler_politeness::UnixMillis;

use super::Shard;
use crate::clock;
use crate::phase::Phase;

/// How often the CPU use of the thread and the host counts are measured.
const MEASURE_INTERVAL: Duration = Duration::from_millis(250);

/// How often the longest queues are looked for.
const LONGEST_INTERVAL: Duration = Duration::from_secs(5);

/// CPU use of the thread since the last measurement.
#[derive(Debug, Default)]
pub(super) struct BusyMeter {
    measured_at: UnixMillis,
    cpu: Duration,
    /// When the longest queues were last looked for.
    longest_at: UnixMillis,
}

impl BusyMeter {
    /// Thousandths of a core since the last measurement, once per interval.
    fn measure(&mut self, now: UnixMillis) -> Option<u32> {
        let wall = now.saturating_sub(self.measured_at);
        if wall < MEASURE_INTERVAL {
            return None;
        }
        let cpu = clock::thread_cpu();
        let used = cpu.saturating_sub(self.cpu);
        (self.measured_at, self.cpu) = (now, cpu);
        Some((used.as_secs_f64() / wall.as_secs_f64() * 1000.0).round() as u32)
    }
}

impl Shard {
    /// Beats the heart and publishes this shard's numbers.
    pub(super) fn publish_gauges(&mut self, now: UnixMillis) {
        let busy = self.busy.measure(now);
        let is_last = self.shared.phase() >= Phase::Stopping;
        if busy.is_some() || is_last {
            self.publish_idle(now);
        }
        let queued = self.frontier.queued();
        let backing_off = if busy.is_some() || is_last { self.backing_off.count(now) } else { 0 };
        let gauges = self.gauges();
        gauges.queued.store(queued, Relaxed);
        // In this order: a page leaves the first number for the second, and must not be missed.
        let unsettled = self.heavy.len() + self.ledger.waiting_pages();
        gauges.unsettled.store(unsettled as u32, SeqCst);
        gauges.in_flight.store(self.in_flight.len() as u32, SeqCst);
        if let Some(permille) = busy {
            gauges.busy_permille.store(permille, Relaxed);
        }
        if busy.is_some() || is_last {
            let hosts = self.frontier.hosts();
            gauges.seen.store(self.frontier.seen(), Relaxed);
            gauges.hosts_known.store(hosts.known, Relaxed);
            gauges.hosts_ready.store(hosts.ready as u64, Relaxed);
            gauges.hosts_snoozed.store(hosts.snoozed as u64, Relaxed);
            gauges.hosts_in_flight.store(hosts.in_flight as u64, Relaxed);
            gauges.hosts_backing_off.store(backing_off, Relaxed);
        }
        let error = self.accounted - i64::try_from(queued).unwrap_or(i64::MAX);
        gauges.accounting_error.store(error, Relaxed);
        gauges.heartbeat_at.store(now.0, SeqCst);
    }

    fn publish_idle(&mut self, now: UnixMillis) {
        let spent = self.idle.take();
        self.gauges().capacity.add(spent);
        if now.saturating_sub(self.busy.longest_at) >= LONGEST_INTERVAL {
            self.busy.longest_at = now;
            self.gauges().longest.set(self.frontier.longest_queues());
        }
    }

    /// Brings this shard's part of the outstanding work up to date. Called after work was
    /// admitted and before its cause is declared finished.
    pub(super) fn count_outstanding(&self) {
        let open = self.frontier.queued() + self.frontier.undecided();
        let now = i64::try_from(open).unwrap_or(i64::MAX);
        let before = self.gauges().outstanding.swap(now, SeqCst);
        if now != before {
            self.shared.outstanding.add(now - before);
        }
    }
}
