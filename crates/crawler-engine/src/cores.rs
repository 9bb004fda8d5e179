//! Which cores this process may use, and pinning a thread to one.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::cgroup::CgroupLimits;

/// Cores that `--workers auto` uses: the affinity mask and the cgroup quota, whichever is smaller;
/// at least 1.
#[must_use]
pub fn usable_cores() -> u16 {
    let n = sched_getaffinity(None).map_or(1, |allowed| allowed.count());
    let n = u16::try_from(n).unwrap_or(u16::MAX).max(1);
    CgroupLimits::of_process().cores().map_or(n, |quota| quota.min(n))
}

/// Pins the calling thread to the `index`-th core of the process's affinity mask, wrapping around
/// when there are more shards than cores. A kernel that refuses leaves the thread where it is:
/// pinning is an optimization, never a condition.
pub(crate) fn pin_thread(index: usize) {
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core)).collect();
    let Some(&core) = cores.get(index % cores.len().max(1)) else { return };
    let mut only = CpuSet::new();
    only.set(core);
    if let Err(error) = sched_setaffinity(None, &only) {
        tracing::debug!(core, %error, "thread not pinned");
    }
}
