//! When a host is leased from next.

use super::{Arrangement, Frontier};
use crate::host_queue::Best;

impl Frontier {
    /// Plans a host anew: after its work, its capacity or its pace has changed.
    pub(super) fn plan(&mut self, idx: u32) {
        let Some(host) = self.hosts.get(idx) else { return };
        let best = host.best();
        if best == Best::Buffered {
            self.awaiting.remove(&idx);
        }
        let has_capacity = host.in_flight < self.limits.host_concurrency.max(1);
        if best != Best::None && has_capacity && !self.awaiting.contains(&idx) {
            let Arrangement { not_before, turn } = self.arrangement(host.hash());
            self.due.schedule(idx, host.pace.next_fetch_at.max(not_before), turn);
        } else {
            self.due.remove(idx);
        }
    }

    /// Plans the hosts anew whose pace was lent out.
    pub(super) fn plan_lent(&mut self) {
        while let Some(idx) = self.lent.pop() {
            if let Some(host) = self.hosts.get_mut(idx) {
                host.pace_lent = false;
                self.plan(idx);
            }
        }
    }

    /// The host's row is part of the next hand-over.
    pub(super) fn mark_changed(&mut self, idx: u32) {
        let Some(host) = self.hosts.get_mut(idx) else { return };
        if !host.row_changed {
            host.row_changed = true;
            self.changed.push(idx);
        }
    }
}
