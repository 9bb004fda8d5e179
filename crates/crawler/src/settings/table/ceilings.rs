//! What the crawl may take of the machine.

use std::ops::RangeInclusive;

use crawler_engine::usable_memory_bytes;

use super::Setting;
use crate::settings::value::put;

/// Below it not even an empty crawl fits; such a number is a slip.
const SIZES: RangeInclusive<u64> = 16 << 20..=u64::MAX >> 1;

/// The rest is for the page cache, which counts against a cgroup's limit too, and for the kernel.
const AUTO_MEMORY_PERCENT: u64 = 80;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "max_rss",
        "auto|SIZE",
        "auto",
        |s, given| {
            let limit = given.auto_or(memory_to_take, |given| given.size_limit_in(SIZES));
            put(&mut s.ceilings.memory_bytes, limit)
        },
        "Memory to stay within: near it the crawl holds less and slows down, at it new URLs are \
         skipped as frontier_full; auto is 80 % of the machine's memory or of the cgroup's limit",
    ),
    Setting::value(
        "max_frontier",
        "SIZE",
        "unlimited",
        |s, given| put(&mut s.ceilings.frontier_bytes, given.size_limit_in(SIZES)),
        "Size of store/ in the output directory from which new URLs are skipped as frontier_full; \
         queued ones are still fetched",
    ),
    Setting::value(
        "max_disk",
        "SIZE",
        "unlimited",
        |s, given| put(&mut s.ceilings.disk_bytes, given.size_limit_in(SIZES)),
        "Size of the output directory at which the crawl holds until files are moved away",
    ),
    Setting::value(
        "min_free_disk",
        "SIZE",
        "256M",
        |s, given| put(&mut s.ceilings.free_disk_bytes, given.size(0..=u64::MAX >> 1)),
        "Space to leave free on the output directory's disk: short of it the crawl holds until \
         there is room. 0 leaves none",
    ),
];

/// What `--max-rss auto` stands for.
fn memory_to_take() -> Option<u64> {
    usable_memory_bytes().map(|bytes| bytes / 100 * AUTO_MEMORY_PERCENT)
}
