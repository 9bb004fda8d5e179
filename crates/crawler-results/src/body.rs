//! The stored page that a row tells of.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crawler_fetch::{DecodeEnd, DecodeLimits, decode};
use crawler_store::{StoreError, WarcRecord, open_warc, split_http};

use crate::error::ResultError;
use crate::follow::PageRow;

/// A page read back from its WARC record.
#[derive(Debug, Clone)]
pub struct StoredPage {
    /// Status line and header lines, as received.
    pub head: Bytes,
    /// The body with its content codings undone; as stored if they are unknown.
    pub body: Bytes,
    /// Whether that is all of it.
    pub end: DecodeEnd,
}

/// Reads the page that `row` tells of from the WARC file of `data_dir` where it is stored.
///
/// `None` when there is nothing to read: the row is one of a revisit, whose payload was that of
/// an earlier capture, or the WARC file was moved away. The file may be one that is still written.
///
/// # Errors
/// When the record cannot be read, or is another one than the row says.
pub fn stored_page(
    data_dir: &Path,
    row: &PageRow<'_>,
    limits: DecodeLimits,
) -> Result<Option<StoredPage>, ResultError> {
    if row.revisit.is_some() {
        return Ok(None);
    }
    let Some(record) = record(data_dir, row)? else { return Ok(None) };
    let parts = split_http(record.block());
    let head = Bytes::copy_from_slice(parts.head);
    let block = Bytes::from_owner(Block(record));
    let stored = block.slice(head.len()..);
    let coding = header(&head, "content-encoding");
    let decoded = decode(&stored, coding.as_deref(), limits);
    Ok(Some(StoredPage { head, body: decoded.bytes, end: decoded.end }))
}

impl StoredPage {
    /// All values of a header, joined by commas as RFC 9110 section 5.3 has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        header(&self.head, name)
    }
}

fn record(data_dir: &Path, row: &PageRow<'_>) -> Result<Option<WarcRecord>, ResultError> {
    let name = row.warc.file.as_ref();
    let refused = |reason: String| ResultError::Record {
        path: PathBuf::from(name),
        offset: row.warc.offset,
        reason,
    };
    if name.is_empty() || name.contains(['/', '\\']) {
        return Err(refused("the page list names no file of the folder warc/".to_owned()));
    }
    let mut reader = match open_warc(data_dir, name, row.warc.offset) {
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(None);
        }
        other => other?,
    };
    let record = reader.next().transpose()?;
    let record = record.ok_or_else(|| refused("the file ends before this record".to_owned()))?;
    if record.header("WARC-Target-URI") != Some(&row.url) {
        return Err(refused(format!("the page list says {} but the record does not", row.url)));
    }
    Ok(Some(record))
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let values = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (field, value) = line.split_at_checked(colon)?;
        let is_wanted = field.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        is_wanted.then(|| String::from_utf8_lossy(value.get(1..).unwrap_or_default().trim_ascii()))
    });
    values.reduce(|all, value| Cow::Owned(format!("{all}, {value}")))
}

/// A record's block, which bodies are slices of.
struct Block(WarcRecord);

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self.0.block()
    }
}
