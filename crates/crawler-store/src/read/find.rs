//! Finds the newest capture of a URL.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crawler_url::{WireUrl, surt};

use super::cdxj::{CdxjRow, scan};
use super::http;
use super::sorted::SortedIndex;
use super::warc::{WarcReader, WarcRecord};
use crate::error::StoreError;
use crate::paths::{cdxj_file, open_form, warc_dir};

/// Newest rows of a URL that are looked at; older ones are not found any more.
const ROWS_MAX: usize = 10_000;
const REVISIT_MIME: &str = "warc/revisit";

/// A capture read back from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCapture {
    /// The URL as requested.
    pub url: String,
    /// HTTP status; 0 when neither head nor index tells.
    pub status: u16,
    /// Status line and header lines with the blank line, as stored. That of the original for a
    /// "not modified" revisit whose original was found.
    pub head: Vec<u8>,
    /// The body as stored: transfer-decoded, content-encoding as received.
    pub body: Vec<u8>,
    /// `WARC-Date` of the newest capture.
    pub date: String,
    /// Media type by the index, of the original for a revisit; without parameters.
    pub mime: Option<String>,
    /// `sha1:BASE32` of the payload.
    pub digest: Option<String>,
    /// Why the body is not whole.
    pub truncated: Option<String>,
    /// The WARC file of the newest capture.
    pub warc_file: PathBuf,
    /// Where its record begins in that file.
    pub offset: u64,
    /// Length of the record's member in the file.
    pub length: u64,
    /// Where the body comes from.
    pub payload: PayloadSource,
}

/// Where the body of a [`StoredCapture`] comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadSource {
    /// The capture itself.
    Own,
    /// An earlier capture of the same URL, which the newest one refers to.
    Original {
        /// `WARC-Date` of the original.
        date: String,
        /// Its WARC file.
        warc_file: PathBuf,
        /// Where its record begins.
        offset: u64,
    },
    /// The capture is a revisit and no index row leads to its original; the body is empty.
    Missing,
}

/// Reads the newest capture of exactly `url`; `None` when the index has none.
///
/// Bisects what [`sort_index`](crate::sort_index) has sorted and scans the rest of the index. May run
/// beside a writer: what it sees is complete up to the last time the buffers were written.
///
/// # Errors
/// [`StoreError::Io`] and [`StoreError::Malformed`] name the index or WARC file.
pub fn find_capture(data_dir: &Path, url: &WireUrl) -> Result<Option<StoredCapture>, StoreError> {
    find_capture_until(data_dir, url, "")
}

/// Reads the newest capture of exactly `url` that is not later than `until`: digits of a time
/// (`YYYYMMDDhhmmss` or a beginning of it, which names all of that year, month or day).
///
/// # Errors
/// Those of [`find_capture`].
pub fn find_capture_until(
    data_dir: &Path,
    url: &WireUrl,
    until: &str,
) -> Result<Option<StoredCapture>, StoreError> {
    let rows = rows_of(data_dir, url)?;
    let is_in_time = |row: &&Row| {
        let digits = until.len().min(row.timestamp.len());
        row.timestamp.get(..digits) <= until.get(..digits)
    };
    // Shards finish out of order, so the newest is not always the last; of equals it is.
    let Some(newest) = rows.iter().filter(is_in_time).max_by(|a, b| a.timestamp.cmp(&b.timestamp))
    else {
        return Ok(None);
    };
    let (path, record) = newest.read(data_dir, url)?;
    let mut capture = stored(newest, path, &record);
    if newest.is_revisit() {
        capture.payload = PayloadSource::Missing;
        capture.body.clear();
        let date = record.header("WARC-Refers-To-Date").unwrap_or_default();
        if let Some(original) = original_of(&rows, newest, date) {
            let (path, original_record) = original.read(data_dir, url)?;
            adopt(&mut capture, stored(original, path, &original_record));
        }
    }
    Ok(Some(capture))
}

/// An index row of the URL.
struct Row {
    timestamp: String,
    mime: Option<String>,
    status: Option<u16>,
    digest: Option<String>,
    file: String,
    offset: u64,
}

impl Row {
    fn is_revisit(&self) -> bool {
        self.mime.as_deref() == Some(REVISIT_MIME)
    }

    fn read(&self, data_dir: &Path, url: &WireUrl) -> Result<(PathBuf, WarcRecord), StoreError> {
        let (path, mut reader) =
            open_under_either_name(warc_dir(data_dir).join(&self.file), self.offset)?;
        let record = reader.next().unwrap_or_else(|| {
            Err(StoreError::malformed(&path, self.offset, "the file ends before this record"))
        })?;
        if record.header("WARC-Target-URI") != Some(url.as_str()) {
            let reason = format!("the index says {url} but the record does not");
            return Err(StoreError::malformed(&path, self.offset, reason));
        }
        Ok((path, record))
    }
}

/// Opens a WARC file of `data_dir` at the record that begins at `offset`, by its name without `.open`.
///
/// # Errors
/// [`StoreError::Io`] when it cannot be opened: kind `NotFound` when it was moved away.
pub fn open_warc(data_dir: &Path, name: &str, offset: u64) -> Result<WarcReader, StoreError> {
    open_under_either_name(warc_dir(data_dir).join(name), offset).map(|(_, reader)| reader)
}

/// The writer may rename a file between two looks.
fn open_under_either_name(
    closed: PathBuf,
    offset: u64,
) -> Result<(PathBuf, WarcReader), StoreError> {
    for path in [closed.clone(), open_form(&closed)] {
        match WarcReader::open_at(&path, offset) {
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            other => return other.map(|reader| (path, reader)),
        }
    }
    WarcReader::open_at(&closed, offset).map(|reader| (closed, reader))
}

fn rows_of(data_dir: &Path, url: &WireUrl) -> Result<VecDeque<Row>, StoreError> {
    let mut rows = VecDeque::new();
    let mut take = |path: &Path, offset: u64, line: &[u8]| {
        let malformed = |reason: String| StoreError::malformed(path, offset, reason);
        let row = CdxjRow::parse(line).map_err(malformed)?;
        if row.url() != url.as_str() {
            return Ok(());
        }
        let file = row.file().ok_or_else(|| malformed("filename leads elsewhere".to_owned()))?;
        if rows.len() == ROWS_MAX {
            rows.pop_front();
        }
        rows.push_back(Row {
            timestamp: row.timestamp.to_owned(),
            mime: row.mime().map(str::to_owned),
            status: row.status(),
            digest: row.digest().map(str::to_owned),
            file: file.to_owned(),
            offset: row.offset(),
        });
        Ok(())
    };
    let key = surt(url);
    let sorted = SortedIndex::open(data_dir)?;
    sorted.find(format!("{key} ").as_bytes(), &mut take)?;
    scan(&cdxj_file(data_dir), sorted.end(), &key, &mut take)?;
    Ok(rows)
}

/// The row with the payload a revisit refers to: the one of that date, else the newest with the
/// same digest (the row referred to may be a revisit itself).
fn original_of<'a>(rows: &'a VecDeque<Row>, revisit: &Row, date: &str) -> Option<&'a Row> {
    let timestamp: String = date.chars().filter(char::is_ascii_digit).take(14).collect();
    let same_digest = |row: &&Row| match (&row.digest, &revisit.digest) {
        (Some(own), Some(wanted)) => own == wanted,
        (_, None) => row.timestamp == timestamp,
        (None, Some(_)) => false,
    };
    rows.iter()
        .filter(|row| !row.is_revisit())
        .filter(same_digest)
        .max_by_key(|row| (row.timestamp == timestamp, row.timestamp.as_str()))
}

fn stored(row: &Row, warc_file: PathBuf, record: &WarcRecord) -> StoredCapture {
    let parts = http::split_http(record.block());
    let header = |name: &str| record.header(name).map(str::to_owned);
    StoredCapture {
        url: header("WARC-Target-URI").unwrap_or_default(),
        status: parts.status.or(row.status).unwrap_or(0),
        head: parts.head.to_vec(),
        body: parts.body.to_vec(),
        date: header("WARC-Date").unwrap_or_default(),
        mime: row.mime.clone().filter(|mime| mime != REVISIT_MIME),
        digest: header("WARC-Payload-Digest"),
        truncated: header("WARC-Truncated"),
        warc_file,
        offset: record.offset(),
        length: record.length(),
        payload: PayloadSource::Own,
    }
}

/// Completes a revisit with its original's payload. A "not modified" answer says nothing about
/// the content, so status and head are the original's then.
fn adopt(revisit: &mut StoredCapture, original: StoredCapture) {
    const NOT_MODIFIED: u16 = 304;
    if revisit.status == NOT_MODIFIED {
        revisit.status = original.status;
        revisit.head = original.head;
    }
    revisit.body = original.body;
    revisit.mime = original.mime;
    revisit.digest = original.digest;
    revisit.truncated = original.truncated;
    revisit.payload = PayloadSource::Original {
        date: original.date,
        warc_file: original.warc_file,
        offset: original.offset,
    };
}
