//! The closed set of things that capacity goes into or waits for.

use serde::{Deserialize, Serialize};

/// How many reasons there are.
pub(crate) const REASONS: usize = IdleReason::ALL.len();

/// What a place for a fetch is taken up by, or why it is empty.
///
/// A shard has places for so many fetches at once: that is its capacity. While its thread computes,
/// everything that could go on waits for it: the whole capacity counts as [`Cpu`](Self::Cpu). While
/// it rests, nothing is ready, and each place counts by what it waits for: one with a fetch by the
/// phase of that fetch, an empty one by why no URL was leased for it. So the times of all reasons
/// add up to the time that passed, and the largest is what an operator has to change first. It is
/// the wait-state profile of databases ("wall time = CPU + waits") with slots for sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleReason {
    /// A name is looked up: a nearer name server helps.
    Dns,
    /// A connection is made: hosts are far away or do not answer; more fetches at once help.
    Connect,
    /// A TLS handshake is made.
    Tls,
    /// The server thinks: more fetches at once help.
    FirstByte,
    /// A body comes in: the network, or the servers' upstream, is the limit.
    Body,
    /// Hosts have URLs but may not be asked yet: more hosts help, or a shorter delay where one may.
    Politeness,
    /// Nothing is queued anywhere: more seeds or a wider scope help.
    Empty,
    /// This shard has nothing, while another is at its limit: other hosts, or fewer workers.
    Imbalance,
    /// The limits on requests or bytes per second are reached.
    Rate,
    /// All pages that may still be fetched are reserved.
    Budget,
    /// The store writer, the seen set or the database is behind: a faster disk helps.
    Store,
    /// Memory or disk is short.
    Pressure,
    /// Open files are short.
    Files,
    /// The crawl is paused, starting or ending.
    Paused,
    /// The shard's thread has no time: more cores help.
    Cpu,
}

impl IdleReason {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::FirstByte,
        Self::Body,
        Self::Politeness,
        Self::Empty,
        Self::Imbalance,
        Self::Rate,
        Self::Budget,
        Self::Store,
        Self::Pressure,
        Self::Files,
        Self::Paused,
        Self::Cpu,
    ];

    /// Its name in metrics, statistics and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::FirstByte => "first_byte",
            Self::Body => "body",
            Self::Politeness => "politeness",
            Self::Empty => "empty",
            Self::Imbalance => "imbalance",
            Self::Rate => "rate",
            Self::Budget => "budget",
            Self::Store => "store",
            Self::Pressure => "pressure",
            Self::Files => "files",
            Self::Paused => "paused",
            Self::Cpu => "cpu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_everywhere_and_the_order_is_that_of_the_list() {
        for (at, reason) in IdleReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, at);
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
