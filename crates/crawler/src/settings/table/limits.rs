//! When a crawl ends by itself.

use super::Setting;
use crate::settings::value::put;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "max_pages",
        "N",
        "unlimited",
        |s, given| put(&mut s.limits.pages, given.count_limit(1..=COUNT_MAX)),
        "End after N responses",
    )
    .common(),
    Setting::value(
        "max_pages_per_host",
        "N",
        "unlimited",
        |s, given| put(&mut s.limits.pages_per_host, given.count_limit(1..=COUNT_MAX)),
        "Skip a host's further URLs after N responses from it",
    ),
    Setting::value(
        "max_bytes_per_host",
        "SIZE",
        "unlimited",
        |s, given| put(&mut s.limits.bytes_per_host, given.size_limit()),
        "Skip a host's further URLs after receiving this much from it",
    ),
    Setting::value(
        "max_errors_per_host",
        "N",
        "unlimited",
        |s, given| put(&mut s.limits.errors_per_host, given.count_limit(1..=u64::from(u32::MAX))),
        "Skip a host's further URLs after N failed fetches or 5xx responses",
    ),
    Setting::value(
        "max_bytes",
        "SIZE",
        "unlimited",
        |s, given| put(&mut s.limits.bytes, given.size_limit()),
        "End after receiving this much",
    ),
    Setting::value(
        "max_time",
        "TIME",
        "unlimited",
        |s, given| put(&mut s.limits.time, given.duration_limit()),
        "End after this long",
    )
    .common(),
];

const COUNT_MAX: u64 = 1_000_000_000_000;
