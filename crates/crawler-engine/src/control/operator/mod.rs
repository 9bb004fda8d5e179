//! What an operator decides about a crawl: it is durable before the call that decides returns.

mod overrides;
mod state;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crawler_politeness::UnixMillis;
use crawler_url::HostKey;

pub use overrides::{HostOrder, HostOverride, HostPriority};
pub use state::OperatorStateError;
pub(crate) use state::{OperatorState, make_dir, operator_dir};

use super::ControlError;
use crate::clock;
use crate::control::AuditEntry;
use crate::handle::CrawlHandle;
use crate::phase::Phase;
use crate::shared::{Shared, locked};

/// Hosts that may be changed at a time; patterns of the configuration are for more.
const OVERRIDES_MAX: usize = 2_000;
/// No change ends by itself.
const NEVER: u64 = u64::MAX;

/// The decisions in force.
#[derive(Debug)]
pub(crate) struct Operator {
    data_dir: PathBuf,
    state: Mutex<OperatorState>,
    /// When the next change to a host ends.
    expires_at: AtomicU64,
}

impl Operator {
    pub(crate) fn new(data_dir: PathBuf, state: OperatorState) -> Self {
        let expires_at = AtomicU64::new(next_end(&state));
        Self { data_dir, state: Mutex::new(state), expires_at }
    }

    /// Whether the crawl was paused when it was last heard of.
    pub(crate) fn is_paused(&self) -> bool {
        locked(&self.state).paused
    }

    /// What was changed about a host.
    pub(crate) fn of(&self, host: &HostKey) -> Option<HostOverride> {
        locked(&self.state).hosts.get(host).cloned()
    }

    /// What was changed about all hosts, in force with [`Shared::publish_policies`].
    pub(crate) fn with_hosts<T>(
        &self,
        look: impl FnOnce(&std::collections::BTreeMap<HostKey, HostOverride>) -> T,
    ) -> T {
        look(&locked(&self.state).hosts)
    }

    /// Decides something: in force only if it could be saved.
    fn decide<T>(
        &self,
        change: impl FnOnce(&mut OperatorState) -> Result<T, ControlError>,
    ) -> Result<T, ControlError> {
        let mut state = locked(&self.state);
        let mut next = state.clone();
        let answer = change(&mut next)?;
        next.save(&self.data_dir).map_err(|source| ControlError::NotSaved {
            dir: operator_dir(&self.data_dir),
            source,
        })?;
        self.expires_at.store(next_end(&next), Ordering::Relaxed);
        *state = next;
        Ok(answer)
    }

    fn keep_paused(&self, paused: bool) {
        let kept = self.decide(|state| {
            state.paused = paused;
            Ok(())
        });
        if let Err(error) = kept {
            tracing::warn!(%error, paused, "a restart will not know of this");
        }
    }
}

fn next_end(state: &OperatorState) -> u64 {
    state.hosts.values().filter_map(|host| host.expires_at_ms).min().unwrap_or(NEVER)
}

impl Shared {
    /// Takes back the changes to hosts whose time is over.
    pub(crate) fn end_overrides(&self) {
        let now = clock::now();
        let operator = &self.control.operator;
        if operator.expires_at.load(Ordering::Relaxed) > now.0 {
            return;
        }
        let ended = operator.decide(|state| {
            let hosts = std::mem::take(&mut state.hosts);
            let (over, rest) = hosts.into_iter().partition(|(_, change)| change.is_over(now));
            state.hosts = rest;
            Ok::<std::collections::BTreeMap<_, _>, _>(over)
        });
        match ended {
            Ok(ended) => {
                self.publish_policies();
                for (host, change) in ended {
                    let entry = AuditEntry::own("host_change_ended", Some(host.as_str()));
                    self.control.audit.note(AuditEntry { reason: change.reason, ..entry });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a change to a host is over, but still in force");
                let later = now + std::time::Duration::from_secs(60);
                operator.expires_at.store(later.0, Ordering::Relaxed);
            }
        }
    }
}

impl CrawlHandle {
    /// Stops leasing and the crawl clock, also over restarts that wait when done; returns whether the
    /// crawl was running. That it cannot be kept for a restart is logged.
    #[expect(clippy::must_use_candidate, reason = "pausing is the point, the answer is a courtesy")]
    pub fn pause(&self) -> bool {
        let switched = self.shared().pause_or_resume(Phase::Running, Phase::Paused);
        if switched {
            self.shared().control.operator.keep_paused(true);
        }
        switched
    }

    /// Goes on after a pause; returns whether the crawl was paused.
    #[expect(
        clippy::must_use_candidate,
        reason = "resuming is the point, the answer is a courtesy"
    )]
    pub fn resume(&self) -> bool {
        let switched = self.shared().pause_or_resume(Phase::Paused, Phase::Running);
        if switched {
            self.shared().control.operator.keep_paused(false);
        }
        switched
    }

    /// What the operator has changed about a host.
    #[must_use]
    pub fn host_override(&self, host: &HostKey) -> Option<HostOverride> {
        self.shared().control.operator.of(host)
    }

    /// Changes what holds for a host, known or not; gives what is changed about it then. Durable when
    /// it returns, and heeded by the host's shard with the next turn of its loop. A shorter delay holds
    /// at once, except where the host itself asked for more.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for an order without sense, [`ControlError::TooManyHosts`],
    /// [`ControlError::NotSaved`]; nothing has changed then.
    pub fn change_host(
        &self,
        host: &HostKey,
        order: &HostOrder,
    ) -> Result<Option<HostOverride>, ControlError> {
        self.check_open()?;
        let now: UnixMillis = clock::now();
        let crawl = self.shared();
        let after = crawl.control.operator.decide(|state| {
            let after = order.apply(state.hosts.get(host), now)?;
            match &after {
                Some(change) => drop(state.hosts.insert(host.clone(), change.clone())),
                None => drop(state.hosts.remove(host)),
            }
            if state.hosts.len() > OVERRIDES_MAX {
                return Err(ControlError::TooManyHosts { max: OVERRIDES_MAX });
            }
            Ok(after)
        })?;
        crawl.publish_policies();
        Ok(after)
    }
}
