//! One process per data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Held for as long as the crawl runs; the operating system releases it whatever ends the process.
#[derive(Debug)]
pub(crate) struct DirLock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum LockRefusal {
    /// Another process has it; its pid, if it could be read.
    Held(Option<u32>),
    /// The lock file could not be opened or written.
    Io(io::Error),
}

impl DirLock {
    /// Takes `dir/LOCK`, and leaves this process's pid in it for whoever is refused.
    pub(crate) fn take(dir: &Path) -> Result<Self, LockRefusal> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("LOCK"))
            .map_err(LockRefusal::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockRefusal::Held(read_pid(&mut file))),
            Err(TryLockError::Error(error)) => return Err(LockRefusal::Io(error)),
        }
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()))
            .map_err(LockRefusal::Io)?;
        Ok(Self { _file: file })
    }
}

/// Whether a crawl holds the lock of `dir`. Asks by taking the lock for a moment, so a crawl that
/// starts in that moment could be refused: ask only where other signs say that there is none.
#[must_use]
pub fn is_in_use(dir: &Path) -> bool {
    let Ok(file) = File::open(dir.join("LOCK")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{DirLock, LockRefusal, is_in_use};

    #[test]
    fn a_second_lock_is_refused_with_the_pid_and_free_after_drop() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_in_use(dir.path()));
        let held = DirLock::take(dir.path()).unwrap();
        assert!(is_in_use(dir.path()));
        match DirLock::take(dir.path()) {
            Err(LockRefusal::Held(pid)) => assert_eq!(pid, Some(std::process::id())),
            other => panic!("expected a refusal, got {other:?}"),
        }
        drop(held);
        assert!(!is_in_use(dir.path()));
        DirLock::take(dir.path()).unwrap();
    }
}
