//! Hosts that do not answer: when to leave them alone, and when to give them up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::UnixMillis;

/// The layer at which a host failed to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureClass {
    /// Its name has no address, or the name servers do not say.
    #[default]
    Dns,
    /// No connection came about.
    Tcp,
    /// The handshake failed.
    Tls,
    /// It was asked and gave no HTTP response.
    Http,
}

impl FailureClass {
    /// The reason that URLs of a host given up for it are reported with.
    #[must_use]
    pub fn dead_reason(self) -> &'static str {
        match self {
            Self::Dns => "host_dead_dns",
            Self::Tcp => "host_dead_tcp",
            Self::Tls => "host_dead_tls",
            Self::Http => "host_dead_http",
        }
    }
}

/// When a host counts as dead.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakerConfig {
    /// Failures in a row after which a host is only probed. 0 is never.
    pub failures_max: u16,
    /// Failed probes after which it is given up.
    pub probes_max: u16,
    /// Pause before the first probe; doubles with each further one.
    pub interval_first: Duration,
    /// Longest pause that doubling leads to.
    pub interval_max: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self {
            failures_max: 5,
            probes_max: 3,
            interval_first: Duration::from_secs(60),
            interval_max: Duration::from_secs(60 * 60),
        }
    }
}

impl BreakerConfig {
    /// The pause after failure number `count` in a row; `None` while the host is only unlucky.
    fn interval(&self, count: u16) -> Option<Duration> {
        let probes = count.checked_sub(self.failures_max).filter(|_| self.failures_max > 0)?;
        let factor = 1_u32.checked_shl(u32::from(probes)).unwrap_or(u32::MAX);
        Some(self.interval_first.saturating_mul(factor).min(self.interval_max))
    }

    fn count_max(&self) -> u16 {
        match self.failures_max {
            0 => u16::MAX,
            failures_max => failures_max.saturating_add(self.probes_max),
        }
    }
}

/// What is to be expected of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers, or has not failed often enough.
    Alive,
    /// One URL may ask whether it answers again; the others wait.
    Probed(FailureClass),
    /// It is given up for now: its URLs need not wait.
    Dead(FailureClass),
}

/// Failures since the last response: part of a host's durable pace.
///
/// They count in a row whatever their classes, so that a host that fails now in this way and now in
/// that is found out too; the class of the last one names the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRun {
    count: u16,
    class: FailureClass,
    /// End of the pause that the last one brought. Those that come in before are of the same incident.
    until: UnixMillis,
}

impl FailureRun {
    /// How many incidents.
    #[must_use]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// End of the pause that the last one brought.
    pub(crate) fn until(&self) -> UnixMillis {
        self.until
    }

    /// What is to be expected of the host.
    #[must_use]
    pub fn standing(&self, now: UnixMillis, config: &BreakerConfig) -> Standing {
        if config.interval(self.count).is_none() {
            Standing::Alive
        } else if self.count >= config.count_max() && now < self.until {
            Standing::Dead(self.class)
        } else {
            Standing::Probed(self.class)
        }
    }

    /// Counts a failure; `false` when it belongs to an incident that was counted already.
    pub(crate) fn count_one(
        &mut self,
        now: UnixMillis,
        class: FailureClass,
        config: &BreakerConfig,
    ) -> bool {
        if self.count > 0 && now < self.until {
            return false;
        }
        self.count = self.count.saturating_add(1).min(config.count_max());
        self.class = class;
        true
    }

    /// The pause that the last failure brings instead of the usual one, if any.
    pub(crate) fn interval(&self, config: &BreakerConfig) -> Option<Duration> {
        config.interval(self.count)
    }

    pub(crate) fn pause_until(&mut self, until: UnixMillis) {
        self.until = until;
    }

    pub(crate) fn bound(&mut self, latest: UnixMillis) {
        self.until = self.until.min(latest);
    }
}

#[cfg(test)]
mod tests;
