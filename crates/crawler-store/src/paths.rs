//! Where the files of a data directory are.

use std::path::{Path, PathBuf};

/// Suffix of a WARC file that is still being written.
pub(crate) const OPEN_SUFFIX: &str = ".open";

/// Folder of the WARC files.
pub(crate) fn warc_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("warc")
}

/// The list of complete WARC files and their lengths.
pub(crate) fn closed_file(data_dir: &Path) -> PathBuf {
    data_dir.join("reports").join("warcs.jsonl")
}

/// The CDXJ index.
pub(crate) fn cdxj_file(data_dir: &Path) -> PathBuf {
    data_dir.join("cdxj").join("index.cdxj")
}

/// The rows about pages.
pub(crate) fn pages_file(data_dir: &Path) -> PathBuf {
    data_dir.join("pages").join("pages.jsonl")
}

/// The rows about URLs that were not captured.
pub(crate) fn skipped_file(data_dir: &Path) -> PathBuf {
    data_dir.join("reports").join("skipped.jsonl")
}

/// The crawl log.
pub(crate) fn log_file(data_dir: &Path) -> PathBuf {
    data_dir.join("logs").join("crawl.jsonl")
}

/// `path` with [`OPEN_SUFFIX`] behind its name.
pub(crate) fn open_form(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OPEN_SUFFIX);
    PathBuf::from(name)
}
