//! What the kernel lets this process take, by its control group: `cpu.max`, `memory.max` and
//! `memory.high` of version 2 (Linux, `Documentation/admin-guide/cgroup-v2.rst`), the CFS quota and
//! `memory.limit_in_bytes` of version 1. A group is bound by its ancestors' limits as well, so the
//! smallest one holds.

use std::fs;
use std::path::{Path, PathBuf};

/// Version 1 has no word for "no limit", only the largest number of pages there is.
const V1_UNLIMITED_BYTES: u64 = 1 << 62;

/// Limits of the control group that this process is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CgroupLimits {
    /// Thousandths of a core that may be used over time.
    pub millicores: Option<u64>,
    /// Memory, the page cache included.
    pub memory_bytes: Option<u64>,
}

impl CgroupLimits {
    /// The limits of this process; none where there are no control groups.
    #[must_use]
    pub fn of_process() -> Self {
        Self::below(Path::new("/"))
    }

    /// As [`Self::of_process`], with `root` in the place of `/`.
    fn below(root: &Path) -> Self {
        let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        let (groups, mounts) = (text("proc/self/cgroup"), text("proc/self/mountinfo"));
        let smallest = |controller: &str, limit: fn(&Path) -> Option<u64>| {
            let dirs = ["", controller].into_iter().flat_map(|controller| {
                group_dirs(&groups, &mounts, controller)
                    .into_iter()
                    .map(|dir| root.join(dir.strip_prefix("/").unwrap_or(&dir)))
            });
            dirs.filter_map(|dir| limit(&dir)).min()
        };
        Self { millicores: smallest("cpu", millicores), memory_bytes: smallest("memory", memory) }
    }

    /// Whole cores, rounded down, since a worker that gets less than a core would fall behind the
    /// others; at least 1.
    #[must_use]
    pub fn cores(self) -> Option<u16> {
        let cores = self.millicores? / 1000;
        Some(u16::try_from(cores.max(1)).unwrap_or(u16::MAX))
    }
}

/// The directories of a controller's group and of its ancestors, as far as they are mounted here;
/// the controller of version 2 has no name. `groups` and `mounts` are cgroups(7) and proc(5).
fn group_dirs(groups: &str, mounts: &str, controller: &str) -> Vec<PathBuf> {
    let Some(group) = groups.lines().find_map(|line| group_of(line, controller)) else {
        return Vec::new();
    };
    let Some((root, mount)) = mounts.lines().find_map(|line| mount_of(line, controller)) else {
        return Vec::new();
    };
    // In a container the group's name may be the host's, of which only the end is mounted here.
    let below = Path::new(group).strip_prefix(root).unwrap_or(Path::new(""));
    let own = Path::new(mount).join(below);
    own.ancestors().take_while(|dir| dir.starts_with(mount)).map(Path::to_owned).collect()
}

/// The group in a line `4:cpu,cpuacct:/group`, if it is of this controller.
fn group_of<'a>(line: &'a str, controller: &str) -> Option<&'a str> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (controllers, group) = (fields.next()?, fields.next()?);
    controllers.split(',').any(|name| name == controller).then_some(group)
}

/// Which group is mounted where, by a line
/// `33 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`, if it is of this controller.
fn mount_of<'a>(line: &'a str, controller: &str) -> Option<(&'a str, &'a str)> {
    let (place, kind) = line.split_once(" - ")?;
    let mut kind = kind.split(' ');
    let is_wanted = match (kind.next()?, controller) {
        ("cgroup2", "") => true,
        ("cgroup", name) if !name.is_empty() => kind.nth(1)?.split(',').any(|it| it == name),
        _ => false,
    };
    let mut place = place.split(' ').skip(3);
    is_wanted.then_some((place.next()?, place.next()?))
}

fn millicores(dir: &Path) -> Option<u64> {
    if let Ok(text) = fs::read_to_string(dir.join("cpu.max")) {
        let (quota, period) = text.split_once(' ')?;
        return share(quota, period);
    }
    let quota = fs::read_to_string(dir.join("cpu.cfs_quota_us")).ok()?;
    let period = fs::read_to_string(dir.join("cpu.cfs_period_us")).ok()?;
    share(&quota, &period)
}

/// `max` and, in version 1, -1 are no numbers: there is no limit.
fn share(quota: &str, period: &str) -> Option<u64> {
    let quota: u64 = quota.trim().parse().ok()?;
    let period: u64 = period.trim().parse().ok()?;
    quota.saturating_mul(1000).checked_div(period)
}

fn memory(dir: &Path) -> Option<u64> {
    let limits = ["memory.max", "memory.high", "memory.limit_in_bytes"].map(|name| {
        let bytes: u64 = fs::read_to_string(dir.join(name)).ok()?.trim().parse().ok()?;
        (bytes < V1_UNLIMITED_BYTES).then_some(bytes)
    });
    limits.into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
