//! Letting hosts leave memory.

use super::Frontier;
use crate::due_row::DueKey;
use crate::ops::DueOp;
use crawler_politeness::UnixMillis;
use std::time::Duration;

/// A host that is not due for longer may as well wait on disk.
const PARK_AFTER: Duration = Duration::from_secs(10);
/// How often all hosts in memory are gone through.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// URLs of one host leased in a row before another host gets its place in memory.
const LEASES_MAX: u32 = 64;

impl Frontier {
    /// Whether another host may come into memory.
    pub(super) fn has_room_for_hosts(&self) -> bool {
        self.hosts.len() < self.limits.hosts_in_memory.max(1)
    }

    /// Makes room for hosts that wait on disk, once in a while: those leave that have no URLs,
    /// are not due soon, or have had their turn.
    pub(super) fn sweep(&mut self, now: UnixMillis) {
        if now < self.swept_at + SWEEP_INTERVAL {
            return;
        }
        self.swept_at = now;
        let is_over = self.hosts.len() > self.limits.hosts_in_memory.max(1);
        let soon = if is_over { now } else { now + PARK_AFTER };
        for idx in self.hosts.idxs() {
            let Some(host) = self.hosts.get(idx).filter(|host| host.is_idle()) else { continue };
            let had_turn = host.leases >= LEASES_MAX;
            if !host.has_queued() {
                self.leave_dry(idx);
            } else if had_turn || host.pace.next_fetch_at > soon {
                self.park(idx, now);
            }
        }
    }

    /// A host without URLs leaves, if all that is known of it is on disk.
    fn leave_dry(&mut self, idx: u32) {
        let is_stored = self
            .hosts
            .get(idx)
            .is_some_and(|host| !host.row_changed && host.row_number <= self.committed);
        if is_stored {
            self.forget(idx);
        }
    }

    /// A host with URLs goes to wait on disk.
    fn park(&mut self, idx: u32, now: UnixMillis) {
        let number = self.number;
        let Some(host) = self.hosts.get_mut(idx) else { return };
        let (hash, row) = (host.hash(), host.to_row());
        let wait = DueKey::new(hash, host.pace.next_fetch_at.max(now));
        for at in std::mem::take(&mut host.due_rows) {
            self.ops.due.insert(DueKey::new(hash, at), DueOp::Remove);
        }
        self.ops.due.insert(wait, DueOp::Insert);
        self.ops.hosts.insert(hash, row);
        self.parked.leave(number, wait);
        self.sums.hosts_queued -= 1;
        self.forget(idx);
    }

    fn forget(&mut self, idx: u32) {
        self.due.remove(idx);
        self.awaiting.remove(&idx);
        self.hosts.remove(idx);
    }
}
