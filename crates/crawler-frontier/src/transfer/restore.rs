//! An empty store made to hold what another one held.

use super::item::{Header, HostItem, Item, PageItem, RobotsItem, Totals, UrlItem, VERSION};
use super::mark::add_seen;
use super::restore_error::RestoreError;
use crate::candidate::{Candidate, Hops, Source};
use crate::chunk::CHUNK_URLS_MAX;
use crate::class::Class;
use crate::db::FrontierDb;
use crate::due_row::DueKey;
use crate::error::FrontierError;
use crate::host_row::{ClassRow, HostRow};
use crate::key::QueueKey;
use crate::ops::{DueOp, Ops, RowOp};
use crate::record::{self, RecordBytes};
use crate::robots_row::RobotsKey;
use crate::seen::SeenKey;
use crate::seen_row::{SeenRowKey, SeenRowKind, Undecided};
use crate::slot_row::SlotRow;
use crawler_url::{Canonicalizer, HostHash, ShardId, Slot};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Changes in one commit.
const OPS_MAX: usize = 20_000;
/// Keys of the seen set in one file.
const KEYS_MAX: usize = 1 << 20;
/// Bytes of undecided URLs in one row.
const UNDECIDED_BYTES_MAX: usize = 1 << 20;
/// Lies in the directory from the first write to the last.
const MARK: &str = "RESTORING";

/// Takes the items of an [export](super::export()) in their order into an empty store. Until
/// [`Restore::finish`] returns, the store is marked as unfinished, and is refused when it is opened
/// again.
#[derive(Debug)]
pub struct Restore<'a> {
    db: &'a mut FrontierDb,
    canonicalizer: Canonicalizer,
    ops: Ops,
    slots: Vec<SlotRow>,
    /// The host whose queue comes.
    host: Option<(HostHash, HostRow)>,
    /// Place of the URL that came last.
    last_seq: u64,
    /// The chunk that the next URL joins, and how many it has.
    chunk: Option<(QueueKey, u32)>,
    keys: Vec<SeenKey>,
    undecided: Vec<u8>,
    found: Totals,
    told: Option<Totals>,
    scratch: Vec<u8>,
}

/// Whether a restore into `dir` was begun and not finished.
pub(crate) fn is_unfinished(dir: &Path) -> bool {
    mark(dir).exists()
}

fn mark(dir: &Path) -> PathBuf {
    dir.join(MARK)
}

impl<'a> Restore<'a> {
    /// Begins with the first item, which tells about the whole.
    ///
    /// # Errors
    /// When the store is not empty, when the item is not a header of this version, and when the
    /// store cannot be written.
    pub fn begin(db: &'a mut FrontierDb, first: Item) -> Result<Self, RestoreError> {
        let Item::Frontier(header) = first else {
            return Err(RestoreError::Item("the first line of an export tells its version"));
        };
        let Header { version, generation, fingerprint_seed, rules, next_place, .. } = header;
        if version != VERSION {
            return Err(RestoreError::Version { found: version });
        }
        if !db.is_empty()? {
            return Err(RestoreError::NotEmpty);
        }
        let path = mark(&db.dir);
        File::create(&path)
            .and_then(|file| file.sync_all())
            .and_then(|()| File::open(&db.dir)?.sync_all())
            .map_err(|error| FrontierError::io(&path, error))?;
        db.checkpoint.generation = generation;
        db.checkpoint.seed = fingerprint_seed;
        db.checkpoint.rules = rules;
        db.checkpoint.shards = 1;
        db.checkpoint.next_seq = next_place;
        Ok(Self {
            canonicalizer: db.canonicalizer(),
            db,
            ops: Ops::default(),
            slots: Slot::all().map(|_| SlotRow::default()).collect(),
            host: None,
            last_seq: 0,
            chunk: None,
            keys: Vec::new(),
            undecided: Vec::new(),
            found: Totals::default(),
            told: None,
            scratch: Vec::new(),
        })
    }

    /// Takes the next item.
    ///
    /// # Errors
    /// When the item cannot stand here, and when the store cannot be written.
    pub fn take(&mut self, item: Item) -> Result<(), RestoreError> {
        if self.told.is_some() {
            return Err(RestoreError::Item("something stands behind the end"));
        }
        self.found.count(&item);
        if !matches!(item, Item::Url(_) | Item::Robots(_)) {
            self.end_host();
        }
        match item {
            Item::Frontier(_) => return Err(RestoreError::Item("it begins a second time")),
            Item::Seed(seed) => self.ops.seeds.push(seed.as_str().into()),
            Item::Host(item) => self.begin_host(item),
            Item::Robots(item) => self.robots(item)?,
            Item::Url(item) => self.url(item)?,
            Item::Page(PageItem { fingerprint, memory }) => {
                self.ops.pages.insert(fingerprint, memory);
            }
            Item::Seen(keys) => self.seen(keys.0)?,
            Item::Undecided(item) => self.undecided(item)?,
            Item::End(told) => self.told = Some(told),
        }
        if self.ops.len() >= OPS_MAX { self.commit(&[]) } else { Ok(()) }
    }

    /// Makes all of it durable, with a payload of the caller's, and takes the mark away. Gives how
    /// much was restored.
    ///
    /// # Errors
    /// When the items were not all there are, and when the store cannot be written.
    pub fn finish(mut self, payload: &[u8]) -> Result<Totals, RestoreError> {
        compare(&self.found, &self.told.ok_or(RestoreError::CutShort)?)?;
        self.write_keys()?;
        self.write_undecided();
        let rows = std::mem::take(&mut self.slots);
        self.ops.slots.extend(Slot::all().zip(rows).filter(|(_, row)| *row != SlotRow::default()));
        self.commit(payload)?;
        let path = mark(&self.db.dir);
        fs::remove_file(&path)
            .and_then(|()| File::open(&self.db.dir)?.sync_all())
            .map_err(|error| FrontierError::io(&path, error))?;
        Ok(self.found)
    }

    /// URLs queued so far.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.found.urls
    }

    fn begin_host(&mut self, item: HostItem) {
        let HostItem { host: key, pace, totals } = item;
        let hash = key.hash();
        self.sums(hash.slot()).hosts += 1;
        self.host = Some((hash, HostRow { key, pace, classes: Vec::new(), totals }));
    }

    /// The host is complete: it can be found when it is due.
    fn end_host(&mut self) {
        let Some((hash, row)) = self.host.take() else { return };
        if !row.classes.is_empty() {
            self.ops.due.insert(DueKey::new(hash, row.pace.next_fetch_at), DueOp::Insert);
        }
        self.ops.hosts.insert(hash, row);
    }

    fn robots(&mut self, item: RobotsItem) -> Result<(), RestoreError> {
        let (hash, _) = self.host.as_ref().ok_or(RestoreError::Item("there is no host before"))?;
        let memory = item.into_memory();
        let (scheme, memory) =
            memory.ok_or(RestoreError::Item("its rules are no hexadecimal digits"))?;
        self.ops.robots.insert(RobotsKey::new(*hash, scheme), memory);
        Ok(())
    }

    fn url(&mut self, item: UrlItem) -> Result<(), RestoreError> {
        let Some((host, row)) = &mut self.host else {
            return Err(RestoreError::Item("there is no host before"));
        };
        let host = *host;
        if item.url.host_hash() != host {
            return Err(RestoreError::Item("the url is not of the host before"));
        }
        let seq = item.place.ok_or(RestoreError::Item("it has no place"))?;
        if seq >= self.db.checkpoint.next_seq {
            return Err(RestoreError::Item("its place is behind `next_place`"));
        }
        let number = item.class;
        match row.classes.last_mut() {
            Some(last) if last.class == number => {
                if seq <= self.last_seq {
                    return Err(RestoreError::Item("its place is not behind the one before"));
                }
                last.queued += 1;
            }
            Some(last) if last.class > number => {
                return Err(RestoreError::Item("its class comes before that of the url before"));
            }
            _ => row.classes.push(ClassRow::first(number, seq)),
        }
        self.last_seq = seq;
        let (class, record) = self.record(item)?;
        let chunk = self.join(QueueKey { host, class, seq });
        self.ops.append(chunk, seq, &record);
        self.sums(host.slot()).queued += 1;
        Ok(())
    }

    /// The key of the chunk that the URL at a place belongs to.
    fn join(&mut self, place: QueueKey) -> QueueKey {
        if let Some((chunk, count)) = &mut self.chunk
            && (chunk.host, chunk.class) == (place.host, place.class)
            && *count < CHUNK_URLS_MAX
        {
            *count += 1;
            return *chunk;
        }
        self.chunk = Some((place, 1));
        place
    }

    fn seen(&mut self, keys: Vec<SeenKey>) -> Result<(), RestoreError> {
        for key in &keys {
            self.sums(key.slot()).seen += 1;
        }
        self.keys.extend(keys);
        if self.keys.len() >= KEYS_MAX { self.write_keys() } else { Ok(()) }
    }

    fn undecided(&mut self, item: UrlItem) -> Result<(), RestoreError> {
        let host = item.url.host_hash();
        let (class, record) = self.record(item)?;
        Undecided { host, class, record }.push_to(&mut self.undecided);
        if self.undecided.len() >= UNDECIDED_BYTES_MAX {
            self.write_undecided();
            self.commit(&[])?;
        }
        Ok(())
    }

    fn record(&mut self, item: UrlItem) -> Result<(Class, RecordBytes), RestoreError> {
        let UrlItem { url, class, via, depth, redirects, hops, attempts, .. } = item;
        let class = Class::new(class).ok_or(RestoreError::Item("there is no such class"))?;
        let hops = Hops::from_letters(hops.as_bytes())
            .ok_or(RestoreError::Item("its hops are not at most 50 letters"))?;
        let fingerprint = self.canonicalizer.fingerprint(&url);
        // The class is told, so that what the source says of it does not matter.
        let source = Source::Link;
        let candidate = Candidate { url, fingerprint, via, depth, redirects, hops, source };
        let record = record::encode(&mut self.scratch, &candidate);
        Ok((class, record::with_attempts(&record, attempts)))
    }

    fn write_keys(&mut self) -> Result<(), RestoreError> {
        let keys = std::mem::take(&mut self.keys);
        let count = keys.len();
        if add_seen(self.db, keys, &mut self.ops)?.len() != count {
            return Err(RestoreError::Item("a key of the seen set is there twice"));
        }
        self.commit(&[])
    }

    fn write_undecided(&mut self) {
        if self.undecided.is_empty() {
            return;
        }
        let id = self.db.checkpoint.next_seq;
        self.ops.next_seq = id + 1;
        let key = SeenRowKey { kind: SeenRowKind::Candidates, shard: ShardId(0), id };
        self.ops.seen.insert(key, RowOp::Insert(std::mem::take(&mut self.undecided)));
    }

    fn commit(&mut self, payload: &[u8]) -> Result<(), RestoreError> {
        // A chunk is written once.
        self.chunk = None;
        Ok(self.db.commit(std::mem::take(&mut self.ops), payload)?)
    }

    fn sums(&mut self, slot: Slot) -> &mut SlotRow {
        &mut self.slots[usize::from(slot.get())]
    }
}

fn compare(found: &Totals, told: &Totals) -> Result<(), RestoreError> {
    for (what, found, told) in [
        ("seeds", found.seeds, told.seeds),
        ("hosts", found.hosts, told.hosts),
        ("robots.txt files", found.robots, told.robots),
        ("queued URLs", found.urls, told.urls),
        ("pages", found.pages, told.pages),
        ("members of the seen set", found.seen, told.seen),
        ("undecided URLs", found.undecided, told.undecided),
    ] {
        if found != told {
            return Err(RestoreError::Count { what, found, told });
        }
    }
    Ok(())
}
