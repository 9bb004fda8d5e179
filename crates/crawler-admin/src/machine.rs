//! What the machine says of the process: its memory, and the room on its disk.

use std::fs;
use std::path::Path;

/// Memory of this process that is in RAM (proc(5), `/proc/self/statm`).
pub(crate) fn memory_bytes() -> Option<u64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Room that is left for us on the disk of a directory.
pub(crate) fn disk_free_bytes(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}
