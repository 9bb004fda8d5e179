//! The members of a WARC file, and the gaps that damage makes between them.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use super::captures::Captures;
use super::filler::filler;
use super::sync_folder;
use crate::codec::WarcCodec;
use crate::error::StoreError;
use crate::read::{Found, WarcRecord, walk};
use crate::writer::WarcFile;

/// What a file consists of.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// What cannot be read, between members that can.
    pub(super) spans: Vec<Range<u64>>,
    /// Up to here there are whole members, or spans with one behind them.
    pub(super) len: u64,
    /// Less than what was committed is left.
    pub(super) is_short: bool,
    expected: u64,
    codec: WarcCodec,
}

/// Reads the committed part of a file, and takes its captures into the list.
pub(super) fn scan(file: &WarcFile, captures: &mut Captures) -> Result<Members, StoreError> {
    let codec = WarcCodec::of_name(&file.name).unwrap_or_default();
    let mut members = Members { expected: file.expected, codec, ..Members::default() };
    if file.is_uncommitted {
        return Ok(members);
    }
    captures.begin_file(&file.name);
    let end = file.len.min(file.expected);
    walk(&file.path, end, |found| {
        match found {
            Found::Record(record) => {
                members.len = record.offset() + record.length();
                take(record, captures);
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

fn take(record: &WarcRecord, captures: &mut Captures) {
    let Some(url) = record.header("WARC-Target-URI") else { return };
    if matches!(record.kind(), "response" | "revisit") {
        captures.push(record.offset(), url);
    }
}

impl Members {
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
            file.write_all(&filler(self.codec, span)).map_err(failed())?;
        }
        file.set_len(self.len).and_then(|()| file.sync_all()).map_err(failed())?;
        fs::rename(&new, path).map_err(StoreError::io("rename", &new))?;
        sync_folder(path)?;
        Ok(self.len)
    }
}
