//! How much is fetched at once, and the limits of one fetch.

use std::path::PathBuf;
use std::time::Duration;

use crawler_fetch::Http2;

use super::Setting;
use crate::settings::read::{name_server, network, workers};
use crate::settings::value::put;

/// No network is faster than this; a shorter time-out could only fail.
const TIMEOUT_MIN: Duration = Duration::from_millis(10);
const BODY_BYTES_MAX: u64 = 4 << 30;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "workers",
        "auto|N",
        "auto",
        |s, given| put(&mut s.workers, given.one(workers)),
        "Cores to use, one pinned thread each; auto is every core this process may use",
    )
    .common(),
    Setting::value(
        "concurrency",
        "N",
        "512",
        |s, given| put(&mut s.concurrency, given.count(1..=100_000)),
        "Fetches at once, over all hosts",
    ),
    Setting::value(
        "timeout",
        "TIME",
        "60s",
        |s, given| put(&mut s.timeout, given.duration(TIMEOUT_MIN)),
        "Longest time for a fetch as a whole",
    ),
    Setting::value(
        "connect_timeout",
        "TIME",
        "10s",
        |s, given| put(&mut s.connect_timeout, given.duration(TIMEOUT_MIN)),
        "Longest time to connect, and again for the TLS handshake",
    ),
    Setting::value(
        "first_byte_timeout",
        "TIME",
        "20s",
        |s, given| put(&mut s.first_byte_timeout, given.duration(TIMEOUT_MIN)),
        "Longest wait for the answer to begin",
    ),
    Setting::value(
        "max_body",
        "SIZE",
        "16M",
        |s, given| put(&mut s.max_body, given.size(1..=BODY_BYTES_MAX)),
        "Longest body, as received; the rest is cut off and marked as truncated",
    ),
    Setting::value(
        "max_redirects",
        "N",
        "10",
        |s, given| put(&mut s.max_redirects, given.count(0..=100)),
        "Longest chain of redirects",
    ),
    Setting::value(
        "http2",
        "auto|off",
        "off",
        |s, given| put(&mut s.http2, given.choice(&[("auto", Http2::ByAlpn), ("off", Http2::Off)])),
        "Whether HTTP/2 is used with servers that offer it. Pages of a host are asked for one by one, which \
         HTTP/1.1 does with less work, and it lets heads be stored byte for byte",
    ),
    Setting::switch(
        "allow_private",
        |s, given| put(&mut s.allow_private, given.switch()),
        "Fetch from private, loopback and link-local addresses too",
    ),
    Setting::list(
        "allow_net",
        "CIDR",
        |s, given| put(&mut s.allow_nets, given.each(network)),
        "Fetch from the addresses of this network too, such as 10.1.0.0/16. Repeatable",
    ),
    Setting::list(
        "ca_file",
        "FILE",
        |s, given| put(&mut s.ca_files, Ok(given.texts().into_iter().map(PathBuf::from).collect())),
        "PEM file of certificate authorities to trust besides the usual ones. Repeatable",
    ),
    Setting::list(
        "dns_server",
        "IP[:PORT]",
        |s, given| put(&mut s.dns_servers, given.each(name_server)),
        "Name server to ask instead of the system's. Repeatable",
    ),
];
