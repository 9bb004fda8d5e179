//! Is every stored byte what it claims to be, and do the index and the page list agree with it?
//!
//! Everything is read in one pass and recomputed; nothing of the crawl's own database is needed.
//! What is compared across files is sorted outside memory, so memory is that of the largest record.

mod agreement;
mod claim;
mod digests;
mod records;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use crate::codec::WarcCodec;
use crate::error::StoreError;
use crate::paths::{OPEN_SUFFIX, cdxj_file, pages_file, warc_dir};
use crate::sort::LineSorter;
use claim::Origin;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// Where in it: the byte at which the record or row begins.
    pub offset: u64,
    /// What is wrong, in words.
    pub reason: String,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// WARC files.
    pub files: u64,
    /// Records in them that could be read.
    pub records: u64,
    /// Digests that were recomputed.
    pub digests: u64,
    /// Digests that were not: of an unknown algorithm, or of a payload in a transfer coding.
    pub digests_unknown: u64,
    /// Rows of the index and of the page list.
    pub rows: u64,
    /// What was reported.
    pub faults: u64,
}

/// Reads WARC files record by record: members or frames, lengths, mandatory fields and digests.
///
/// # Errors
/// [`StoreError::Io`] when a file cannot be read; damage is no error but reported.
pub fn verify_warc_files(
    paths: &[PathBuf],
    report: &mut dyn FnMut(Fault),
) -> Result<Verified, StoreError> {
    let mut checking = Checking { verified: Verified::default(), report, claims: None };
    paths.iter().try_for_each(|path| checking.warc_file(path))?;
    Ok(checking.verified)
}

/// The same for all WARC files of a data directory, and each capture against its rows in
/// `index.cdxj` and `pages.jsonl`, as far as those files are there. What is sorted meanwhile goes
/// to `spill_dir`.
///
/// # Errors
/// [`StoreError::Io`] when a file cannot be read or written.
pub fn verify_store(
    data_dir: &Path,
    spill_dir: &Path,
    report: &mut dyn FnMut(Fault),
) -> Result<Verified, StoreError> {
    let claims = Some(LineSorter::new(spill_dir));
    let mut checking = Checking { verified: Verified::default(), report, claims };
    for path in warc_paths(&warc_dir(data_dir))? {
        checking.warc_file(&path)?;
    }
    let mut compared = Vec::new();
    for (path, origin) in
        [(cdxj_file(data_dir), Origin::Cdxj), (pages_file(data_dir), Origin::Pages)]
    {
        if checking.row_file(&path, origin)? {
            compared.push(origin);
        } else if data_dir.join("store").is_dir() {
            checking.report(&path, 0, "the file is missing");
        }
    }
    checking.compare(data_dir, &compared)?;
    Ok(checking.verified)
}

/// A verification under way.
struct Checking<'a> {
    verified: Verified,
    report: &'a mut dyn FnMut(Fault),
    /// What records and rows say of captures, to be compared.
    claims: Option<LineSorter>,
}

impl Checking<'_> {
    fn report(&mut self, path: &Path, offset: u64, reason: impl Into<String>) {
        self.verified.faults += 1;
        (self.report)(Fault { path: path.to_owned(), offset, reason: reason.into() });
    }
}

/// The WARC files of a folder, by name.
fn warc_paths(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let path = entry.map_err(StoreError::io("list", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if WarcCodec::of_name(name.strip_suffix(OPEN_SUFFIX).unwrap_or(&name)).is_some() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
