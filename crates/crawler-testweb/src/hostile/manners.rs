//! What the server saw of a crawl.

use std::fmt;

/// Requests that a polite crawl would not have made, or not yet, by kind; and the circumstances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manners {
    /// Requests, robots.txt included.
    pub requests: u64,
    /// Hosts asked for anything.
    pub hosts: u64,
    /// Most requests that one address had in flight at once.
    pub address_at_once_max: u32,
    /// While another request to the host was in flight.
    pub host_at_once: u64,
    /// While as many as allowed were in flight to the address.
    pub address_at_once: u64,
    /// Sooner after the host's last one than allowed; redirects of robots.txt do not count.
    pub host_too_soon: u64,
    /// Sooner after earlier ones to the address than allowed.
    pub address_too_soon: u64,
    /// Before robots.txt was asked for.
    pub before_robots: u64,
    /// For what robots.txt disallows.
    pub disallowed: u64,
    /// Before the time that `Retry-After` named.
    pub before_retry_after: u64,
    /// For what no link leads to, or to hosts that do not exist.
    pub unexpected: u64,
    /// The first violations, at most [`Manners::LISTED_MAX`], in words.
    pub listed: Vec<String>,
}

impl Manners {
    /// Violations told one by one.
    pub const LISTED_MAX: usize = 20;

    /// Requests that should not have been made.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.host_at_once
            + self.address_at_once
            + self.host_too_soon
            + self.address_too_soon
            + self.before_robots
            + self.disallowed
            + self.before_retry_after
            + self.unexpected
    }
}

impl fmt::Display for Manners {
    /// A few lines for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} requests to {} hosts, at most {} at once to an address",
            self.requests, self.hosts, self.address_at_once_max
        )?;
        write!(
            f,
            "violations: {} (two at once to a host {}, too many at once to an address {}, too soon \
             for the host {}, for the address {}, before robots.txt {}, disallowed {}, before \
             retry-after {}, unexpected {})",
            self.violations(),
            self.host_at_once,
            self.address_at_once,
            self.host_too_soon,
            self.address_too_soon,
            self.before_robots,
            self.disallowed,
            self.before_retry_after,
            self.unexpected
        )?;
        self.listed.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}
