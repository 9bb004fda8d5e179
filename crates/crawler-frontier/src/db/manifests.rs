//! Whether the database's own lists of its files are whole, looked at before it is opened: of a
//! list that is not, it would remove the files.

use crate::error::FrontierError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_128;

/// The database's own keyspace and ours, numbered from 0 in the order in which they were made.
const KEYSPACES: u64 = 9;
/// Marks a directory as a database.
const MARKER: &str = "version";

/// Checks the lists of every keyspace. `complete`: something was committed, so all must be there.
pub(super) fn check(db_dir: &Path, complete: bool) -> Result<(), FrontierError> {
    let keyspaces = db_dir.join("keyspaces");
    let marker = db_dir.join(MARKER);
    if !complete && !keyspaces.exists() {
        return Ok(());
    }
    if !marker.is_file() {
        return Err(FrontierError::damaged(&marker, "the file is missing"));
    }
    // One that was being made when the process died is made again under the next number.
    let (mut found, mut missing) = (0, None);
    for id in 0..2 * KEYSPACES {
        let dir = keyspaces.join(id.to_string());
        if dir.join("current").exists() {
            check_keyspace(&dir)?;
            found += 1;
        } else {
            missing = missing.or(Some(dir));
        }
    }
    match missing {
        Some(dir) if complete && found < KEYSPACES => check_keyspace(&dir),
        _ => Ok(()),
    }
}

/// `current` names the list in force, eight bytes, and its checksum, sixteen, little endian.
fn check_keyspace(dir: &Path) -> Result<(), FrontierError> {
    let current = dir.join("current");
    let bytes = read(&current)?;
    let cut = || FrontierError::damaged(&current, format!("it has {} bytes", bytes.len()));
    let (id, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    let (checksum, _) = rest.split_first_chunk::<16>().ok_or_else(cut)?;
    let list: PathBuf = dir.join(format!("v{}", u64::from_le_bytes(*id)));
    if xxh3_128(&read(&list)?) != u128::from_le_bytes(*checksum) {
        let detail = "its checksum is not the one in the file `current` beside it";
        return Err(FrontierError::damaged(&list, detail));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, FrontierError> {
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => FrontierError::damaged(path, "the file is missing"),
        _ => FrontierError::io(path, error),
    })
}
