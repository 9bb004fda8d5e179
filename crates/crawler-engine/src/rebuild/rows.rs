//! The rows that tell what a crawl has done.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;

use crawler_url::WireUrl;
use crawler_url::scope::OutOfScope;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::start::StartError;
use crate::traps::TRAP;

/// A stored page.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) url: WireUrl,
    #[serde(default)]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) depth: u16,
    #[serde(default)]
    hops: String,
    #[serde(default)]
    pub(super) wire_bytes: u64,
    pub(super) warc: Place,
}

/// Where its record is.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) offset: u64,
}

/// A URL that ended without being stored.
#[derive(Debug, Deserialize)]
pub(super) struct Skipped {
    pub(super) url: WireUrl,
    pub(super) reason: String,
    #[serde(default)]
    pub(super) depth: u16,
    #[serde(default)]
    pub(super) attempts: u8,
    #[serde(default)]
    via: Option<String>,
}

impl Page {
    /// Whether somebody named it, instead of a page or another URL.
    pub(super) fn is_seed(&self) -> bool {
        self.depth == 0 && self.hops.is_empty()
    }

    /// Whether robots.txt or another sitemap named it as one.
    pub(super) fn is_sitemap(&self) -> bool {
        self.hops.trim_end_matches('R').ends_with('P')
    }
}

impl Skipped {
    pub(super) fn is_seed(&self) -> bool {
        self.depth == 0 && self.via.is_none()
    }
}

/// Visits the rows of the page list; lines that are none are passed over.
pub(super) fn for_each_page(data_dir: &Path, visit: impl FnMut(Page)) -> Result<(), StartError> {
    for_each(&data_dir.join("pages/pages.jsonl"), visit)
}

/// Visits the URLs that were discovered and skipped, or that failed. A link that was refused is not
/// a URL that was seen.
pub(super) fn for_each_skipped(
    data_dir: &Path,
    mut visit: impl FnMut(Skipped),
) -> Result<(), StartError> {
    for_each(&data_dir.join("reports/skipped.jsonl"), |row: Skipped| {
        if row.reason != TRAP && !OutOfScope::is_reason(&row.reason) {
            visit(row);
        }
    })
}

fn for_each<T: DeserializeOwned>(path: &Path, mut visit: impl FnMut(T)) -> Result<(), StartError> {
    let failed = |source| StartError::DataDir { dir: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file.map_err(failed)?,
    };
    for line in BufReader::new(file).split(b'\n') {
        if let Ok(row) = serde_json::from_slice(&line.map_err(failed)?) {
            visit(row);
        }
    }
    Ok(())
}
