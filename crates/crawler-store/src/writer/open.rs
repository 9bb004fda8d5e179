//! Brings the files of a data directory to the state that was committed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::paths::{
    cdxj_file, closed_file, log_file, open_form, pages_file, skipped_file, warc_dir,
};

use super::StoreWriter;
use super::append_file::{AppendFile, sync_dir};
use super::closed;
use super::config::StoreConfig;
use super::positions::{StorePositions, WarcPosition, WarcState};
use super::prune::{RowKind, prune};
use super::warc_files::WarcFiles;
use super::warc_name::WarcName;

pub(super) fn open(
    data_dir: &Path,
    config: StoreConfig,
    committed: Option<&StorePositions>,
) -> Result<StoreWriter, StoreError> {
    let files = StoreFiles::of(data_dir, &config);
    files.create_dirs(data_dir)?;
    let store = match committed {
        Some(positions) => resume(&files, config, positions),
        None => begin(&files, config),
    };
    crawler_faults::reached("store.opened");
    store
}

/// Paths of the files and of the folder of the WARC files.
struct StoreFiles {
    warc_dir: PathBuf,
    cdxj: PathBuf,
    pages: PathBuf,
    skipped: PathBuf,
    /// If one is wanted, or was.
    log: Option<PathBuf>,
    /// The list of complete WARC files.
    closed: PathBuf,
}

impl StoreFiles {
    fn of(data_dir: &Path, config: &StoreConfig) -> Self {
        let log = log_file(data_dir);
        Self {
            warc_dir: warc_dir(data_dir),
            cdxj: cdxj_file(data_dir),
            pages: pages_file(data_dir),
            skipped: skipped_file(data_dir),
            log: (config.crawl_log || log.exists()).then_some(log),
            closed: closed_file(data_dir),
        }
    }

    fn dirs(&self) -> impl Iterator<Item = &Path> {
        let parents = [&self.cdxj, &self.pages, &self.skipped].into_iter().chain(&self.log);
        parents.filter_map(|path| path.parent()).chain([self.warc_dir.as_path()])
    }

    fn create_dirs(&self, data_dir: &Path) -> Result<(), StoreError> {
        let missing: Vec<_> = self.dirs().filter(|dir| !dir.exists()).collect();
        for dir in &missing {
            fs::create_dir_all(dir).map_err(StoreError::io("create folder", dir))?;
        }
        if missing.is_empty() { Ok(()) } else { sync_dir(data_dir) }
    }
}

/// Nothing was committed.
fn begin(files: &StoreFiles, config: StoreConfig) -> Result<StoreWriter, StoreError> {
    let mut next_serial = 1;
    for_each_warc(&files.warc_dir, |path, name| {
        if name.state == WarcState::Open {
            return remove(path);
        }
        next_serial = next_serial.max(name.serial.saturating_add(1));
        Ok(())
    })?;
    Ok(StoreWriter {
        config,
        warc: WarcFiles::new(&files.warc_dir, None, next_serial, cut(&files.closed, 0)?)?,
        cdxj: prune(&files.cdxj, RowKind::Cdxj, &files.warc_dir)?,
        pages: prune(&files.pages, RowKind::Page, &files.warc_dir)?,
        skipped: prune(&files.skipped, RowKind::Skipped, &files.warc_dir)?,
        log: files.log.as_deref().map(|log| cut(log, 0)).transpose()?,
        poison: None,
    })
}

/// Goes on from `committed`. All lengths are judged before anything is changed.
fn resume(
    files: &StoreFiles,
    config: StoreConfig,
    committed: &StorePositions,
) -> Result<StoreWriter, StoreError> {
    for (path, expected) in [
        (&files.cdxj, committed.cdxj_bytes),
        (&files.pages, committed.pages_bytes),
        (&files.skipped, committed.skipped_bytes),
    ] {
        require_bytes(path, expected)?;
    }
    if let Some(log) = &files.log {
        require_bytes(log, committed.log_bytes)?;
    }
    let newest = committed.warc.as_ref();
    if let Some(position) = newest {
        require_warc(&files.warc_dir, position)?;
    }
    closed::check(&files.warc_dir, &closed::read(&files.closed, committed.closed_bytes)?)?;
    remove_uncommitted(files, &config, committed)?;
    let next_serial = next_serial(&files.warc_dir, committed.next_serial.max(1))?;
    let list = cut(&files.closed, committed.closed_bytes)?;
    let warc = match newest {
        Some(position) if position.state == WarcState::Open => {
            reopen_name(&files.warc_dir, position)?;
            WarcFiles::resume(&files.warc_dir, position, next_serial, list)?
        }
        _ => WarcFiles::new(&files.warc_dir, newest.cloned(), next_serial, list)?,
    };
    Ok(StoreWriter {
        config,
        warc,
        cdxj: cut(&files.cdxj, committed.cdxj_bytes)?,
        pages: cut(&files.pages, committed.pages_bytes)?,
        skipped: cut(&files.skipped, committed.skipped_bytes)?,
        log: files.log.as_deref().map(|log| cut(log, committed.log_bytes)).transpose()?,
        poison: None,
    })
}

fn cut(path: &Path, bytes: u64) -> Result<AppendFile, StoreError> {
    AppendFile::open_cut(path.to_owned(), bytes)
}

fn require_bytes(path: &Path, expected: u64) -> Result<(), StoreError> {
    let found = bytes_of(path)?.unwrap_or(0);
    if found < expected {
        return Err(StoreError::Damaged { path: path.to_owned(), expected, found });
    }
    Ok(())
}

/// The newest file under either name. A closed one may have been moved away: nothing will be
/// appended to it.
fn require_warc(dir: &Path, position: &WarcPosition) -> Result<(), StoreError> {
    let closed = dir.join(&position.name);
    let open = open_form(&closed);
    match (bytes_of(&open)?, bytes_of(&closed)?, position.state) {
        (Some(_), _, _) => require_bytes(&open, position.bytes),
        (None, None, WarcState::Closed) => Ok(()),
        (None, _, _) => require_bytes(&closed, position.bytes),
    }
}

/// Removes WARC files begun after the commit: their captures will be fetched again. Closed files
/// under a foreign prefix are not ours to remove.
fn remove_uncommitted(
    files: &StoreFiles,
    config: &StoreConfig,
    committed: &StorePositions,
) -> Result<(), StoreError> {
    let newest = committed.warc.as_ref();
    let newest_name = newest.map(|position| position.name.as_str());
    let own_prefix = newest_name.and_then(WarcName::parse).map(|name| name.prefix.to_owned());
    for_each_warc(&files.warc_dir, |path, name| {
        let ours = name.state == WarcState::Open
            || name.prefix == config.prefix
            || own_prefix.as_deref() == Some(name.prefix);
        let later = name.serial >= committed.next_serial;
        if ours && later && Some(name.closed) != newest_name { remove(path) } else { Ok(()) }
    })
}

/// The file was renamed after the commit, or not; it is open again either way.
fn reopen_name(dir: &Path, position: &WarcPosition) -> Result<(), StoreError> {
    let closed = dir.join(&position.name);
    let open = open_form(&closed);
    if bytes_of(&open)?.is_none() {
        fs::rename(&closed, &open).map_err(StoreError::io("rename", &closed))?;
    }
    Ok(())
}

fn next_serial(dir: &Path, at_least: u32) -> Result<u32, StoreError> {
    let mut next = at_least;
    for_each_warc(dir, |_, name| {
        next = next.max(name.serial.saturating_add(1));
        Ok(())
    })?;
    Ok(next)
}

fn for_each_warc(
    dir: &Path,
    mut visit: impl FnMut(&Path, &WarcName<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let path = entry.map_err(StoreError::io("list", dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.and_then(WarcName::parse) {
            visit(&path, &name)?;
        }
    }
    Ok(())
}

/// The end of every file as it is, where nobody knows any more what was committed.
pub(crate) fn positions_found(data_dir: &Path) -> Result<StorePositions, StoreError> {
    let bytes = |path: PathBuf| Ok::<_, StoreError>(bytes_of(&path)?.unwrap_or(0));
    let (mut newest, mut next_serial): (Option<WarcPosition>, _) = (None, 1);
    let dir = warc_dir(data_dir);
    fs::create_dir_all(&dir).map_err(StoreError::io("create folder", &dir))?;
    for_each_warc(&dir, |path, found| {
        next_serial = next_serial.max(found.serial.saturating_add(1));
        let rank = (found.state == WarcState::Open, found.serial);
        if newest.as_ref().is_none_or(|it| (it.state == WarcState::Open, it.serial) < rank) {
            newest = Some(WarcPosition {
                name: found.closed.to_owned(),
                serial: found.serial,
                bytes: bytes_of(path)?.unwrap_or(0),
                state: found.state,
            });
        }
        Ok(())
    })?;
    Ok(StorePositions {
        warc: newest,
        next_serial,
        closed_bytes: bytes(closed_file(data_dir))?,
        cdxj_bytes: bytes(cdxj_file(data_dir))?,
        pages_bytes: bytes(pages_file(data_dir))?,
        skipped_bytes: bytes(skipped_file(data_dir))?,
        log_bytes: bytes(log_file(data_dir))?,
    })
}

/// A WARC file of a data directory, and how much of it was committed.
#[derive(Debug)]
pub(crate) struct WarcFile {
    pub(crate) path: PathBuf,
    /// Its name without `.open`.
    pub(crate) name: String,
    /// Bytes it has, 0 when it is missing.
    pub(crate) len: u64,
    /// Bytes it must have; of a file that nothing tells of, all it has.
    pub(crate) expected: u64,
    /// It was begun after the commit, and the next start removes it.
    pub(crate) is_uncommitted: bool,
}

/// The WARC files by name, and the newest committed one even if it is missing.
pub(crate) fn warc_files(
    data_dir: &Path,
    committed: &StorePositions,
) -> Result<Vec<WarcFile>, StoreError> {
    let dir = &warc_dir(data_dir);
    let newest = committed.warc.as_ref();
    // A damaged list is made anew from what there is.
    let listed = closed::read(&closed_file(data_dir), committed.closed_bytes);
    let listed = listed.unwrap_or_default();
    let mut files = Vec::new();
    for_each_warc(dir, |path, name| {
        let len = bytes_of(path)?.unwrap_or(0);
        let position = newest.filter(|newest| newest.name == name.closed);
        let listed = listed.iter().find(|closed| closed.file == name.closed);
        let expected = position.map(|it| it.bytes).or(listed.map(|it| it.bytes));
        files.push(WarcFile {
            path: path.to_owned(),
            name: name.closed.to_owned(),
            len,
            expected: expected.unwrap_or(len),
            is_uncommitted: name.serial >= committed.next_serial && position.is_none(),
        });
        Ok(())
    })?;
    if let Some(newest) = newest.filter(|newest| files.iter().all(|it| it.name != newest.name)) {
        let path = match newest.state {
            WarcState::Open => open_form(&dir.join(&newest.name)),
            WarcState::Closed => dir.join(&newest.name),
        };
        let (name, expected) = (newest.name.clone(), newest.bytes);
        files.push(WarcFile { path, name, len: 0, expected, is_uncommitted: false });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    fs::remove_file(path).map_err(StoreError::io("remove", path))
}

/// `None` when there is no such file.
fn bytes_of(path: &Path) -> Result<Option<u64>, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("inspect", path)(error)),
    }
}
