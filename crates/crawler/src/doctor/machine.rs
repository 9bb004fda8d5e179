//! The machine: limits, room, time, names and trust.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use crawler_engine::{CgroupLimits, usable_cores, usable_memory_bytes};
use crawler_fetch::{FetchConfig, TlsRoots};
use rustix::fs::{StatVfs, statvfs};
use rustix::process::{Resource, getrlimit};

use super::Severity::{Fail, Ok as Fine, Warn};
use super::{Finding, Severity};
use crate::numbers::{bytes, count};

/// Open files besides connections: the store's, the output's, the libraries'.
const FILES_BESIDES: u64 = 512;
/// A crawl that has less ends soon.
const DISK_BYTES_MIN: u64 = 1 << 30;
const DISK_BYTES_GOOD: u64 = 10 << 30;
const INODES_MIN: u64 = 1_000;
const INODES_GOOD: u64 = 20_000;
/// The least that a crawl of a million URLs has room in.
const MEMORY_BYTES_GOOD: u64 = 1 << 30;
const RESOLV_CONF: &str = "/etc/resolv.conf";

pub(super) fn open_files(concurrency: u32) -> Finding {
    let needed = u64::from(concurrency) + FILES_BESIDES;
    // No limit is as good as a large one.
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if limit >= needed {
        return Finding::new(Fine, "open files", format!("at most {}", count(limit)));
    }
    let text = format!(
        "at most {}, but {concurrency} fetches at once want {needed}; use `ulimit -n {needed}` or a lower --concurrency",
        count(limit),
    );
    Finding::new(Warn, "open files", text)
}

pub(super) fn disk_space(dir: &Path) -> Finding {
    let subject = "disk space";
    let Some(volume) = volume_of(dir) else { return unknown_volume(subject, dir) };
    let free = volume.f_bavail.saturating_mul(volume.f_frsize);
    let severity = judge(free, DISK_BYTES_MIN, DISK_BYTES_GOOD);
    Finding::new(severity, subject, format!("{} free for {}", bytes(free as f64), dir.display()))
}

pub(super) fn inodes(dir: &Path) -> Finding {
    let subject = "disk inodes";
    let Some(volume) = volume_of(dir) else { return unknown_volume(subject, dir) };
    if volume.f_files == 0 {
        return Finding::new(Fine, subject, "this file system has no fixed number of files");
    }
    let severity = judge(volume.f_favail, INODES_MIN, INODES_GOOD);
    Finding::new(severity, subject, format!("{} files can be made", count(volume.f_favail)))
}

/// `ceiling` is `--max-rss`.
pub(super) fn memory(ceiling: Option<u64>) -> Finding {
    let subject = "memory";
    let available = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let Some(free) = available else {
        return Finding::new(Warn, subject, "what is available is not told by /proc/meminfo");
    };
    let mut text = format!("{} available", bytes(free as f64));
    let limit = CgroupLimits::of_process().memory_bytes;
    if let Some(limit) = limit {
        let _ = write!(text, ", {} by the limit of the cgroup", bytes(limit as f64));
    }
    let ceiling_shown = ceiling.map_or_else(|| "unlimited".to_owned(), |at| bytes(at as f64));
    let _ = write!(text, ", --max-rss {ceiling_shown}");
    if usable_memory_bytes().is_some_and(|usable| ceiling.is_none_or(|at| at >= usable)) {
        text.push_str(": the kernel ends the crawl before it makes room, use --max-rss auto");
        return Finding::new(Warn, subject, text);
    }
    let room = limit.map_or(free, |limit| limit.min(free));
    Finding::new(judge(room, 0, MEMORY_BYTES_GOOD), subject, text)
}

pub(super) fn cores(workers: u16) -> Finding {
    let usable = usable_cores();
    let quota = CgroupLimits::of_process().millicores;
    let quota = quota.map(|quota| format!(" (the cgroup's quota is {})", quota as f64 / 1000.0));
    let text = format!("{usable} usable{}, --workers {workers}", quota.unwrap_or_default());
    if workers > usable {
        let text = format!("{text}: more than one worker on a core is slower");
        return Finding::new(Warn, "cores", text);
    }
    Finding::new(Fine, "cores", text)
}

/// A clock that is behind this program's own file is wrong: certificates would not be valid yet.
pub(super) fn clock() -> Finding {
    let made_at = std::env::current_exe().and_then(fs::metadata).and_then(|file| file.modified());
    match made_at {
        Ok(made_at) if made_at > SystemTime::now() => {
            let text = "it is before this program was made; set it, or certificates are refused";
            Finding::new(Fail, "clock", text)
        }
        _ => Finding::new(Fine, "clock", "later than when this program was made"),
    }
}

pub(super) fn name_servers(configured: &[SocketAddr]) -> Finding {
    let subject = "name servers";
    if !configured.is_empty() {
        let listed: Vec<_> = configured.iter().map(ToString::to_string).collect();
        return Finding::new(Fine, subject, format!("{}, by --dns-server", listed.join(", ")));
    }
    let text = match fs::read_to_string(RESOLV_CONF) {
        Ok(text) => text,
        Err(error) => return Finding::new(Warn, subject, no_servers(&error.to_string())),
    };
    match listed_servers(&text).as_slice() {
        [] => Finding::new(Warn, subject, no_servers("it lists none")),
        servers => Finding::new(Fine, subject, format!("{}, by {RESOLV_CONF}", servers.join(", "))),
    }
}

pub(super) fn tls_roots(config: &FetchConfig) -> Finding {
    match TlsRoots::load(config) {
        Ok(_) => Finding::new(Fine, "certificate authorities", "they load"),
        Err(error) => Finding::new(Fail, "certificate authorities", error.to_string()),
    }
}

fn judge(found: u64, least: u64, good: u64) -> Severity {
    match found {
        found if found < least => Fail,
        found if found < good => Warn,
        _ => Fine,
    }
}

/// The volume that `dir` is or will be on.
fn volume_of(dir: &Path) -> Option<StatVfs> {
    let absolute = std::path::absolute(dir).ok()?;
    absolute.ancestors().find_map(|dir| statvfs(dir).ok())
}

fn unknown_volume(subject: &'static str, dir: &Path) -> Finding {
    Finding::new(Warn, subject, format!("the system does not tell it for {}", dir.display()))
}

fn no_servers(why: &str) -> String {
    format!("none in {RESOLV_CONF} ({why}): 127.0.0.1 will be asked; name one with --dns-server")
}

fn listed_servers(resolv_conf: &str) -> Vec<&str> {
    let lines = resolv_conf.lines().map(str::split_whitespace);
    lines
        .filter_map(|mut words| words.next().filter(|word| *word == "nameserver").and(words.next()))
        .collect()
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_files_are_read() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:    5 kB\n"), Some(5120));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        let text = "# nameserver 1.1.1.1\nnameserver 9.9.9.9\nsearch a\nnameserver ::1 # x\n";
        assert_eq!(listed_servers(text), ["9.9.9.9", "::1"]);
    }

    #[test]
    fn what_is_scarce_is_said() {
        for (found, severity) in [(0, Fail), (9, Fail), (10, Warn), (19, Warn), (20, Fine)] {
            assert_eq!(judge(found, 10, 20), severity);
        }
        assert_eq!(open_files(1).severity, Fine);
        assert_eq!(open_files(u32::MAX).severity, Warn);
        assert_eq!(cores(1).severity, Fine);
        assert_eq!(cores(u16::MAX).severity, Warn);
        for (ceiling, warns) in [(None, true), (Some(u64::MAX), true), (Some(1 << 20), false)] {
            let text = memory(ceiling).text;
            assert_eq!(text.contains("use --max-rss auto"), warns, "{text}");
        }
    }

    #[test]
    fn a_directory_that_is_not_there_yet_has_the_volume_of_its_parent() {
        let place = tempfile::tempdir().unwrap();
        assert!(volume_of(&place.path().join("not/yet")).is_some());
    }
}
