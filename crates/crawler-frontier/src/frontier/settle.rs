//! Taking URLs back.

use super::{Frontier, Lease};
use crate::class::Class;
use crate::host_queue::{Fetch, Waiting};
use crate::record;
use crawler_politeness::UnixMillis;

/// What becomes of a leased URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was fetched and leaves the queue for good.
    Fetched,
    /// It leaves the queue for good without a response: skipped, or given up.
    Done,
    /// It is tried again after everything else its host has, with one more attempt counted.
    Retry,
    /// As if it had never been leased.
    GiveBack,
}

impl Frontier {
    /// The fetch has ended: the host may be leased from again at its `next_fetch_at`, while what
    /// was fetched is still being worked on. Once per lease; further calls change nothing.
    pub fn release(&mut self, lease: &Lease) {
        let Some(&idx) = self.index.get(&lease.key.host) else { return };
        if self.end_fetch(idx, lease) == Some(Fetch::Going) {
            self.plan(idx);
        }
    }

    /// Ends the lease, and its fetch if that was not released.
    pub fn settle(&mut self, lease: Lease, disposition: Disposition) {
        let Some(&idx) = self.index.get(&lease.key.host) else { return };
        if self.end_fetch(idx, &lease).is_none() {
            tracing::warn!(url = %lease.url, "a lease of another frontier was settled");
            return;
        }
        match disposition {
            Disposition::Fetched | Disposition::Done => {
                let totals = &mut self.hosts[idx as usize].totals;
                totals.done += 1;
                totals.fetched += u64::from(disposition == Disposition::Fetched);
                self.finish(idx, &lease);
            }
            Disposition::Retry => {
                self.hosts[idx as usize].totals.retried += 1;
                // First the new place, so that the host never seems to be without URLs.
                let record = record::with_another_attempt(&lease.record);
                self.append(idx, Class::RETRY, record);
                self.finish(idx, &lease);
            }
            Disposition::GiveBack => {
                let waiting =
                    Waiting { class: lease.key.class, seq: lease.key.seq, record: lease.record };
                self.hosts[idx as usize].give_back(waiting);
            }
        }
        self.plan(idx);
    }

    /// Gives the lease back and keeps its host alone until `until`: its IP address is busy.
    pub fn snooze(&mut self, lease: Lease, until: UnixMillis) {
        if let Some(pace) = self.pace(lease.key.host) {
            pace.next_fetch_at = pace.next_fetch_at.max(until);
        }
        self.settle(lease, Disposition::GiveBack);
    }

    /// Removes a leased URL from the queue, durably.
    fn finish(&mut self, idx: u32, lease: &Lease) {
        let host = &mut self.hosts[idx as usize];
        host.finish(lease.key.class, lease.key.seq);
        self.counts.queued -= 1;
        if !host.has_queued() {
            self.counts.hosts_queued -= 1;
        }
        self.ops.remove(lease.key);
        self.mark_changed(idx);
    }

    /// How the lease's fetch stood before; `None` if this frontier did not grant the lease.
    fn end_fetch(&mut self, idx: u32, lease: &Lease) -> Option<Fetch> {
        let host = &mut self.hosts[idx as usize];
        let before = host.end_fetch(lease.key.class, lease.key.seq)?;
        if before == Fetch::Going && host.in_flight == 0 {
            self.counts.hosts_in_flight -= 1;
        }
        Some(before)
    }
}
