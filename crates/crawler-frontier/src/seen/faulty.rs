//! A file system in memory that fails or crashes at a chosen operation.

use super::files::{Appending, Files, Reading};
use super::shared::lock;
use std::collections::BTreeMap;
use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Files in memory that know what of them is durable. Clones share one state.
#[derive(Clone, Default)]
pub(crate) struct FaultyFiles(Arc<Mutex<Disk>>);

#[derive(Default)]
struct Disk {
    names: BTreeMap<PathBuf, FileId>,
    /// The names as of the last directory sync, and what was done to them since.
    durable_names: BTreeMap<PathBuf, FileId>,
    unsynced_changes: Vec<Change>,
    files: Vec<Contents>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    crashed: bool,
}

type FileId = usize;

#[derive(Clone, Default)]
struct Contents {
    bytes: Vec<u8>,
    synced: usize,
}

#[derive(Clone)]
enum Change {
    Name(PathBuf, FileId),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

#[derive(Clone, Copy)]
enum Fault {
    Fail(ErrorKind),
    Crash,
}

impl FaultyFiles {
    /// Lets the operation after `operations` more fail, once.
    pub(crate) fn fail_after(&self, operations: u64, kind: ErrorKind) {
        let mut disk = lock(&self.0);
        disk.fault = Some((disk.operations + operations, Fault::Fail(kind)));
    }

    /// Lets the machine stop before the operation after `operations` more.
    pub(crate) fn crash_after(&self, operations: u64) {
        let mut disk = lock(&self.0);
        disk.fault = Some((disk.operations + operations, Fault::Crash));
    }

    pub(crate) fn is_crashed(&self) -> bool {
        lock(&self.0).crashed
    }

    /// Stops the machine now, unless it has, and gives what it finds when it starts again. `random`
    /// decides how much of what was not synced is there: of each file the first part, of the
    /// changes to names the first few.
    pub(crate) fn restart(&self, mut random: impl FnMut(usize) -> usize) -> Self {
        let mut old = lock(&self.0);
        old.crashed = true;
        let mut names = old.durable_names.clone();
        let kept = random(old.unsynced_changes.len() + 1);
        for change in old.unsynced_changes.iter().take(kept) {
            change.apply(&mut names);
        }
        let mut files = old.files.clone();
        for file in &mut files {
            file.bytes.truncate(file.synced + random(file.bytes.len() - file.synced + 1));
            file.synced = file.bytes.len();
        }
        let durable_names = names.clone();
        Self(Arc::new(Mutex::new(Disk { names, durable_names, files, ..Disk::default() })))
    }

    /// Names of all files.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        lock(&self.0).names.keys().cloned().collect()
    }

    /// Changes a file's bytes behind everybody's back.
    pub(crate) fn edit(&self, path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut disk = lock(&self.0);
        let id = disk.names[path];
        edit(&mut disk.files[id].bytes);
    }

    fn operate<T>(&self, operate: impl FnOnce(&mut Disk) -> io::Result<T>) -> io::Result<T> {
        let mut disk = lock(&self.0);
        let operation = disk.operations;
        disk.operations += 1;
        match disk.fault {
            Some((at, Fault::Crash)) if at == operation => disk.crashed = true,
            Some((at, Fault::Fail(kind))) if at == operation => return Err(kind.into()),
            _ => {}
        }
        if disk.crashed {
            return Err(Error::other("the machine has stopped"));
        }
        operate(&mut disk)
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, FileId>) {
        match self {
            Self::Name(path, id) => {
                names.insert(path.clone(), *id);
            }
            Self::Rename(from, to) => {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
            Self::Remove(path) => {
                names.remove(path);
            }
        }
    }
}

impl Disk {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.unsynced_changes.push(change);
    }

    fn find(&self, path: &Path) -> io::Result<FileId> {
        self.names.get(path).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }
}

struct Open(FaultyFiles, FileId);

impl Files for FaultyFiles {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        self.operate(|_| Ok(()))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Appending>> {
        let id = self.operate(|disk| {
            disk.files.push(Contents::default());
            let id = disk.files.len() - 1;
            disk.change(Change::Name(path.to_owned(), id));
            Ok(id)
        })?;
        Ok(Box::new(Open(self.clone(), id)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Reading>> {
        let id = self.operate(|disk| disk.find(path))?;
        Ok(Box::new(Open(self.clone(), id)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operate(|disk| {
            disk.find(from)?;
            disk.change(Change::Rename(from.to_owned(), to.to_owned()));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operate(|disk| {
            disk.find(path)?;
            disk.change(Change::Remove(path.to_owned()));
            Ok(())
        })
    }

    /// There is one directory.
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        self.operate(|disk| {
            disk.durable_names = disk.names.clone();
            disk.unsynced_changes.clear();
            Ok(())
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.operate(|disk| {
            let below = disk.names.keys().filter_map(|path| path.strip_prefix(dir).ok());
            Ok(below.map(|name| name.to_string_lossy().into_owned()).collect())
        })
    }
}

impl Appending for Open {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.operate(|disk| {
            disk.files[self.1].bytes.extend_from_slice(bytes);
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.operate(|disk| {
            let file = &mut disk.files[self.1];
            file.synced = file.bytes.len();
            Ok(())
        })
    }
}

impl Reading for Open {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.operate(|disk| {
            let bytes = disk.files[self.1].bytes.get(offset as usize..);
            let bytes = bytes.and_then(|bytes| bytes.get(..buffer.len()));
            buffer.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn size(&self) -> io::Result<u64> {
        self.0.operate(|disk| Ok(disk.files[self.1].bytes.len() as u64))
    }
}
