//! Web Archive Collection Zipped (WACZ 1.1.1): the WARC files, their index and the page list in one
//! ZIP file, which replay programs open as it is.

mod index;
mod package;
mod pages;

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use crawler_store::{WarcCodec, sorted_index};

use crate::error::ResultError;
use package::{Package, Storing};

/// What the file says of itself.
#[derive(Debug, Clone)]
pub struct WaczAbout {
    /// Name of the collection, for people.
    pub title: Option<String>,
    /// When it is made: RFC 3339.
    pub created: String,
    /// Name and version of the software.
    pub software: String,
}

/// What was put into the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaczTotals {
    /// WARC files.
    pub files: u64,
    /// Captures in the index.
    pub captures: u64,
    /// Pages in the page list.
    pub pages: u64,
}

/// Writes the pages of `data_dir` whose rows are within the first `pages_to` bytes of the page list as
/// a WACZ file to `out`, whose name is `path`. No crawl may be writing there. What is sorted
/// meanwhile goes to `spill_dir`; memory does not grow with the crawl.
///
/// # Errors
/// When there are no closed WARC files of gzip members, which are what WACZ allows; when a file
/// cannot be read or written.
pub fn write_wacz<W: Write + Seek>(
    data_dir: &Path,
    pages_to: u64,
    spill_dir: &Path,
    about: &WaczAbout,
    (path, out): (&Path, W),
) -> Result<WaczTotals, ResultError> {
    let warcs = archive(data_dir)?;
    let mut totals = WaczTotals { files: warcs.len() as u64, ..WaczTotals::default() };
    let mut package = Package::new(path, out);
    for warc in &warcs {
        let name = warc.file_name().unwrap_or_default().to_string_lossy();
        let mut file = File::open(warc).map_err(ResultError::io("open", warc))?;
        let bytes = file.metadata().map_err(ResultError::io("inspect", warc))?.len();
        package.add(&format!("archive/{name}"), Storing::AsIs, bytes, |entry| {
            std::io::copy(&mut file, entry).map(drop).map_err(ResultError::io("copy", warc))
        })?;
    }
    let mut rows = sorted_index(data_dir, spill_dir)?;
    let index_bytes = len_of(&data_dir.join("cdxj").join("index.cdxj"));
    let mut blocks = Vec::new();
    package.add("indexes/index.cdx.gz", Storing::AsIs, index_bytes, |entry| {
        (totals.captures, blocks) = index::write(&mut rows, path, entry)?;
        Ok(())
    })?;
    package.add("indexes/index.idx", Storing::Deflated, blocks.len() as u64, |entry| {
        entry.write_all(&blocks).map_err(ResultError::io("write", path))
    })?;
    let mut main_page = None;
    package.add("pages/pages.jsonl", Storing::Deflated, pages_to, |entry| {
        (totals.pages, main_page) = pages::write(data_dir, pages_to, path, entry)?;
        Ok(())
    })?;
    package.finish(about, main_page)?;
    Ok(totals)
}

/// The WARC files by name; all must be closed and compressed in the way that WACZ allows.
fn archive(data_dir: &Path) -> Result<Vec<PathBuf>, ResultError> {
    let dir = data_dir.join("warc");
    let mut warcs = Vec::new();
    for entry in fs::read_dir(&dir).map_err(ResultError::io("list", &dir))? {
        let path = entry.map_err(ResultError::io("list", &dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let closed = name.strip_suffix(".open").unwrap_or(&name);
        let Some(codec) = WarcCodec::of_name(closed) else { continue };
        if closed != name {
            return Err(ResultError::Other(format!(
                "{} is not complete, because the crawl was killed: run it again, which completes it",
                path.display()
            )));
        }
        if codec != WarcCodec::Gzip {
            return Err(ResultError::Other(format!(
                "{} is compressed with zstd, and a WACZ file holds WARC files compressed with gzip \
                 only: crawl with --format warc to make one",
                path.display()
            )));
        }
        warcs.push(path);
    }
    if warcs.is_empty() {
        return Err(ResultError::Other(format!("no page is stored in {}", dir.display())));
    }
    warcs.sort();
    Ok(warcs)
}

fn len_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}
