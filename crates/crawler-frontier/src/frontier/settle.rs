//! Taking URLs back.

use super::{Frontier, Lease};
use crate::class::Class;
use crate::due_row::DueKey;
use crate::host_queue::{Fetch, Waiting};
use crate::host_row::HostTotals;
use crate::ops::DueOp;
use crate::record;
use crawler_politeness::UnixMillis;

/// What becomes of a leased URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was fetched and leaves the queue for good.
    Fetched,
    /// It leaves the queue for good without having been asked for.
    Done,
    /// It leaves the queue for good with an error.
    Failed,
    /// It is tried again after everything else its host has, with one more attempt counted.
    Retry,
    /// As if it had never been leased.
    GiveBack,
}

impl Frontier {
    /// The fetch has ended: the host may be leased from again at its `next_fetch_at`, while what
    /// was fetched is still being worked on. Once per lease; further calls change nothing.
    pub fn release(&mut self, lease: &Lease) {
        let Some(idx) = self.hosts.idx(lease.key.host) else { return };
        if self.end_fetch(idx, lease) == Some(Fetch::Going) {
            self.plan(idx);
        }
    }

    /// Ends the lease, and its fetch if that was not released.
    pub fn settle(&mut self, lease: Lease, disposition: Disposition) {
        let Some(idx) = self.hosts.idx(lease.key.host) else { return };
        if self.end_fetch(idx, &lease).is_none() {
            tracing::warn!(url = %lease.url, "a lease of another frontier was settled");
            return;
        }
        match disposition {
            Disposition::Fetched | Disposition::Done | Disposition::Failed => {
                self.count(idx, |totals| {
                    totals.done += 1;
                    totals.fetched += u64::from(disposition == Disposition::Fetched);
                    totals.failed += u64::from(disposition == Disposition::Failed);
                });
                self.finish(idx, &lease);
            }
            Disposition::Retry => {
                self.count(idx, |totals| totals.retried += 1);
                // First the new place, so that the host never seems to be without URLs.
                let record = record::with_another_attempt(&lease.record);
                self.append(idx, Class::RETRY, &record, UnixMillis(0));
                self.finish(idx, &lease);
            }
            Disposition::GiveBack => {
                let waiting =
                    Waiting { class: lease.key.class, seq: lease.key.seq, record: lease.record };
                if let Some(host) = self.hosts.get_mut(idx) {
                    host.give_back(waiting);
                }
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

    fn count(&mut self, idx: u32, by: impl FnOnce(&mut HostTotals)) {
        if let Some(host) = self.hosts.get_mut(idx) {
            by(&mut host.totals);
        }
    }

    /// Removes a leased URL from the queue, durably.
    fn finish(&mut self, idx: u32, lease: &Lease) {
        let Some(host) = self.hosts.get_mut(idx) else { return };
        let ended = host.finish(lease.key.class, lease.key.seq);
        self.sums.drop_queued(lease.key.host);
        if !host.has_queued() {
            self.sums.hosts_queued -= 1;
            for at in std::mem::take(&mut host.due_rows) {
                self.ops.due.insert(DueKey::new(lease.key.host, at), DueOp::Remove);
            }
        }
        if let Some(chunk) = ended {
            self.ops.remove(chunk);
        }
        self.mark_changed(idx);
    }

    /// How the lease's fetch stood before; `None` if this frontier did not grant the lease.
    fn end_fetch(&mut self, idx: u32, lease: &Lease) -> Option<Fetch> {
        let host = self.hosts.get_mut(idx)?;
        let before = host.end_fetch(lease.key.class, lease.key.seq)?;
        if before == Fetch::Going && host.in_flight == 0 {
            self.sums.hosts_in_flight -= 1;
        }
        Some(before)
    }
}
