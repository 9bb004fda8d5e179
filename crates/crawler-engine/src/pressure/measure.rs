//! Where the sizes come from.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Quantity {
    /// Memory of this process that is in RAM.
    Memory,
    /// The frontier's directory on disk.
    Frontier,
    /// The whole data directory on disk.
    Disk,
    /// What this user may still write to the disk of the data directory.
    FreeDisk,
}

/// Measures a quantity in bytes; tests bring their own.
pub(crate) type Measure = Box<dyn FnMut(Quantity) -> io::Result<u64> + Send>;

/// Unit of `st_blocks` (stat(3type)).
const BLOCK_BYTES: u64 = 512;

/// As the kernel counts, for a crawl in `data_dir`.
pub(crate) fn of_system(data_dir: PathBuf) -> Measure {
    let store = data_dir.join("store");
    Box::new(move |quantity| match quantity {
        Quantity::Memory => resident_bytes(&fs::read_to_string("/proc/self/statm")?),
        Quantity::Frontier => tree_bytes(&store),
        Quantity::Disk => tree_bytes(&data_dir),
        Quantity::FreeDisk => free_bytes(&data_dir),
    })
}

/// The second number of `/proc/self/statm` (proc(5)), which counts pages.
fn resident_bytes(statm: &str) -> io::Result<u64> {
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("/proc/self/statm is not understood"))?;
    Ok(pages * rustix::param::page_size() as u64)
}

fn free_bytes(dir: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Disk space of all files below `dir`: what is allocated, not what sparse files pretend.
fn tree_bytes(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        // Files come and go meanwhile.
        for entry in fs::read_dir(dir)?.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                dirs.push(entry.path());
            } else {
                bytes += metadata.blocks() * BLOCK_BYTES;
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_can_be_measured() {
        let dir = tempfile::tempdir().unwrap();
        let below = dir.path().join("store/db");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("rows"), vec![1; 100_000]).unwrap();
        fs::write(dir.path().join("pages"), vec![1; 200_000]).unwrap();
        fs::File::create(dir.path().join("sparse")).unwrap().set_len(1 << 30).unwrap();
        let mut measure = of_system(dir.path().to_owned());
        let mut bytes = |quantity| measure(quantity).unwrap();
        let (frontier, disk) = (bytes(Quantity::Frontier), bytes(Quantity::Disk));
        assert!((100_000..150_000).contains(&frontier), "{frontier}");
        assert!((300_000..400_000).contains(&disk), "{disk}");
        assert!(bytes(Quantity::FreeDisk) > 0);
        assert!((1 << 20..1 << 40).contains(&bytes(Quantity::Memory)));
    }

    #[test]
    fn what_cannot_be_measured_is_an_error() {
        let mut measure = of_system(PathBuf::from("/nonexistent"));
        for quantity in [Quantity::Frontier, Quantity::Disk, Quantity::FreeDisk] {
            assert!(measure(quantity).is_err(), "{quantity:?}");
        }
        assert!(resident_bytes("17").is_err());
        assert_eq!(resident_bytes("17 2 1").unwrap(), 2 * rustix::param::page_size() as u64);
    }
}
