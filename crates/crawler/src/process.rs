//! What this process has used, as the kernel counts it.

use std::fs;

/// Ticks per second in `/proc/self/stat`; fixed by the kernel's user interface (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;
/// `utime` and `stime` in `/proc/self/stat`, counted after the process name (proc(5)).
const UTIME_IDX: usize = 11;
const STIME_IDX: usize = 12;

/// Largest resident memory so far, in bytes; `None` where there is no Linux `/proc`.
pub(crate) fn memory_peak_bytes() -> Option<u64> {
    memory_peak_of(&fs::read_to_string("/proc/self/status").ok()?)
}

/// CPU time of all threads so far, in seconds.
pub(crate) fn cpu_seconds() -> Option<f64> {
    cpu_seconds_of(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn memory_peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn cpu_seconds_of(stat: &str) -> Option<f64> {
    // The name may hold blanks and parentheses; the fields follow its last one.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |idx: usize| fields.get(idx)?.parse::<u64>().ok();
    Some((ticks(UTIME_IDX)? + ticks(STIME_IDX)?) as f64 / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::{cpu_seconds_of, memory_peak_of};

    #[test]
    fn proc_files_are_read() {
        let status = "Name:\tcrawler\nVmPeak:\t  99 kB\nVmHWM:\t  1234 kB\nThreads:\t4\n";
        assert_eq!(memory_peak_of(status), Some(1234 * 1024));
        assert_eq!(memory_peak_of("Name: x\n"), None);
        let stat = "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu_seconds_of(stat), Some(3.0));
        assert_eq!(cpu_seconds_of("garbage"), None);
    }
}
