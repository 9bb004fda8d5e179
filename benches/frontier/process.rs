//! What the operating system says of this process.

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::time::Duration;

/// User and system time of all threads.
pub(crate) fn cpu() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

/// User and system time of the calling thread.
pub(crate) fn thread_cpu() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

/// A line of `/proc/self/status` in bytes, such as `VmRSS` and `VmHWM`.
pub(crate) fn memory(line: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("/proc/self/status")?;
    let words = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kib = words.and_then(|words| words.split_whitespace().next());
    let kib: u64 = kib.with_context(|| format!("{line} is missing"))?.parse()?;
    Ok(kib * 1024)
}

fn clock(id: ClockId) -> Duration {
    let time = clock_gettime(id);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
