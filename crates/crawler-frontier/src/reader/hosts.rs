//! Reading hosts and their queues for people.

use super::{FrontierReader, StoredHost};
use crate::class::Class;
use crate::error::FrontierError;
use crate::host_row::{Appended, HostRow, HostTotals};
use crate::key::QueueKey;
use crate::reader::queue::QueuedUrls;
use crate::record::{self, Record};
use crate::seen::SeenKey;
use crate::transfer::{UrlItem, url_item};
use crawler_politeness::Pace;
use crawler_url::{Fingerprint, HostHash, HostKey};
use fjall::{Guard, Readable};
use std::ops::ControlFlow;

/// A host as of the last commit.
#[derive(Clone, Debug)]
pub struct HostSummary {
    /// Its hash: hosts are stored in the order of it.
    pub hash: HostHash,
    /// Its name; `None` while its turn has never come, see [`FrontierReader::host_name`].
    pub key: Option<HostKey>,
    /// When it may be asked next, and why not before.
    pub pace: Pace,
    /// How its URLs have ended.
    pub totals: HostTotals,
    /// URLs that wait or are being fetched.
    pub queued: u64,
}

/// Where a queued URL stands in the queue of its host: what to go on behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// As [`UrlItem::class`].
    pub class: u8,
    /// As [`UrlItem::place`].
    pub place: u64,
}

impl HostSummary {
    /// A host of which nothing is known.
    #[must_use]
    pub fn unknown(hash: HostHash) -> Self {
        let (pace, totals) = (Pace::default(), HostTotals::default());
        Self { hash, key: None, pace, totals, queued: 0 }
    }

    fn take_row(&mut self, row: HostRow) {
        self.queued += row.classes.iter().map(|class| class.queued).sum::<u64>();
        (self.key, self.pace, self.totals) = (Some(row.key), row.pace, row.totals);
    }

    fn take_appended(&mut self, rows: &Appended) {
        self.queued += rows.classes.iter().map(|class| class.queued).sum::<u64>();
    }
}

impl FrontierReader {
    /// Visits hosts in the order of their hashes, from `from` on, until the visitor has enough.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn for_each_host(
        &self,
        from: HostHash,
        visit: &mut dyn FnMut(HostSummary) -> ControlFlow<()>,
    ) -> Result<(), FrontierError> {
        let mut open: Option<HostSummary> = None;
        let first = from.0.to_be_bytes().to_vec();
        for row in self.db.snapshot().range(&self.spaces.hosts, first..) {
            let (hash, row) = self.read_any_host_row(row)?;
            if open.as_ref().is_none_or(|host| host.hash != hash)
                && let Some(whole) = open.replace(HostSummary::unknown(hash))
                && visit(whole).is_break()
            {
                return Ok(());
            }
            let Some(host) = &mut open else { continue };
            match row {
                Row::Own(row) => host.take_row(row),
                Row::Appended(rows) => host.take_appended(&rows),
            }
        }
        if let Some(last) = open {
            let _ = visit(last);
        }
        Ok(())
    }

    /// One host; `None` when nothing is known of it.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn host_summary(&self, hash: HostHash) -> Result<Option<HostSummary>, FrontierError> {
        let Some(StoredHost { row, appended }) = self.host(hash)? else { return Ok(None) };
        let mut host = HostSummary::unknown(hash);
        if let Some(row) = row {
            host.take_row(row);
        }
        for (_, rows) in &appended {
            host.take_appended(rows);
        }
        Ok(Some(host))
    }

    /// The name of a host whose turn has never come: what the first URL of its queue calls it.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn host_name(&self, hash: HostHash) -> Result<Option<HostKey>, FrontierError> {
        let first = self.scan_queue(hash, Class::SEED, 0, Class::RETRY, 1)?;
        let Some(chunk) = first.first() else { return Ok(None) };
        let Some((seq, bytes)) = chunk.urls.first() else { return Ok(None) };
        let key = QueueKey { host: hash, class: chunk.class, seq: *seq };
        let record = record::decode(bytes).map_err(|detail| self.damaged_record(key, detail))?;
        Ok(Some(record.url.host_key()))
    }

    /// Visits the queue of a host in its order, behind `after`, with the fingerprint of each URL, until
    /// the visitor has enough.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn for_each_queued_of(
        &self,
        host: HostHash,
        after: Option<QueuePlace>,
        visit: &mut dyn FnMut(Fingerprint, UrlItem) -> ControlFlow<()>,
    ) -> Result<(), FrontierError> {
        let snapshot = self.db.snapshot();
        let key = |class, seq| QueueKey { host, class, seq }.to_bytes();
        let after = after.and_then(|at| Some((Class::new(at.class)?, at.place)));
        let mut first = key(Class::SEED, 0);
        if let Some((class, seq)) = after {
            // The place is in the last chunk that begins at or before it.
            let mut before = snapshot.range(&self.spaces.queue, key(class, 0)..=key(class, seq));
            first = key(class, seq);
            if let Some(row) = before.next_back() {
                let found = row.key().map_err(|error| self.store_error(error))?;
                first = found.as_ref().try_into().unwrap_or(first);
            }
        }
        let rows = snapshot.range(&self.spaces.queue, first..=key(Class::RETRY, u64::MAX));
        for url in QueuedUrls::new(self, &snapshot, rows) {
            let (key, record): (QueueKey, Record) = url?;
            if after.is_some_and(|after| (key.class, key.seq) <= after) {
                continue;
            }
            let print = Fingerprint { host, url: record.fingerprint_url };
            let item = url_item(record, key.class.number(), Some(key.seq));
            if visit(print, item).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether a URL was let in, as of the last commit.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn has_seen(&self, fingerprint: Fingerprint) -> Result<bool, FrontierError> {
        let key = SeenKey::new(fingerprint, self.fingerprint_seed);
        Ok(self.seen.contains(key)? || self.fresh_keys()?.contains(&key))
    }

    /// Whether a URL was found, and not yet compared with what was seen.
    ///
    /// # Errors
    /// When the store cannot be read or holds something else.
    pub fn is_undecided(&self, fingerprint: Fingerprint) -> Result<bool, FrontierError> {
        let mut found = false;
        self.for_each_seen_row(&mut |part| -> Result<(), FrontierError> {
            if let super::Recovered::Candidates(_, urls) = part {
                found |= urls.iter().any(|(print, _)| *print == fingerprint);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn read_any_host_row(&self, row: Guard) -> Result<(HostHash, Row), FrontierError> {
        let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
        let Some((hash, rest)) = key.split_first_chunk::<8>() else {
            return Err(self.damaged("a key of a host"));
        };
        let hash = HostHash(u64::from_be_bytes(*hash));
        let row = if rest.is_empty() {
            HostRow::decode(&row).map(Row::Own)
        } else {
            Appended::decode(&row).map(Row::Appended)
        };
        let row = row.map_err(|detail| self.damaged(format!("a row of host {hash}: {detail}")))?;
        Ok((hash, row))
    }
}

/// The two kinds of rows about a host.
enum Row {
    Own(HostRow),
    Appended(Appended),
}
