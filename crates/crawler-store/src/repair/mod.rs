//! Checks what a data directory holds against itself, and mends it: the WARC files are the truth,
//! the rows about them follow.

mod captures;
mod filler;
mod members;
mod rows;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::paths::{cdxj_file, closed_file, log_file, pages_file, skipped_file};
use crate::writer::closed::{self, ClosedWarc};
use crate::writer::{StorePositions, WarcFile, WarcState, positions_found, sync_dir, warc_files};
use captures::Captures;
use members::{Members, scan};
use rows::{RowFile, Rows, Warcs};

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFinding {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it; empty when nothing is.
    pub problems: Vec<String>,
}

/// What was done to the files, and what could not be saved.
#[derive(Debug)]
pub struct MendedStore {
    /// Where the files end now.
    pub positions: StorePositions,
    /// What was done, in sentences.
    pub done: Vec<String>,
    /// URLs whose stored page is lost.
    pub lost_urls: Vec<String>,
}

/// Where a capture is: WARC file and offset.
type Place = (String, u64);

/// Everything that was read.
struct Contents {
    warcs: Vec<(WarcFile, Members)>,
    captures: Captures,
    cdxj: Rows,
    pages: Rows,
    skipped: Rows,
    log: Rows,
}

/// Reads every committed record and row: checksums, and whether each row has its record and each
/// record its rows. Changes nothing.
///
/// # Errors
/// [`StoreError::Io`] when a file cannot be read; damage is no error but a finding.
pub fn check_store(
    data_dir: &Path,
    committed: &StorePositions,
) -> Result<Vec<FileFinding>, StoreError> {
    let contents = Contents::read(data_dir, committed)?;
    let mut findings = Vec::new();
    for (file, members) in &contents.warcs {
        findings.push(FileFinding { path: file.path.clone(), problems: members.problems() });
    }
    for rows in [&contents.cdxj, &contents.pages, &contents.skipped, &contents.log] {
        findings.push(FileFinding { path: rows.path.clone(), problems: rows.problems() });
    }
    Ok(findings)
}

/// Mends what [`check_store`] finds. In a WARC file, whole records stay where they are and what is
/// between them is replaced by a record that says so. Rows without a record are taken out, rows
/// that are missing are made from the records. Files to be changed, and what is behind the
/// committed lengths, are first copied into `aside`.
///
/// # Errors
/// [`StoreError::Io`] when a file cannot be read or written.
pub fn mend_store(
    data_dir: &Path,
    committed: &StorePositions,
    aside: &Path,
) -> Result<MendedStore, StoreError> {
    let contents = Contents::read(data_dir, committed)?;
    let mut done = Vec::new();
    let mut positions = committed.clone();
    fs::create_dir_all(aside).map_err(StoreError::io("create folder", aside))?;
    for (file, members) in &contents.warcs {
        if file.is_uncommitted {
            keep(&file.path, aside)?;
            continue;
        }
        if members.len < file.len || !members.spans.is_empty() || members.is_short {
            keep(&file.path, aside)?;
        }
        if !members.spans.is_empty() || members.is_short {
            let bytes = members.mend(&file.path)?;
            positions.set_warc_bytes(&file.name, bytes);
            done.extend(members.problems().iter().map(|it| told(&file.path, it)));
        }
    }
    if let Some(bytes) = list_closed(data_dir, &positions)? {
        positions.closed_bytes = bytes;
        let list = closed_file(data_dir);
        done.push(told(&list, "it lists the complete WARC files as they are now"));
    }
    let lost_urls = contents.lost_urls();
    let warcs = contents.files();
    for (rows, bytes) in [
        (&contents.cdxj, &mut positions.cdxj_bytes),
        (&contents.pages, &mut positions.pages_bytes),
        (&contents.skipped, &mut positions.skipped_bytes),
        (&contents.log, &mut positions.log_bytes),
    ] {
        if rows.has_tail {
            keep(&rows.path, aside)?;
        }
        if !rows.problems().is_empty() {
            keep(&rows.path, aside)?;
            *bytes = rows.write(&contents.captures, &warcs)?;
            done.extend(rows.problems().iter().map(|it| told(&rows.path, it)));
        }
    }
    Ok(MendedStore { positions, done, lost_urls })
}

/// The same where nobody knows any more what was committed: whatever is whole stays.
///
/// # Errors
/// As [`mend_store`].
pub fn mend_found(data_dir: &Path, aside: &Path) -> Result<MendedStore, StoreError> {
    mend_store(data_dir, &positions_found(data_dir)?, aside)
}

/// Lists the complete WARC files as they are now, unless the list says so; gives its new length.
fn list_closed(data_dir: &Path, positions: &StorePositions) -> Result<Option<u64>, StoreError> {
    let list = closed_file(data_dir);
    let open = positions.warc().filter(|warc| warc.state() == WarcState::Open);
    let files = warc_files(data_dir, positions)?;
    let is_complete = |file: &&WarcFile| {
        let is_open = open.is_some_and(|open| open.name() == file.name);
        !is_open && !file.is_uncommitted && file.len > 0
    };
    let closed: Vec<_> = files
        .iter()
        .filter(is_complete)
        .map(|file| ClosedWarc { file: file.name.clone(), bytes: file.len })
        .collect();
    if closed::read(&list, positions.closed_bytes).is_ok_and(|listed| agree(&listed, &closed)) {
        return Ok(None);
    }
    closed::write(&list, &closed).map(Some)
}

/// Whether each file there is stands in the list as it is. Others in the list were moved away.
fn agree(listed: &[ClosedWarc], there: &[ClosedWarc]) -> bool {
    there.iter().all(|file| listed.contains(file))
}

/// Appends rows made by [`encode_skipped`](crate::encode_skipped) behind the committed ones; gives
/// the positions with them.
///
/// # Errors
/// [`StoreError::Io`] when the file cannot be written.
pub fn append_skipped_rows(
    data_dir: &Path,
    mut positions: StorePositions,
    rows: &[u8],
) -> Result<StorePositions, StoreError> {
    let path = skipped_file(data_dir);
    let failed = || StoreError::io("write", &path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed())?;
    file.set_len(positions.skipped_bytes).map_err(failed())?;
    file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(rows)).map_err(failed())?;
    file.sync_all().map_err(failed())?;
    positions.skipped_bytes += rows.len() as u64;
    Ok(positions)
}

impl Contents {
    fn read(data_dir: &Path, committed: &StorePositions) -> Result<Self, StoreError> {
        let mut warcs = Vec::new();
        let mut captures = Captures::default();
        for file in warc_files(data_dir, committed)? {
            let members = scan(&file, &mut captures)?;
            warcs.push((file, members));
        }
        let rows = |path, bytes, kind| Rows::read(path, bytes, kind, &captures);
        Ok(Self {
            cdxj: rows(cdxj_file(data_dir), committed.cdxj_bytes, RowFile::Cdxj)?,
            pages: rows(pages_file(data_dir), committed.pages_bytes, RowFile::Pages)?,
            skipped: rows(skipped_file(data_dir), committed.skipped_bytes, RowFile::Alone)?,
            log: rows(log_file(data_dir), committed.log_bytes, RowFile::Alone)?,
            captures,
            warcs,
        })
    }

    fn files(&self) -> Warcs {
        let path = |(file, _): &(WarcFile, Members)| (file.name.clone(), file.path.clone());
        Warcs { paths: self.warcs.iter().map(path).collect() }
    }

    /// URLs of rows whose record is gone, each once.
    fn lost_urls(&self) -> Vec<String> {
        let stray = [&self.cdxj, &self.pages].into_iter().flat_map(|rows| &rows.stray);
        let by_place: BTreeMap<&Place, &String> = stray.map(|(place, url)| (place, url)).collect();
        by_place.into_values().cloned().collect()
    }
}

/// Makes the name of a file durable that has just been renamed.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    path.parent().map_or(Ok(()), sync_dir)
}

fn told(path: &Path, problem: &str) -> String {
    format!("{}: {problem}", path.display())
}

/// Copies a file as it is; one that is missing cannot be kept.
fn keep(path: &Path, aside: &Path) -> Result<(), StoreError> {
    let Some(name) = path.file_name() else { return Ok(()) };
    match fs::copy(path, aside.join(name)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io("copy", path)(error))
        }
        _ => Ok(()),
    }
}
