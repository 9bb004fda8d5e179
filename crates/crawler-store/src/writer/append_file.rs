//! A file that only grows, written through one bounded buffer.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Room a buffer keeps once it is written; one huge body must not hold memory for good.
const BUFFER_KEPT_BYTES_MAX: usize = 2 << 20;

/// A file at its end. Nothing reaches it before [`AppendFile::flush`]; dropping it writes nothing.
#[derive(Debug)]
pub(super) struct AppendFile {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    /// Bytes of the file once the buffer is written.
    bytes: u64,
    synced: bool,
}

impl AppendFile {
    /// Creates an empty file that must not exist yet.
    pub(super) fn create(path: PathBuf) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(StoreError::io("create", &path))?;
        Ok(Self { path, file, buffer: Vec::new(), bytes: 0, synced: false })
    }

    /// Opens or creates the file and cuts what is behind `bytes`.
    pub(super) fn open_cut(path: PathBuf, bytes: u64) -> Result<Self, StoreError> {
        let existed = path.exists();
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        let found = file.metadata().map_err(StoreError::io("inspect", &path))?.len();
        if found < bytes {
            return Err(StoreError::Damaged { path, expected: bytes, found });
        }
        if found > bytes {
            file.set_len(bytes).map_err(StoreError::io("cut", &path))?;
        }
        if let (false, Some(dir)) = (existed, path.parent()) {
            sync_dir(dir)?;
        }
        Ok(Self { path, file, buffer: Vec::new(), bytes, synced: found == bytes })
    }

    /// Bytes of the file once the buffer is written.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that wait in the buffer.
    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Adds bytes behind all earlier ones, in the buffer only.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// Lets `write` add bytes to the buffer.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.buffer.len();
        write(&mut self.buffer);
        self.bytes += self.buffer.len().saturating_sub(before) as u64;
    }

    /// Writes the buffer to the file.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.synced = false;
        self.file.write_all(&self.buffer).map_err(StoreError::io("write", &self.path))?;
        self.buffer.clear();
        self.buffer.shrink_to(BUFFER_KEPT_BYTES_MAX);
        Ok(())
    }

    /// Makes everything pushed so far durable.
    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        self.flush()?;
        if !self.synced {
            self.file.sync_data().map_err(StoreError::io("sync", &self.path))?;
            self.synced = true;
        }
        Ok(())
    }

    /// Gives the file another name in the same folder and takes note of it.
    pub(super) fn rename(&mut self, path: PathBuf) -> Result<(), StoreError> {
        std::fs::rename(&self.path, &path).map_err(StoreError::io("rename", &self.path))?;
        self.path = path;
        Ok(())
    }
}

/// Makes creations, removals and renames in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(StoreError::io("sync", dir))
}
