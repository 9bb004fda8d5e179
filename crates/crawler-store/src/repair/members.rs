//! The gzip members of a WARC file, and the gaps that damage makes between them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use super::Stored;
use super::rows::{cdxj_row, page_row};
use crate::error::StoreError;
use crate::read::{WarcReader, WarcRecord};
use crate::writer::WarcFile;

const MEMBER_START: [u8; 3] = [0x1f, 0x8b, 8];
const PIECE_BYTES: usize = 1 << 20;

/// What a file consists of.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Captures by offset.
    pub(super) captures: BTreeMap<u64, Stored>,
    /// What cannot be read, between members that can.
    pub(super) spans: Vec<Range<u64>>,
    /// Up to here there are whole members, or spans with one behind them.
    pub(super) len: u64,
    /// Less than what was committed is left.
    pub(super) is_short: bool,
    expected: u64,
}

/// Reads the committed part of a file.
pub(super) fn scan(file: &WarcFile) -> Result<Members, StoreError> {
    let mut members = Members { expected: file.expected, ..Members::default() };
    if file.is_uncommitted {
        return Ok(members);
    }
    let end = file.len.min(file.expected);
    let mut at = 0;
    let mut damaged_at = None;
    while at < end {
        let source = match open_at(&file.path, at, end) {
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => break,
            source => source?,
        };
        for record in WarcReader::new(&file.path, source, at) {
            match record {
                Ok(record) => {
                    if let Some(from) = damaged_at.take() {
                        members.spans.push(from..record.offset());
                    }
                    at = record.offset() + record.length();
                    members.len = at;
                    members.take(&file.name, &record);
                }
                Err(error @ StoreError::Io { .. }) => return Err(error),
                Err(_) => break,
            }
        }
        if at < end {
            damaged_at.get_or_insert(at);
            match next_start(&file.path, at + 1, end)? {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    members.is_short = members.len < file.expected;
    Ok(members)
}

impl Members {
    fn take(&mut self, file: &str, record: &WarcRecord) {
        let Some(url) = record.header("WARC-Target-URI") else { return };
        if matches!(record.kind(), "response" | "revisit") {
            let stored = Stored {
                url: url.to_owned(),
                cdxj_row: cdxj_row(file, record),
                page_row: page_row(file, record),
            };
            self.captures.insert(record.offset(), stored);
        }
    }

    /// What is wrong, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self
            .spans
            .iter()
            .map(|span| format!("bytes {} to {} are damaged", span.start, span.end))
            .collect();
        if self.is_short {
            problems.push(format!(
                "{} bytes were committed, and nothing whole is left behind byte {}",
                self.expected, self.len
            ));
        }
        problems
    }

    /// Puts a record of the same length in the place of each span, and cuts what is behind the
    /// last member. Gives the length.
    pub(super) fn mend(&self, path: &Path) -> Result<u64, StoreError> {
        if !path.exists() {
            return Ok(0);
        }
        let new = path.with_extension("mended");
        fs::copy(path, &new).map_err(StoreError::io("copy", path))?;
        let failed = || StoreError::io("write", &new);
        let mut file = fs::OpenOptions::new().write(true).open(&new).map_err(failed())?;
        for span in &self.spans {
            file.seek(SeekFrom::Start(span.start)).map_err(failed())?;
            file.write_all(&filler(span)).map_err(failed())?;
        }
        file.set_len(self.len).and_then(|()| file.sync_all()).map_err(failed())?;
        fs::rename(&new, path).map_err(StoreError::io("rename", &new))?;
        Ok(self.len)
    }
}

/// A gzip member of exactly this length that holds a record which says what was here. What does not
/// fill it is a comment in the gzip header (RFC 1952, FCOMMENT); a span too small for one is left
/// as it is and stays a gap for readers.
fn filler(span: &Range<u64>) -> Vec<u8> {
    const HAS_COMMENT: u8 = 16;
    let text = "damaged bytes were here";
    let record = format!(
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:crawler:damaged:{}-{}>\r\n\
         WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n\r\n{text}\r\n\r\n",
        span.start,
        span.end,
        text.len()
    );
    let mut deflated = Vec::new();
    let mut deflate =
        flate2::write::DeflateEncoder::new(&mut deflated, flate2::Compression::best());
    // Writing to a Vec cannot fail.
    let _ = deflate.write_all(record.as_bytes());
    drop(deflate);
    let mut crc = flate2::Crc::new();
    crc.update(record.as_bytes());
    let length = usize::try_from(span.end - span.start).unwrap_or(usize::MAX);
    let fixed = 10 + 1 + deflated.len() + 8;
    let Some(comment) = length.checked_sub(fixed) else { return Vec::new() };
    let mut member = vec![0x1f, 0x8b, 8, HAS_COMMENT, 0, 0, 0, 0, 0, 255];
    member.resize(member.len() + comment, b' ');
    member.push(0);
    member.extend_from_slice(&deflated);
    member.extend_from_slice(&crc.sum().to_le_bytes());
    member.extend_from_slice(&crc.amount().to_le_bytes());
    member
}

fn open_at(path: &Path, at: u64, end: u64) -> Result<BufReader<std::io::Take<File>>, StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("open", path))?;
    file.seek(SeekFrom::Start(at)).map_err(StoreError::io("seek in", path))?;
    Ok(BufReader::new(file.take(end.saturating_sub(at))))
}

/// Where a member may begin next: it must also hold a whole record.
fn next_start(path: &Path, from: u64, end: u64) -> Result<Option<u64>, StoreError> {
    let mut at = from;
    while at < end {
        let mut piece = Vec::new();
        let source = open_at(path, at, end)?;
        let read = source.take(PIECE_BYTES as u64).read_to_end(&mut piece);
        read.map_err(StoreError::io("read", path))?;
        for found in memchr::memmem::find_iter(&piece, &MEMBER_START) {
            let start = at + found as u64;
            let mut records = WarcReader::new(path, open_at(path, start, end)?, start);
            if matches!(records.next(), Some(Ok(_))) {
                return Ok(Some(start));
            }
        }
        // The first bytes of a member may stand at the end of a piece.
        let step = piece.len().saturating_sub(MEMBER_START.len() - 1).max(1);
        at += step as u64;
        if piece.len() < PIECE_BYTES {
            break;
        }
    }
    Ok(None)
}
