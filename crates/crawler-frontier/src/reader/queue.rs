//! Reading queued URLs.

use super::FrontierReader;
use crate::chunk::{self, Placed};
use crate::class::Class;
use crate::error::FrontierError;
use crate::host_queue::StoredChunk;
use crate::host_row::HostRow;
use crate::key::QueueKey;
use crate::record::{self, Record};
use crawler_url::{Fingerprint, HostHash};
use fjall::{Guard, Readable, Snapshot};

impl FrontierReader {
    /// Chunks of a host's queue, the first that begins at or behind `read_from` of `class`, the
    /// others up to the end of class `last`, until they have at least `urls_max` URLs.
    pub(crate) fn scan_queue(
        &self,
        host: HostHash,
        class: Class,
        read_from: u64,
        last: Class,
        urls_max: usize,
    ) -> Result<Vec<StoredChunk>, FrontierError> {
        let place = |class, seq| QueueKey { host, class, seq }.to_bytes();
        let range = place(class, read_from)..=place(last, u64::MAX);
        let (mut chunks, mut urls) = (Vec::new(), 0);
        // A snapshot shows a commit whole or not at all, so no place is skipped.
        for row in self.db.snapshot().range(&self.spaces.queue, range) {
            let chunk = self.read_chunk(row)?.1;
            urls += chunk.urls.len();
            chunks.push(chunk);
            if urls >= urls_max {
                break;
            }
        }
        Ok(chunks)
    }

    /// Visits the fingerprint of every queued URL, host by host.
    pub(crate) fn for_each_queued(
        &self,
        visit: &mut dyn FnMut(Fingerprint) -> Result<(), FrontierError>,
    ) -> Result<(), FrontierError> {
        for url in self.queued_urls(&self.db.snapshot()) {
            let (key, record) = url?;
            visit(Fingerprint { host: key.host, url: record.fingerprint_url })?;
        }
        Ok(())
    }

    /// Chunks of the queue.
    #[cfg(test)]
    pub(crate) fn chunks(&self) -> Result<Vec<(QueueKey, StoredChunk)>, FrontierError> {
        self.db.snapshot().iter(&self.spaces.queue).map(|row| self.read_chunk(row)).collect()
    }

    /// Every queued URL with its place, in the order of hosts, classes and places.
    pub(crate) fn queued_urls(&self, snapshot: &Snapshot) -> QueuedUrls {
        QueuedUrls::new(self, snapshot, snapshot.iter(&self.spaces.queue))
    }

    fn read_chunk(&self, row: Guard) -> Result<(QueueKey, StoredChunk), FrontierError> {
        let (key, row) = row.into_inner().map_err(|error| self.store_error(error))?;
        let key = QueueKey::from_bytes(&key).ok_or_else(|| self.damaged("a queue key"))?;
        let urls = chunk::read(key.seq, &row).map_err(|detail| self.damaged_record(key, detail))?;
        Ok((key, StoredChunk { class: key.class, urls }))
    }
}

/// See [`FrontierReader::queued_urls`].
pub(crate) struct QueuedUrls {
    reader: FrontierReader,
    snapshot: Snapshot,
    rows: fjall::Iter,
    /// The host whose chunks come, and which of its places are settled.
    host: Option<(HostHash, Settled)>,
    chunk: std::vec::IntoIter<(QueueKey, Record)>,
}

/// Settled places of a host whose chunks still stand, by class and in order.
type Settled = Vec<(Class, Vec<u64>)>;

impl Iterator for QueuedUrls {
    type Item = Result<(QueueKey, Record), FrontierError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(url) = self.chunk.next() {
                return Some(Ok(url));
            }
            let row = self.rows.next()?;
            match self.unsettled(row) {
                Ok(urls) => self.chunk = urls.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl QueuedUrls {
    /// Those of some rows of the queue.
    pub(crate) fn new(reader: &FrontierReader, snapshot: &Snapshot, rows: fjall::Iter) -> Self {
        let chunk = Vec::new().into_iter();
        Self { reader: reader.clone(), snapshot: snapshot.clone(), rows, host: None, chunk }
    }

    fn unsettled(&mut self, row: Guard) -> Result<Vec<(QueueKey, Record)>, FrontierError> {
        let (key, StoredChunk { class, urls }) = self.reader.read_chunk(row)?;
        let settled = self.settled(key.host)?.iter().find(|(other, _)| *other == class);
        let is_settled =
            |seq: &u64| settled.is_some_and(|(_, places)| places.binary_search(seq).is_ok());
        let waiting: Vec<Placed> = urls.into_iter().filter(|(seq, _)| !is_settled(seq)).collect();
        let decode = |(seq, record): Placed| {
            let key = QueueKey { seq, ..key };
            let record = record::decode(&record);
            Ok((key, record.map_err(|detail| self.reader.damaged_record(key, detail))?))
        };
        waiting.into_iter().map(decode).collect()
    }

    fn settled(&mut self, host: HostHash) -> Result<&Settled, FrontierError> {
        if self.host.as_ref().is_none_or(|(hash, _)| *hash != host) {
            self.host = Some((host, self.read_settled(host)?));
        }
        Ok(self.host.as_ref().map_or(const { &Vec::new() }, |(_, settled)| settled))
    }

    fn read_settled(&self, host: HostHash) -> Result<Settled, FrontierError> {
        let row = self.snapshot.get(&self.reader.spaces.hosts, host.0.to_be_bytes());
        let Some(row) = row.map_err(|error| self.reader.store_error(error))? else {
            return Ok(Vec::new());
        };
        let damaged = |detail| self.reader.damaged(format!("a row of host {host}: {detail}"));
        let row = HostRow::decode(&row).map_err(damaged)?;
        let places = |row: crate::host_row::ClassRow| {
            let places = row.settled.iter().map(|distance| row.head.saturating_add(*distance));
            Some((Class::new(row.class)?, places.collect()))
        };
        Ok(row.classes.into_iter().filter_map(places).collect())
    }
}
