//! Parquet files named by the byte at which their rows begin.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::table::Table;
use super::write::{Layout, begin, write_rows};
use crate::error::ResultError;

const EXTENSION: &str = "parquet";
/// Folders from that of a file to the data directory.
const FOLDERS: usize = 4;

/// The file of the rows that begin at byte `from`.
pub(super) fn name(from: u64) -> String {
    format!("{from:012}.{EXTENSION}")
}

/// Where the rows of a file begin.
pub(super) fn begins(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?.parse().ok()
}

/// Rows of a Parquet file by its end.
pub(super) fn rows_of(path: &Path) -> Option<usize> {
    let reader = SerializedFileReader::new(File::open(path).ok()?).ok()?;
    usize::try_from(reader.metadata().file_metadata().num_rows()).ok()
}

/// What is in a folder, in order; nothing if there is no such folder.
pub(super) fn entries(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(BTreeSet::new())
        }
        Err(error) => Err(error),
    }
}

/// Writes the rows `order` of a table as a whole file, durably, which takes the place of an older
/// one at once.
pub(super) fn write_file(
    path: &Path,
    table: &Table,
    order: &[u32],
    layout: Layout,
) -> Result<(), ResultError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = path.with_extension("tmp");
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = begin(File::create(&temporary)?, table, layout)?;
        write_rows(&mut file, table, order)?;
        file.into_inner()?.sync_all()?;
        fs::rename(&temporary, path)?;
        // The folders may be new as well.
        folder.ancestors().take(FOLDERS).try_for_each(|folder| File::open(folder)?.sync_all())
    };
    write().map_err(ResultError::io("write", path))
}
