//! All of a store, visited once.

use super::item::{
    Header, HostItem, Item, PageItem, RobotsItem, SeenKeys, Totals, UrlItem, VERSION,
};
use crate::db::FrontierDb;
use crate::error::FrontierError;
use crate::host_row::{HostRow, HostTotals};
use crate::key::QueueKey;
use crate::page::PageMemory;
use crate::reader::{FrontierReader, Recovered};
use crate::record::Record;
use crawler_politeness::Pace;
use crawler_url::{Fingerprint, HostHash, HostKey, Scheme};
use fjall::{Guard, Readable, Snapshot};
use std::iter::Peekable;

/// Members of the seen set in one item.
const KEYS_AT_ONCE: usize = 1000;

/// Visits everything that is committed; no [`crate::Frontier`] may be in use. Two stores that hold
/// the same give the same items in the same order.
///
/// # Errors
/// When the store cannot be read or holds something else than was written, and what `visit` says.
pub fn export<E: From<FrontierError>>(
    db: &FrontierDb,
    visit: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<Totals, E> {
    let mut totals = Totals::default();
    let mut counted = |item: Item| {
        totals.count(&item);
        visit(item)
    };
    let walk = Walk { db, reader: db.reader(), snapshot: db.db.snapshot(), visit: &mut counted };
    walk.all()?;
    visit(Item::End(totals))?;
    Ok(totals)
}

struct Walk<'a, E> {
    db: &'a FrontierDb,
    reader: FrontierReader,
    snapshot: Snapshot,
    visit: &'a mut dyn FnMut(Item) -> Result<(), E>,
}

/// A row of the queue, its key taken apart.
type QueueRow = Result<(QueueKey, Record), FrontierError>;

impl<E: From<FrontierError>> Walk<'_, E> {
    fn all(mut self) -> Result<(), E> {
        let header = self.header()?;
        (self.visit)(Item::Frontier(header))?;
        for row in self.snapshot.iter(&self.db.spaces.seeds) {
            (self.visit)(Item::Seed(self.reader.read_seed(row)?))?;
        }
        self.hosts()?;
        self.pages()?;
        self.seen()?;
        self.undecided()
    }

    fn header(&self) -> Result<Header, FrontierError> {
        let slots = self.reader.all_slots()?;
        Ok(Header {
            version: VERSION,
            generation: self.db.generation(),
            fingerprint_seed: self.reader.fingerprint_seed(),
            rules: self.db.rules().cloned(),
            next_place: self.reader.next_seq()?,
            queued: slots.iter().map(|(_, row)| row.queued).sum(),
            seen: slots.iter().map(|(_, row)| row.seen).sum(),
        })
    }

    /// Hosts and queued URLs stand in the same order, that of the hosts' hashes.
    fn hosts(&mut self) -> Result<(), E> {
        let reader = self.reader.clone();
        let mut queue = reader.queued_urls(&self.snapshot).peekable();
        let mut hosts = self.snapshot.iter(&self.db.spaces.hosts);
        let mut next = None;
        while let Some((hash, row)) = next_host(&reader, &mut hosts, &mut next)? {
            self.host(hash, row, &mut queue)?;
        }
        match queue.next().transpose()? {
            Some((key, _)) => Err(reader.damaged_record(key, "its host is unknown").into()),
            None => Ok(()),
        }
    }

    fn host(
        &mut self,
        hash: HostHash,
        row: Option<HostRow>,
        queue: &mut Peekable<impl Iterator<Item = QueueRow>>,
    ) -> Result<(), E> {
        let first = match queue.peek() {
            Some(Ok((key, record))) if key.host == hash => Some(record.url.host_key()),
            _ => None,
        };
        let Some(item) = host_item(row, first) else { return Ok(()) };
        (self.visit)(Item::Host(item))?;
        for scheme in [Scheme::Http, Scheme::Https] {
            if let Some(memory) = self.reader.robots(hash, scheme)? {
                (self.visit)(Item::Robots(RobotsItem::of(scheme, memory)))?;
            }
        }
        while let Some(row) =
            queue.next_if(|row| row.as_ref().map_or(true, |row| row.0.host <= hash))
        {
            let (key, record) = row?;
            if key.host != hash {
                return Err(self.reader.damaged_record(key, "its host is unknown").into());
            }
            let item = url_item(record, key.class.number(), Some(key.seq));
            (self.visit)(Item::Url(item))?;
        }
        Ok(())
    }

    fn pages(&mut self) -> Result<(), E> {
        for row in self.snapshot.iter(&self.db.spaces.pages) {
            let (key, row) = row.into_inner().map_err(|error| self.db.store_error(error))?;
            let damaged = |detail: &str| self.reader.damaged(format!("a page row: {detail}"));
            let print = <[u8; Fingerprint::LEN]>::try_from(&key[..]);
            let fingerprint = Fingerprint::from_bytes(print.map_err(|_| damaged("its key"))?);
            let memory = PageMemory::decode(&row).map_err(|detail| damaged(&detail))?;
            (self.visit)(Item::Page(PageItem { fingerprint, memory }))?;
        }
        Ok(())
    }

    fn seen(&mut self) -> Result<(), E> {
        let fresh = self.reader.fresh_keys()?;
        let mut keys = SeenKeys::default();
        let visited = self.db.seen.for_each_key(fresh, &mut |key| {
            keys.0.push(key);
            if keys.0.len() < KEYS_AT_ONCE {
                return Ok(());
            }
            (self.visit)(Item::Seen(std::mem::take(&mut keys)))
        });
        visited.map_err(FrontierError::from)??;
        if keys.0.is_empty() { Ok(()) } else { (self.visit)(Item::Seen(keys)) }
    }

    fn undecided(&mut self) -> Result<(), E> {
        let mut visit = |part| -> Result<(), E> {
            let Recovered::Candidates(_, urls) = part else { return Ok(()) };
            for (fingerprint, url) in urls {
                let record = crate::record::decode(&url.record).map_err(|detail| {
                    let host = fingerprint.host;
                    self.reader.damaged(format!("a candidate of host {host}: {detail}"))
                })?;
                (self.visit)(Item::Undecided(url_item(record, url.class.number(), None)))?;
            }
            Ok(())
        };
        self.reader.for_each_seen_row(&mut visit)
    }
}

/// The next host, with its own row if it has one. What was queued for it while it was not in memory
/// stands behind, and in the queue as well.
fn next_host(
    reader: &FrontierReader,
    rows: &mut impl Iterator<Item = Guard>,
    ahead: &mut Option<(HostHash, Option<HostRow>)>,
) -> Result<Option<(HostHash, Option<HostRow>)>, FrontierError> {
    for row in rows {
        let (hash, row) = reader.read_host_row(row)?;
        match ahead {
            Some((other, _)) if *other == hash => {}
            _ => {
                if let Some(host) = ahead.replace((hash, row)) {
                    return Ok(Some(host));
                }
            }
        }
    }
    Ok(ahead.take())
}

/// A host that has no row of its own is one whose turn has never come.
fn host_item(row: Option<HostRow>, first: Option<HostKey>) -> Option<HostItem> {
    match row {
        Some(HostRow { key, pace, totals, .. }) => Some(HostItem { host: key, pace, totals }),
        None => first.map(|host| {
            let (pace, totals) = (Pace::default(), HostTotals::default());
            HostItem { host, pace, totals }
        }),
    }
}

pub(crate) fn url_item(record: Record, class: u8, place: Option<u64>) -> UrlItem {
    let Record { url, via, depth, redirects, hops, attempts, .. } = record;
    UrlItem { url, class, place, via, depth, redirects, hops: hops.as_str().to_owned(), attempts }
}
