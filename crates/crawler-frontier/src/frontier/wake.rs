//! Bringing hosts into memory when they are due.

use super::Frontier;
use crate::class::Class;
use crate::due_row::DueKey;
use crate::error::FrontierError;
use crate::host_queue::{HostQueue, StoredChunk};
use crate::host_row::Appended;
use crate::key::QueueKey;
use crate::ops::{DueOp, RowOp};
use crate::reader::StoredHost;
use crate::record;
use crawler_politeness::UnixMillis;
use crawler_url::{HostHash, HostKey, Slot};

/// Rows of a slot read at once.
const ROWS_AT_ONCE: usize = 64;
/// Hosts brought in by one call, to bound its time.
const HOSTS_AT_ONCE: usize = 256;

/// How far looking through a slot went.
enum Looked {
    Through,
    /// There was no room for more hosts.
    NoRoom,
}

impl Frontier {
    /// Brings in hosts whose time has come, as far as there is room. With room to spare those due
    /// later come in as well: then nothing needs to be looked for on disk.
    pub(super) fn wake_parked(&mut self, now: UnixMillis) -> Result<(), FrontierError> {
        let is_spacious = self.hosts.len() < self.limits.hosts_in_memory / 2;
        let horizon = if is_spacious { UnixMillis(u64::MAX) } else { now };
        let is_waiting = self.parked.next_at().is_some_and(|at| at <= horizon);
        let is_over = self.hosts.len() > self.limits.hosts_in_memory.max(1);
        if is_over || is_waiting && !self.has_room_for_hosts() {
            self.sweep(now);
        }
        if !is_waiting {
            return Ok(());
        }
        let enough = self.hosts.len() + HOSTS_AT_ONCE;
        while self.has_room_for_hosts() && self.hosts.len() < enough {
            let Some((slot, from)) = self.parked.next_slot(horizon) else { return Ok(()) };
            if let Looked::NoRoom = self.look_through(slot, from, horizon)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Brings in the hosts of a slot's next rows.
    fn look_through(
        &mut self,
        slot: Slot,
        from: (UnixMillis, HostHash),
        horizon: UnixMillis,
    ) -> Result<Looked, FrontierError> {
        let rows = self.reader.due_rows(slot, from, ROWS_AT_ONCE)?;
        for row in &rows {
            if row.at > horizon || !self.has_room_for_hosts() {
                self.parked.looked(slot, (row.at, row.host), Some(row.at));
                return Ok(if row.at > horizon { Looked::Through } else { Looked::NoRoom });
            }
            self.wake(*row)?;
        }
        // The next read begins behind the last row; there may be more of it.
        let last = rows.last();
        if let Some(last) = last.filter(|_| rows.len() == ROWS_AT_ONCE) {
            let next = (last.at, HostHash(last.host.0.saturating_add(1)));
            self.parked.looked(slot, next, Some(last.at));
        } else {
            self.parked.looked(slot, last.map_or(from, |last| (last.at, last.host)), None);
        }
        Ok(Looked::Through)
    }

    /// Brings in the host of a row, unless it is in memory already.
    fn wake(&mut self, row: DueKey) -> Result<(), FrontierError> {
        if self.parked.is_away(row.host) {
            self.parked.come_back(row);
            return Ok(());
        }
        let idx = match self.hosts.idx(row.host) {
            Some(idx) => idx,
            None => self.bring_in(row)?,
        };
        let Some(host) = self.hosts.get_mut(idx) else { return Ok(()) };
        if !host.has_queued() {
            // Left over from URLs that another row has brought in.
            self.ops.due.insert(row, DueOp::Remove);
        } else if !host.due_rows.contains(&row.at) {
            host.due_rows.push(row.at);
        }
        self.plan(idx);
        Ok(())
    }

    fn bring_in(&mut self, row: DueKey) -> Result<u32, FrontierError> {
        let stored = self.reader.host(row.host)?.unwrap_or_default();
        let host = self.revive(row.host, stored)?;
        Ok(self.come_in(host))
    }

    /// A host from disk joins those in memory.
    pub(super) fn come_in(&mut self, host: HostQueue) -> u32 {
        self.sums.hosts_queued += usize::from(host.has_queued());
        self.hosts.add(host)
    }

    /// A host as the store tells. What was queued while it was away becomes part of its row.
    pub(super) fn revive(
        &mut self,
        hash: HostHash,
        stored: StoredHost,
    ) -> Result<HostQueue, FrontierError> {
        let StoredHost { row, appended } = stored;
        let is_new = row.is_none();
        let mut first_urls = Vec::new();
        let mut host = match row {
            Some(row) if row.key.hash() == hash => {
                let name = row.key.clone();
                HostQueue::from_row(row, hash).map_err(|detail| {
                    self.reader.damaged(format!("the row of host {name}: {detail}"))
                })?
            }
            Some(row) => {
                let detail = format!("the row of host {}: it stands at another's place", row.key);
                return Err(self.reader.damaged(detail));
            }
            None => {
                first_urls = self.first_urls(hash, &appended)?;
                let name = self.name_of(hash, &first_urls)?;
                HostQueue::new(name, hash)
            }
        };
        for (id, rows) in &appended {
            host.absorb(&rows.classes).map_err(|detail| {
                self.reader.damaged(format!("what was queued for host {}: {detail}", host.key))
            })?;
            self.ops.appended.insert((hash, *id), RowOp::Remove);
        }
        if is_new {
            self.sums.add_host(hash);
            host.refill(first_urls);
        }
        if !appended.is_empty() {
            // Counted here from now on, in the same hand-over that removes the rows.
            self.ops.hosts.insert(hash, host.to_row());
            host.row_number = self.number;
        }
        Ok(host)
    }

    /// The URLs of a host that has a queue, but no row yet.
    fn first_urls(
        &self,
        hash: HostHash,
        appended: &[(u64, Appended)],
    ) -> Result<Vec<StoredChunk>, FrontierError> {
        let classes = || appended.iter().flat_map(|(_, rows)| &rows.classes);
        let damaged = |detail: &str| self.reader.damaged(format!("host {hash}: {detail}"));
        let first = classes().map(|row| row.class).min();
        let first = first.and_then(Class::new).ok_or_else(|| damaged("it is due but unknown"))?;
        let urls = self.reader.scan_queue(hash, first, 0, Class::RETRY, self.buffer_urls_max())?;
        if urls.is_empty() { Err(damaged("it counts urls, but there are none")) } else { Ok(urls) }
    }

    /// What the first of a host's URLs calls it.
    fn name_of(&self, hash: HostHash, chunks: &[StoredChunk]) -> Result<HostKey, FrontierError> {
        let first = chunks.first().and_then(|chunk| Some((chunk.class, chunk.urls.first()?)));
        let Some((class, (seq, record))) = first else {
            return Err(self.reader.damaged(format!("host {hash}: it is due but unknown")));
        };
        let key = QueueKey { host: hash, class, seq: *seq };
        let record = record::decode(record);
        Ok(record.map_err(|detail| self.reader.damaged_record(key, detail))?.url.host_key())
    }
}
