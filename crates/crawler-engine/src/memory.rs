//! How much memory this process may take.

use std::fs;

use crate::cgroup::CgroupLimits;

/// Memory that `--max-rss auto` is a part of: the machine's, or the limit of the control group if
/// that is less. `None` where the system tells neither.
#[must_use]
pub fn usable_memory_bytes() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_bytes(&text));
    machine.into_iter().chain(CgroupLimits::of_process().memory_bytes).min()
}

/// The first line of `/proc/meminfo` (proc(5)).
fn total_bytes(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_the_machine() {
        for (text, expected) in [
            ("MemTotal:       24629820 kB\nMemFree: 1 kB\n", Some(24_629_820 * 1024)),
            ("MemFree: 1 kB\n", None),
            ("MemTotal: much\n", None),
        ] {
            assert_eq!(total_bytes(text), expected);
        }
    }
}
