//! Files that appear under their name when they are whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Lets `write` fill a file that has another name until it is whole and on disk.
pub(super) fn whole_file<T>(
    path: &Path,
    write: impl FnOnce(&File) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let file = File::create(&temporary)
        .with_context(|| format!("cannot write {}", temporary.display()))?;
    let written = write(&file).and_then(|written| {
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        Ok(written)
    });
    if written.is_err() {
        // It is of no use to anybody; why it is not whole is told.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The folder of a file: where there is room for it, there is for what is sorted meanwhile.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
