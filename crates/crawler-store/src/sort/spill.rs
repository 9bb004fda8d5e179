//! Runs on disk: files without a name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::merge::SortedLines;
use crate::error::StoreError;

const WRITE_BYTES: usize = 1 << 18;

/// Writes lines, one behind the other.
pub(super) fn write_run<'a>(
    dir: &Path,
    lines: impl Iterator<Item = &'a [u8]>,
) -> Result<File, StoreError> {
    let mut run = open(dir)?;
    for line in lines {
        push(&mut run, line).map_err(StoreError::io("write", dir))?;
    }
    run.into_inner().map_err(|error| StoreError::io("write", dir)(error.into_error()))
}

/// The same for lines that are merged meanwhile.
pub(super) fn write_merged(dir: &Path, mut lines: SortedLines) -> Result<File, StoreError> {
    let mut run = open(dir)?;
    while let Some(line) = lines.next_line()? {
        push(&mut run, line).map_err(StoreError::io("write", dir))?;
    }
    run.into_inner().map_err(|error| StoreError::io("write", dir)(error.into_error()))
}

fn push(run: &mut BufWriter<File>, line: &[u8]) -> io::Result<()> {
    run.write_all(line)?;
    run.write_all(b"\n")
}

fn open(dir: &Path) -> Result<BufWriter<File>, StoreError> {
    let file = unnamed_file(dir).map_err(StoreError::io("create a file in", dir))?;
    Ok(BufWriter::with_capacity(WRITE_BYTES, file))
}

/// A file that is gone when it is closed, even by `kill -9`.
fn unnamed_file(dir: &Path) -> io::Result<File> {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    loop {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!(".crawler-sort-{}-{serial}", std::process::id()));
        let mut options = OpenOptions::new();
        match options.read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => {
                fs::remove_file(&path)?;
                return Ok(file);
            }
        }
    }
}
