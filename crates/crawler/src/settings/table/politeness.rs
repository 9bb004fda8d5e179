//! How a crawl treats the servers it asks.

use std::time::Duration;

use crawler_engine::RobotsPolicy;

use super::Setting;
use crate::settings::host_rules;
use crate::settings::read::{agent_name, factor, header, header_text};
use crate::settings::value::put;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "delay",
        "TIME",
        "1s",
        |s, given| put(&mut s.delay, given.duration(Duration::ZERO)),
        "Shortest pause between two requests to one host; a longer Crawl-delay in its robots.txt \
         wins",
    )
    .common()
    .aliases(&["wait"]),
    Setting::value(
        "max_crawl_delay",
        "TIME",
        "5m",
        |s, given| put(&mut s.max_crawl_delay, given.duration(Duration::ZERO)),
        "Cap on the Crawl-delay of a robots.txt",
    ),
    Setting::value(
        "adaptive_delay",
        "FACTOR",
        "0",
        |s, given| put(&mut s.adaptive_delay, given.one(factor)),
        "Pause at least this many times as long as the host took to answer of late, such as 5; \
         0 turns it off",
    ),
    Setting::value(
        "max_adaptive_delay",
        "TIME",
        "1m",
        |s, given| put(&mut s.max_adaptive_delay, given.duration(Duration::ZERO)),
        "Cap on the pause that adaptive_delay leads to",
    ),
    Setting::value(
        "host_concurrency",
        "N",
        "1",
        |s, given| put(&mut s.host_concurrency, given.count(1..=1024)),
        "Fetches at once from one host",
    ),
    Setting::value(
        "ip_concurrency",
        "N",
        "8",
        |s, given| put(&mut s.ip_concurrency, given.count(1..=u64::from(u16::MAX))),
        "Fetches at once from one IP address, whatever hosts it serves",
    ),
    Setting::value(
        "ip_delay",
        "TIME",
        "100ms",
        |s, given| put(&mut s.ip_delay, given.duration(Duration::ZERO)),
        "Shortest time between two requests to one IP address; never more than `delay`",
    ),
    Setting::value(
        "domain_concurrency",
        "N",
        "unlimited",
        |s, given| put(&mut s.domain_concurrency, given.count_limit(1..=u64::from(u16::MAX))),
        "Fetches at once from all hosts of one registrable domain, such as example.co.uk",
    ),
    Setting::value(
        "domain_delay",
        "TIME",
        "0",
        |s, given| put(&mut s.domain_delay, given.duration(Duration::ZERO)),
        "Shortest time between two requests to one registrable domain",
    ),
    Setting::value(
        "max_rate",
        "N",
        "unlimited",
        |s, given| put(&mut s.limits.requests_per_second, given.count_limit(1..=1_000_000)),
        "Requests per second at most, over all hosts",
    )
    .aliases(&["rate-limit"]),
    Setting::value(
        "max_bandwidth",
        "SIZE",
        "unlimited",
        |s, given| put(&mut s.limits.bytes_per_second, given.size_limit()),
        "Bytes per second to receive at most, over all hosts, in the mean",
    )
    .aliases(&["limit-rate"]),
    Setting::value(
        "dead_host_after",
        "N",
        "5",
        |s, given| put(&mut s.breaker.failures_max, given.count(0..=1000)),
        "Failures in a row (DNS, TCP, TLS, HTTP) after which a host is only probed, by one URL at a \
         time; 0 means never",
    ),
    Setting::value(
        "probe_interval",
        "TIME",
        "1m",
        |s, given| put(&mut s.breaker.interval_first, given.duration(Duration::from_millis(1))),
        "Pause before the first probe of such a host; doubles up to 1h",
    ),
    Setting::value(
        "dead_host_probes",
        "N",
        "3",
        |s, given| put(&mut s.breaker.probes_max, given.count(0..=1000)),
        "Failed probes after which its URLs end as failed, with reason host_dead_dns, _tcp, _tls or \
         _http",
    ),
    Setting::list(
        host_rules::SETTING,
        "HOSTS KEY=VALUE…",
        |s, given| put(&mut s.host_rules, host_rules::read(given)),
        "Rule for some hosts, the first that matches wins: `*.example.com delay=5s max_pages=1000`; \
         in a file also a table [[host]] with match = \"*.example.com\", behind all other settings. \
         Keys: delay, max_crawl_delay, concurrency, max_pages, max_bytes, max_errors, \
         robots (obey or ignore its robots.txt), blocked (ask for nothing). Repeatable",
    ),
    Setting::value(
        "robots",
        "POLICY",
        "obey",
        |s, given| put(&mut s.robots, given.choice(ROBOTS)),
        "obey robots.txt and page directives, or ignore them (on hosts of your own)",
    ),
    Setting::value(
        "contact",
        "URL|EMAIL",
        "",
        |s, given| put(&mut s.contact, given.one(header_text)),
        "How a site's owner reaches you; sent in the user agent and kept in the WARC files",
    )
    .common(),
    Setting::value(
        "user_agent",
        "TEXT",
        "",
        |s, given| put(&mut s.user_agent, given.one(header_text)),
        "Who we say we are, instead of crawler/VERSION (+CONTACT)",
    )
    .short('U'),
    Setting::value(
        "robots_agent",
        "NAME",
        "",
        |s, given| put(&mut s.robots_agent, given.one(agent_name)),
        "Whom robots.txt rules must name to mean us, instead of the user agent's first word",
    ),
    Setting::list(
        "header",
        "NAME: VALUE",
        |s, given| put(&mut s.headers, given.each(header)),
        "Header sent with every request. Of Authorization, Cookie, X-Api-Key and the like, stored requests \
         have *** as the value. Repeatable",
    )
    .short('H'),
];

const ROBOTS: &[(&str, RobotsPolicy)] =
    &[("obey", RobotsPolicy::Obey), ("ignore", RobotsPolicy::Ignore)];
