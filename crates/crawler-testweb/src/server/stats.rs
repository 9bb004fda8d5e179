//! What has been asked of the server, and how politely.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::robots;

/// What has been asked of the server since it started. Manners are judged per host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerStats {
    /// Connections accepted.
    pub connections: u64,
    /// Connections closed because they came from outside loopback.
    pub connections_refused: u64,
    /// Requests, robots.txt included; not those to hosts the web has not.
    pub requests: u64,
    /// Body bytes of the answers, as sent.
    pub bytes: u64,
    /// Answers by status.
    pub status: BTreeMap<u16, u64>,
    /// Requests for robots.txt (and where it redirects to).
    pub robots_requests: u64,
    /// Hosts asked for anything.
    pub hosts_asked: u64,
    /// Different expected URLs asked for (see [`Web::expected`](crate::Web::expected)).
    pub expected_distinct: u64,
    /// Requests for expected URLs asked for before (retries and recrawls count too).
    pub expected_repeated: u64,
    /// Requests for targets that robots.txt disallows.
    pub disallowed: u64,
    /// Requests for targets no link leads to, those below `/trap/` included.
    pub unexpected: u64,
    /// Requests before the host's robots.txt was asked for.
    pub before_robots: u64,
    /// Requests to a host within the time its `Retry-After` asked to wait.
    pub before_retry_after: u64,
    /// Requests sooner after the one before than [`ServerStats::CRAWL_DELAY_MS`], on hosts that
    /// ask for it in robots.txt; a tenth of it is forgiven, as is what follows robots.txt.
    pub before_crawl_delay: u64,
    /// Most requests one host had in flight at once.
    pub host_concurrency_max: u32,
    /// Shortest time between the starts of two requests to one host, in milliseconds; requests
    /// for robots.txt do not count, nor does the first request after one.
    pub gap_ms_min: Option<f64>,
    /// The hosts with the most violations, worst first, at most [`ServerStats::WORST_MAX`].
    pub worst: Vec<HostViolations>,
}

/// The violations on one host; the names are those of [`ServerStats`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are documented in `ServerStats`")]
pub struct HostViolations {
    pub host: String,
    pub disallowed: u64,
    pub unexpected: u64,
    pub before_robots: u64,
    pub before_retry_after: u64,
    pub before_crawl_delay: u64,
}

impl HostViolations {
    pub(super) fn total(&self) -> u64 {
        self.disallowed
            + self.unexpected
            + self.before_robots
            + self.before_retry_after
            + self.before_crawl_delay
    }
}

impl ServerStats {
    /// Hosts listed in [`ServerStats::worst`].
    pub const WORST_MAX: usize = 20;
    /// Crawl delay that robots.txt of one host in eight asks for with
    /// [`Errors::Some`](crate::Errors::Some).
    pub const CRAWL_DELAY_MS: u64 = robots::CRAWL_DELAY_MS;

    /// Requests a polite and correct crawler would not have made, or not yet.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.disallowed
            + self.unexpected
            + self.before_robots
            + self.before_retry_after
            + self.before_crawl_delay
    }
}

impl fmt::Display for ServerStats {
    /// A few lines for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} requests on {} connections to {} hosts, {} body bytes",
            self.requests, self.connections, self.hosts_asked, self.bytes
        )?;
        let status: Vec<_> = self.status.iter().map(|(code, n)| format!("{code}: {n}")).collect();
        writeln!(f, "answers: {}", status.join(", "))?;
        writeln!(
            f,
            "expected urls: {} asked for, {} requests repeated; robots.txt: {} requests",
            self.expected_distinct, self.expected_repeated, self.robots_requests
        )?;
        let gap = self.gap_ms_min.map_or_else(|| "none".to_owned(), |ms| format!("{ms:.1} ms"));
        writeln!(
            f,
            "per host: at most {} requests at once, shortest gap {gap}",
            self.host_concurrency_max
        )?;
        write!(
            f,
            "violations: {} (disallowed {}, unexpected {}, before robots.txt {}, before \
             retry-after {}, before crawl-delay {})",
            self.violations(),
            self.disallowed,
            self.unexpected,
            self.before_robots,
            self.before_retry_after,
            self.before_crawl_delay
        )?;
        for host in &self.worst {
            write!(f, "\n  {}: {}", host.host, host.total())?;
        }
        Ok(())
    }
}
