//! What this process uses, as the kernel counts it (proc(5)).

use std::fs;

/// Ticks per second in `/proc/self/stat`; fixed by the kernel's user interface (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;
/// `utime`, `stime` and `starttime` in `/proc/self/stat`, counted after the process name.
const UTIME_IDX: usize = 11;
const STIME_IDX: usize = 12;
const STARTTIME_IDX: usize = 19;

/// Each number where it can be had.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct ProcessUse {
    pub(super) cpu_secs: Option<f64>,
    pub(super) resident_bytes: Option<f64>,
    pub(super) virtual_bytes: Option<f64>,
    pub(super) open_files: Option<f64>,
    pub(super) open_files_max: Option<f64>,
    pub(super) threads: Option<f64>,
    pub(super) started_at_secs: Option<f64>,
}

/// The numbers of this moment.
pub(super) fn measure() -> ProcessUse {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut used = parse(
        &read("/proc/self/stat"),
        &read("/proc/self/status"),
        &read("/proc/self/limits"),
        &read("/proc/stat"),
    );
    // One of them is the directory being read.
    used.open_files =
        fs::read_dir("/proc/self/fd").ok().map(|files| files.count().saturating_sub(1) as f64);
    used
}

fn parse(stat: &str, status: &str, limits: &str, system: &str) -> ProcessUse {
    // The name may hold blanks and parentheses; the fields follow its last one.
    let fields: Vec<&str> =
        stat.rsplit_once(')').map_or(Vec::new(), |(_, fields)| fields.split_whitespace().collect());
    let secs = |idx: usize| Some(fields.get(idx)?.parse::<f64>().ok()? / TICKS_PER_SECOND);
    let number = |text: &str, key: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
        rest.split_whitespace().next()?.parse::<f64>().ok()
    };
    let kibibytes = |key| number(status, key).map(|kib| kib * 1024.0);
    ProcessUse {
        cpu_secs: secs(UTIME_IDX).zip(secs(STIME_IDX)).map(|(user, system)| user + system),
        resident_bytes: kibibytes("VmRSS:"),
        virtual_bytes: kibibytes("VmSize:"),
        open_files: None,
        open_files_max: number(limits, "Max open files"),
        threads: number(status, "Threads:"),
        started_at_secs: number(system, "btime ").zip(secs(STARTTIME_IDX)).map(|(at, up)| at + up),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read() {
        let stat = "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 1234 99";
        let status = "Name:\tx\nVmSize:\t   2000 kB\nVmRSS:\t  1000 kB\nThreads:\t4\n";
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files   1024   4096  files\n";
        let system = "cpu 1 2 3\nbtime 1700000000\nprocesses 9\n";
        let expected = ProcessUse {
            cpu_secs: Some(3.0),
            resident_bytes: Some(1_024_000.0),
            virtual_bytes: Some(2_048_000.0),
            open_files: None,
            open_files_max: Some(1024.0),
            threads: Some(4.0),
            started_at_secs: Some(1_700_000_012.34),
        };
        assert_eq!(parse(stat, status, limits, system), expected);
        assert_eq!(parse("garbage", "", "", ""), ProcessUse::default());
    }

    #[test]
    fn this_process_is_measured() {
        let used = measure();
        assert!(used.threads.is_some_and(|threads| threads >= 1.0), "{used:?}");
        assert!(used.open_files <= used.open_files_max, "{used:?}");
    }
}
