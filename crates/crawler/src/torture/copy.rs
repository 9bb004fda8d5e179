//! Copies a data directory as a kill left it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context as _;

const BLOCK_BYTES: usize = 64 << 10;

/// Copies all files and folders below `from` into `to`, in place of what was there. Zeros stay
/// holes: the store keeps room of many megabytes in files of which little is written.
pub(super) fn copy_dir(from: &Path, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        super::remove(to)?;
    }
    copy_below(from, to).with_context(|| format!("cannot copy {}", from.display()))
}

fn copy_below(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    if !from.exists() {
        return Ok(()); // killed before it made its directory
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_below(&entry.path(), &target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = File::create(to)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut bytes = 0;
    loop {
        let read = source.read(&mut block)?;
        if read == 0 {
            return target.set_len(bytes);
        }
        let part = block.get(..read).unwrap_or_default();
        if part.iter().any(|byte| *byte != 0) {
            target.seek(SeekFrom::Start(bytes))?;
            target.write_all(part)?;
        }
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::copy_dir;
    use std::fs;

    #[test]
    fn holes_and_folders_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir_all(from.join("a/b")).unwrap();
        let mut holey = vec![0; 200_000];
        holey[150_000] = 7;
        for (name, bytes) in [("a/b/holey", holey), ("empty", vec![]), ("zeros", vec![0; 70_000])] {
            fs::write(from.join(name), &bytes).unwrap();
            fs::create_dir_all(&to).unwrap();
            fs::write(to.join("old"), "").unwrap();
            copy_dir(&from, &to).unwrap();
            assert_eq!(fs::read(to.join(name)).unwrap(), bytes);
        }
        assert!(!to.join("old").exists());
    }
}
