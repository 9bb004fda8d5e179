//! The gzip members of a WARC file, and the gaps that damage makes between them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use super::Stored;
use super::rows::{cdxj_row, page_row};
use crate::error::StoreError;
use crate::read::{Found, WarcRecord, walk};
use crate::writer::WarcFile;

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
    walk(&file.path, end, |found| {
        match found {
            Found::Record(record) => {
                members.len = record.offset() + record.length();
                members.take(&file.name, record);
            }
            // What has no record behind it is cut off, not filled.
            Found::Damage(span, _) if span.end < end => members.spans.push(span),
            Found::Damage(..) => {}
        }
        Ok(())
    })?;
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
