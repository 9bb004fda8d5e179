//! Which attempts are made again, and how often.
//!
//! An attempt that is made again leaves its slot at once: the URL goes to the end of its host's queue,
//! with one more attempt counted. It waits there for four times the host's delay, four times as long
//! before each further attempt, and the host's pace (back-off, `Retry-After`) decides when the host is
//! asked at all. So every URL ends in exactly one way:
//!
//! | end | where it is told |
//! |---|---|
//! | fetched | `pages/pages.jsonl`, counted under its status |
//! | redirected | the same, with the target in `redirect`; the target is a URL of its own |
//! | not modified | the same with status 304, as a revisit of the stored page |
//! | skipped | `reports/skipped.jsonl`: `robots`, `host_limit`, `host_dropped`, `address_refused`, `frontier_full` |
//! | failed | `reports/skipped.jsonl`: a name of [`FailureKind`], or `internal` |
//! | queued | the frontier; nothing yet, or attempts that failed and will be made again |
//!
//! A response whose status is retried is stored only when no attempt is left: it is then fetched.

use std::str::FromStr;

use crawler_fetch::FailureKind;

/// What an attempt may fail by, as far as another may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Name servers did not answer, or not in time.
    Dns,
    /// No connection came about, or not in time; a proxy failed to make it.
    Connect,
    /// The TLS handshake was refused, by either side. Not retried unless asked for: what a certificate
    /// lacks now it lacks in a minute.
    Tls,
    /// The answer did not begin or end in time.
    Timeout,
    /// The connection broke before the answer.
    Reset,
    /// The answer has one of [`Retries::statuses`].
    Status,
}

impl Cause {
    /// All causes with their names in settings.
    pub const ALL: [(&'static str, Self); 6] = [
        ("dns", Self::Dns),
        ("connect", Self::Connect),
        ("tls", Self::Tls),
        ("timeout", Self::Timeout),
        ("reset", Self::Reset),
        ("status", Self::Status),
    ];

    /// The cause of a failure; `None` for one that no further attempt mends.
    #[must_use]
    pub fn of(kind: FailureKind) -> Option<Self> {
        use crawler_fetch::Phase;
        Some(match kind {
            FailureKind::Dns | FailureKind::Timeout(Phase::Dns) => Self::Dns,
            FailureKind::Connect | FailureKind::Proxy | FailureKind::Timeout(Phase::Connect) => {
                Self::Connect
            }
            FailureKind::Tls => Self::Tls,
            FailureKind::Timeout(Phase::Tls | Phase::FirstByte | Phase::Total) => Self::Timeout,
            FailureKind::Reset => Self::Reset,
            FailureKind::DnsNoSuchHost
            | FailureKind::AddressRefused
            | FailureKind::Protocol
            | FailureKind::HeadTooLarge
            // Never an attempt: nothing was asked.
            | FailureKind::TooManyOpenFiles => return None,
        })
    }
}

/// No cause has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a cause of retries")]
pub struct UnknownCause(String);

impl FromStr for Cause {
    type Err = UnknownCause;

    fn from_str(name: &str) -> Result<Self, UnknownCause> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, cause)| cause).ok_or_else(|| UnknownCause(name.to_owned()))
    }
}

/// Further attempts after a failed one, per URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// For every cause that has no number of its own; [`Cause::Tls`] has 0 then.
    pub attempts: u8,
    /// Causes with a number of their own; of several the last counts.
    pub by_cause: Vec<(Cause, u8)>,
    /// Statuses that may go away by themselves.
    pub statuses: Vec<u16>,
}

impl Retries {
    /// Further attempts after a failure of this kind.
    pub(crate) fn after_failure(&self, kind: FailureKind) -> u8 {
        Cause::of(kind).map_or(0, |cause| self.after(cause))
    }

    /// Further attempts after an answer with this status.
    pub(crate) fn after_status(&self, status: u16) -> u8 {
        if self.statuses.contains(&status) { self.after(Cause::Status) } else { 0 }
    }

    fn after(&self, cause: Cause) -> u8 {
        let own = self.by_cause.iter().rev().find(|(of, _)| *of == cause);
        let usual = if cause == Cause::Tls { 0 } else { self.attempts };
        own.map_or(usual, |(_, attempts)| *attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crawler_fetch::Phase;

    /// Attempts with 3 for all, 1 for resets and 2 for TLS.
    const TABLE: &[(FailureKind, u8, u8)] = &[
        // Kind, with the usual numbers, with those of its own.
        (FailureKind::Dns, 3, 3),
        (FailureKind::DnsNoSuchHost, 0, 0),
        (FailureKind::AddressRefused, 0, 0),
        (FailureKind::Connect, 3, 3),
        (FailureKind::Proxy, 3, 3),
        (FailureKind::Tls, 0, 2),
        (FailureKind::Timeout(Phase::Dns), 3, 3),
        (FailureKind::Timeout(Phase::Connect), 3, 3),
        (FailureKind::Timeout(Phase::Tls), 3, 3),
        (FailureKind::Timeout(Phase::FirstByte), 3, 3),
        (FailureKind::Timeout(Phase::Total), 3, 3),
        (FailureKind::Reset, 3, 1),
        (FailureKind::Protocol, 0, 0),
        (FailureKind::HeadTooLarge, 0, 0),
    ];

    #[test]
    fn every_kind_of_failure_has_its_number() {
        let usual = Retries { attempts: 3, by_cause: Vec::new(), statuses: vec![500] };
        let by_cause = vec![(Cause::Reset, 9), (Cause::Tls, 2), (Cause::Reset, 1)];
        let own = Retries { by_cause, ..usual.clone() };
        let kinds: Vec<_> = TABLE.iter().map(|(kind, ..)| *kind).collect();
        assert_eq!(kinds, FailureKind::ALL);
        for (kind, as_usual, as_own) in TABLE {
            assert_eq!(usual.after_failure(*kind), *as_usual, "{kind}");
            assert_eq!(own.after_failure(*kind), *as_own, "{kind}");
        }
        assert_eq!((usual.after_status(500), usual.after_status(503)), (3, 0));
        let never = Retries { by_cause: vec![(Cause::Status, 0)], ..usual };
        assert_eq!(never.after_status(500), 0);
    }
}
