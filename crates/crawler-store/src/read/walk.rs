//! All records of a WARC file, over damage too.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::warc::{WarcReader, WarcRecord};
use crate::codec::WarcCodec;
use crate::error::StoreError;

/// Of the bytes by which a member is known.
const MAGIC_BYTES_MAX: usize = 4;
const PIECE_BYTES: usize = 1 << 20;

/// What stands in a WARC file.
pub(crate) enum Found<'a> {
    Record(&'a WarcRecord),
    /// Bytes that are no record, up to the next one or to the end, and why they are none.
    Damage(Range<u64>, String),
}

/// Visits the first `end` bytes of a file in order. A missing file has none.
pub(crate) fn walk(
    path: &Path,
    end: u64,
    mut visit: impl FnMut(Found<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut at = 0;
    let mut damage: Option<(u64, String)> = None;
    while at < end {
        let source = match open_at(path, at, end) {
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                return Ok(());
            }
            source => source?,
        };
        let mut cause = "the file ends here".to_owned();
        let mut reader = WarcReader::new(path, source, at);
        let mut is_whole = true;
        for record in reader.by_ref() {
            match record {
                Ok(record) => {
                    if let Some((from, cause)) = damage.take() {
                        visit(Found::Damage(from..record.offset(), cause))?;
                    }
                    at = record.offset() + record.length();
                    visit(Found::Record(&record))?;
                }
                Err(StoreError::Malformed { reason, .. }) => {
                    (cause, is_whole) = (reason, false);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if is_whole {
            at = reader.position();
        }
        if at < end {
            damage.get_or_insert((at, cause));
            match next_start(path, at + 1, end)? {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    match damage {
        Some((from, cause)) => visit(Found::Damage(from..end, cause)),
        None => Ok(()),
    }
}

fn open_at(path: &Path, at: u64, end: u64) -> Result<BufReader<std::io::Take<File>>, StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("open", path))?;
    file.seek(SeekFrom::Start(at)).map_err(StoreError::io("seek in", path))?;
    Ok(BufReader::with_capacity(1 << 16, file.take(end.saturating_sub(at))))
}

/// Where a member may begin next: it must also hold a whole record.
fn next_start(path: &Path, from: u64, end: u64) -> Result<Option<u64>, StoreError> {
    let mut at = from;
    while at < end {
        let mut piece = Vec::new();
        let source = open_at(path, at, end)?;
        let read = source.take(PIECE_BYTES as u64).read_to_end(&mut piece);
        read.map_err(StoreError::io("read", path))?;
        for found in member_starts(&piece) {
            let start = at + found as u64;
            let mut records = WarcReader::new(path, open_at(path, start, end)?, start);
            if matches!(records.next(), Some(Ok(_))) {
                return Ok(Some(start));
            }
        }
        // The first bytes of a member may stand at the end of a piece.
        let step = piece.len().saturating_sub(MAGIC_BYTES_MAX - 1).max(1);
        at += step as u64;
        if piece.len() < PIECE_BYTES {
            break;
        }
    }
    Ok(None)
}

/// Where members of either codec seem to begin, in order.
fn member_starts(piece: &[u8]) -> Vec<usize> {
    let of_codec = |codec: WarcCodec| memchr::memmem::find_iter(piece, codec.magic());
    let mut starts: Vec<usize> = WarcCodec::ALL.into_iter().flat_map(of_codec).collect();
    starts.sort_unstable();
    starts
}
