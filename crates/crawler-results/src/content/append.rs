//! A file that grows, and is cut to a noted length when it is opened.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::ResultError;

#[derive(Debug)]
pub(super) struct AppendFile {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

impl AppendFile {
    /// Opens a file of the data directory behind its first `bytes` bytes, and removes the rest.
    pub(super) fn open(path: PathBuf, bytes: u64) -> Result<Self, ResultError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(ResultError::io("create", folder))?;
        let open = || OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let mut file = open().map_err(ResultError::io("open", &path))?;
        let found = file.metadata().map_err(ResultError::io("read", &path))?.len();
        if found < bytes {
            return Err(ResultError::Other(format!(
                "{} has {found} bytes and should have {bytes}: it was cut or replaced since. Remove it and \
                 the file of its name in results/, and all of it is made again",
                path.display()
            )));
        }
        let cut = |file: &mut File| {
            file.set_len(bytes)?;
            file.seek(SeekFrom::Start(bytes))?;
            // So that the name is there as long as what is in it.
            File::open(folder)?.sync_all()
        };
        cut(&mut file).map_err(ResultError::io("cut", &path))?;
        Ok(Self { path, file: BufWriter::new(file), bytes })
    }

    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), ResultError> {
        self.file.write_all(lines).map_err(ResultError::io("write", &self.path))?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Makes all of it durable. Returns its length.
    pub(super) fn sync(&mut self) -> Result<u64, ResultError> {
        let sync = |file: &mut BufWriter<File>| {
            file.flush()?;
            file.get_ref().sync_data()
        };
        sync(&mut self.file).map_err(ResultError::io("write", &self.path))?;
        Ok(self.bytes)
    }
}
