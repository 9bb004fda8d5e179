//! Stored pages as plain files: a folder per host, and below it what the path says.

mod convert;
mod name;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crawler_fetch::{DecodeEnd, DecodeLimits};
use crawler_url::WireUrl;

use crate::body::stored_page;
use crate::error::ResultError;
use crate::follow::PageRow;
use convert::{converted, linking, way};

/// Writes pages as files below a folder.
#[derive(Debug)]
pub struct Mirror {
    data_dir: PathBuf,
    dir: PathBuf,
    totals: MirrorTotals,
}

/// What became of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MirrorTotals {
    /// Files written, those replaced by a newer capture counted once for each.
    pub written: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// Of those written, the ones that hold a part: the body was cut off, or cannot be decoded.
    pub partial: u64,
    /// Pages and style sheets whose links lead from file to file.
    pub converted: u64,
    /// Pages that were not written because their WARC file was moved away.
    pub missing: u64,
}

impl Mirror {
    /// Begins a mirror of the crawl in `data_dir` below `dir`, which must be empty or new: so nothing
    /// in it is replaced, and no link in it leads elsewhere.
    ///
    /// # Errors
    /// When it is not empty, or cannot be made.
    pub fn begin(data_dir: &Path, dir: &Path) -> Result<Self, ResultError> {
        fs::create_dir_all(dir).map_err(ResultError::io("create folder", dir))?;
        let mut entries = fs::read_dir(dir).map_err(ResultError::io("list", dir))?;
        if entries.next().is_some() {
            let dir = dir.display();
            return Err(ResultError::Other(format!("{dir} is not empty: name a new folder")));
        }
        let (data_dir, dir) = (data_dir.to_owned(), dir.to_owned());
        Ok(Self { data_dir, dir, totals: MirrorTotals::default() })
    }

    /// Writes the page of a row, with its content codings undone, if its status is 200 and it has a
    /// body of its own. It replaces an earlier capture of its URL; so rows come in the order of the
    /// page list.
    ///
    /// # Errors
    /// When the page cannot be read or the file not be written.
    pub fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        if !has_file(row) {
            return Ok(());
        }
        let url = parsed(row)?;
        let Some(page) = stored_page(&self.data_dir, row, DecodeLimits::default())? else {
            self.totals.missing += 1;
            return Ok(());
        };
        let path = self.place(&name::names(&url))?;
        write(&path, &page.body)?;
        self.totals.written += 1;
        self.totals.bytes += page.body.len() as u64;
        if page.end != DecodeEnd::Complete || row.truncated.is_some() {
            self.totals.partial += 1;
        }
        Ok(())
    }

    /// Writes the page of a row again, with ways to files in the place of links to pages that are here,
    /// and whole URLs in the place of others. All rows were taken; they come again in their order.
    ///
    /// # Errors
    /// Those of [`take`](Self::take).
    pub fn convert_links(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        let mime = row.mime.as_deref();
        // What has a type that has no links need not be read.
        let may_link =
            mime.is_none_or(|mime| !mime.contains('/') || linking(Some(mime), b"").is_some());
        if !has_file(row) || !may_link {
            return Ok(());
        }
        let url = parsed(row)?;
        let Some(page) = stored_page(&self.data_dir, row, DecodeLimits::default())? else {
            return Ok(());
        };
        let (Some(linking), Some(from)) = (linking(mime, &page.body), self.found(&url)?) else {
            return Ok(());
        };
        if matches!(page.end, DecodeEnd::Unsupported(_)) {
            return Ok(());
        }
        let mut failed = None;
        let body = converted(&page.body, mime, &url, linking, |to| match self.found(to) {
            Ok(to) => to.map(|to| way(&from, &to)),
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        write(&from.iter().fold(self.dir.clone(), |path, name| path.join(name)), &body)?;
        self.totals.converted += 1;
        Ok(())
    }

    /// What was done so far.
    #[must_use]
    pub fn totals(&self) -> MirrorTotals {
        self.totals
    }

    /// Names of the file of a URL, if there is one: as [`place`](Self::place) has made it.
    fn found(&self, url: &WireUrl) -> Result<Option<Vec<String>>, ResultError> {
        let mut path = self.dir.clone();
        let mut names = name::names(url);
        let Some((file, folders)) = names.split_last_mut() else { return Ok(None) };
        for folder in folders {
            if !matches!(kind(&path.join(&*folder))?, Some(Kind::Folder)) {
                *folder = name::aside(folder, "folder");
                if !matches!(kind(&path.join(&*folder))?, Some(Kind::Folder)) {
                    return Ok(None);
                }
            }
            path.push(&*folder);
        }
        if matches!(kind(&path.join(&*file))?, Some(Kind::Folder)) {
            *file = name::aside(file, "file");
        }
        let is_there = matches!(kind(&path.join(&*file))?, Some(Kind::File));
        Ok(is_there.then_some(names))
    }

    /// Makes the folders; gives the path of the file. A URL may be both, a page and a folder of others.
    fn place(&self, names: &[String]) -> Result<PathBuf, ResultError> {
        let mut path = self.dir.clone();
        let Some((file, folders)) = names.split_last() else { return Ok(path) };
        for folder in folders {
            path = match kind(&path.join(folder))? {
                Some(Kind::Folder) => path.join(folder),
                None => make_folder(path.join(folder))?,
                Some(Kind::File) => make_folder(path.join(name::aside(folder, "folder")))?,
            };
        }
        Ok(match kind(&path.join(file))? {
            Some(Kind::Folder) => path.join(name::aside(file, "file")),
            Some(Kind::File) | None => path.join(file),
        })
    }
}

/// Whether the page of a row is written.
fn has_file(row: &PageRow<'_>) -> bool {
    row.status == 200 && row.revisit.is_none()
}

fn parsed(row: &PageRow<'_>) -> Result<WireUrl, ResultError> {
    WireUrl::parse(&row.url).map_err(|_| {
        ResultError::Other(format!("the page list has {:?}, which is no URL", row.url))
    })
}

fn write(path: &Path, content: &[u8]) -> Result<(), ResultError> {
    let mut file = File::create(path).map_err(ResultError::io("create", path))?;
    file.write_all(content).map_err(ResultError::io("write", path))
}

/// What has a name.
enum Kind {
    File,
    Folder,
}

fn kind(path: &Path) -> Result<Option<Kind>, ResultError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(if found.is_dir() { Kind::Folder } else { Kind::File })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ResultError::io("inspect", path)(error)),
    }
}

fn make_folder(path: PathBuf) -> Result<PathBuf, ResultError> {
    match fs::create_dir(&path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(ResultError::io("create folder", &path)(error))
        }
        _ => Ok(path),
    }
}
