//! What is arranged for single hosts from outside, beside their pace.

use super::Frontier;
use crate::due::Turn;
use crate::error::FrontierError;
use crate::hash::KeyMap;
use crate::host_queue::HostQueue;
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{HostHash, HostKey};

/// What holds for a host beside its pace. It is not stored: whoever recovers a frontier arranges anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The host is not leased from before, whatever its pace says.
    pub not_before: UnixMillis,
    /// Whether it is leased from before or after others whose time has come.
    pub turn: Turn,
}

/// Whether a host could be brought into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summoned {
    /// It is there.
    Here,
    /// Something about it is on its way to the store: it can be had when that is committed.
    Away,
    /// Nothing is known of it.
    Unknown,
}

impl Frontier {
    /// Has this hold for hosts from now on, and nothing for all others.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn arrange(
        &mut self,
        arrangements: impl IntoIterator<Item = (HostHash, Arrangement)>,
    ) -> Result<(), FrontierError> {
        let new: KeyMap<_, _> = arrangements.into_iter().collect();
        let mut changed: Vec<HostHash> = new
            .iter()
            .filter(|(host, arrangement)| self.arranged.get(host) != Some(arrangement))
            .map(|(host, _)| *host)
            .collect();
        changed.extend(self.arranged.keys().filter(|host| !new.contains_key(host)));
        self.arranged = new;
        for host in changed {
            // One that waits on disk is looked for by its pace: here it is planned by the rest too.
            if self.summon(host)? == Summoned::Here
                && let Some(idx) = self.hosts.idx(host)
            {
                self.plan(idx);
            }
        }
        Ok(())
    }

    /// Brings a host into memory before its time.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn summon(&mut self, host: HostHash) -> Result<Summoned, FrontierError> {
        if self.hosts.idx(host).is_some() {
            return Ok(Summoned::Here);
        }
        if self.parked.is_away(host) {
            return Ok(Summoned::Away);
        }
        let Some(stored) = self.reader.host(host)? else { return Ok(Summoned::Unknown) };
        let queue = self.revive(host, stored)?;
        let idx = self.come_in(queue);
        self.plan(idx);
        Ok(Summoned::Here)
    }

    /// Changes the paces of all hosts in memory; those whose next time changed are planned anew.
    pub fn repace(&mut self, mut change: impl FnMut(HostHash, &HostKey, &mut Pace)) {
        for idx in self.hosts.idxs() {
            let Some(host) = self.hosts.get_mut(idx) else { continue };
            let (hash, before) = (host.hash(), host.pace.next_fetch_at);
            let HostQueue { key, pace, .. } = host;
            change(hash, key, pace);
            if pace.next_fetch_at != before {
                self.mark_changed(idx);
                self.plan(idx);
            }
        }
    }

    pub(super) fn arrangement(&self, host: HostHash) -> Arrangement {
        if self.arranged.is_empty() {
            return Arrangement::default();
        }
        self.arranged.get(&host).copied().unwrap_or_default()
    }
}
