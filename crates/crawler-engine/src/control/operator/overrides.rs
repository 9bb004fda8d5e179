//! What an operator changes about single hosts.

use std::time::Duration;

use crawler_politeness::UnixMillis;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;

/// Characters of a reason.
const REASON_CHARS_MAX: usize = 1000;

/// What an operator has changed about a host; it holds before the rules of the configuration, which
/// stay as they are, and over restarts, until it ends or is taken back. A host that a rule of the
/// configuration blocks stays blocked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostOverride {
    /// Shortest pause between two requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Fetches at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u16>,
    /// Responses to fetch; further URLs are skipped with reason `host_limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<u64>,
    /// Bytes to receive; further URLs are skipped with reason `host_bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Failures to put up with; further URLs are skipped with reason `host_errors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_errors: Option<u32>,
    /// Before or after other hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<HostPriority>,
    /// Nothing is sent to it before; its URLs wait. What is under way ends normally.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_until_ms: Option<u64>,
    /// Why, for whoever looks later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When all this ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
}

/// Which host is asked first, of those in memory whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostPriority {
    /// Before all others.
    High,
    /// The one that waits longest.
    Normal,
    /// After all others.
    Low,
}

/// A change to a [`HostOverride`]: what is `None` stays, what is `Some(None)` is taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostOrder {
    /// See [`HostOverride::delay_ms`].
    pub delay_ms: Option<Option<u64>>,
    /// See [`HostOverride::concurrency`]; at least 1.
    pub concurrency: Option<Option<u16>>,
    /// See [`HostOverride::max_pages`].
    pub max_pages: Option<Option<u64>>,
    /// See [`HostOverride::max_bytes`].
    pub max_bytes: Option<Option<u64>>,
    /// See [`HostOverride::max_errors`].
    pub max_errors: Option<Option<u32>>,
    /// See [`HostOverride::priority`].
    pub priority: Option<Option<HostPriority>>,
    /// See [`HostOverride::blocked_until_ms`].
    pub blocked_until_ms: Option<Option<u64>>,
    /// Why.
    pub reason: Option<String>,
    /// All changes to the host end after this time; longer than zero.
    pub ttl: Option<Duration>,
}

impl HostOrder {
    /// What holds after the order; `None` when nothing is left of the changes.
    pub(super) fn apply(
        &self,
        before: Option<&HostOverride>,
        now: UnixMillis,
    ) -> Result<Option<HostOverride>, ControlError> {
        self.check()?;
        let mut after = before.cloned().unwrap_or_default();
        after.delay_ms = self.delay_ms.unwrap_or(after.delay_ms);
        after.concurrency = self.concurrency.unwrap_or(after.concurrency);
        after.max_pages = self.max_pages.unwrap_or(after.max_pages);
        after.max_bytes = self.max_bytes.unwrap_or(after.max_bytes);
        after.max_errors = self.max_errors.unwrap_or(after.max_errors);
        after.priority = self.priority.unwrap_or(after.priority);
        after.blocked_until_ms = self.blocked_until_ms.unwrap_or(after.blocked_until_ms);
        if let Some(reason) = &self.reason {
            after.reason = Some(reason.clone());
        }
        if let Some(ttl) = self.ttl {
            after.expires_at_ms = Some((now + ttl).0);
        }
        Ok((!after.changes_nothing()).then_some(after))
    }

    fn check(&self) -> Result<(), ControlError> {
        let invalid = |what: &str| Err(ControlError::Invalid { detail: what.to_owned() });
        if self.concurrency == Some(Some(0)) {
            return invalid("concurrency must be at least 1; to stop fetching set blocked_until");
        }
        if self.ttl.is_some_and(|ttl| ttl.is_zero()) {
            return invalid("a change must last for at least a second");
        }
        if self.reason.as_ref().is_some_and(|text| text.chars().count() > REASON_CHARS_MAX) {
            return invalid("the reason is longer than 1000 characters");
        }
        Ok(())
    }
}

impl HostOverride {
    fn changes_nothing(&self) -> bool {
        let bare = Self { reason: None, expires_at_ms: None, ..self.clone() };
        bare == Self::default()
    }

    pub(super) fn is_over(&self, now: UnixMillis) -> bool {
        self.expires_at_ms.is_some_and(|at| at <= now.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_stays_and_what_is_null_is_taken_back() {
        let now = UnixMillis(1_000);
        let first = HostOrder {
            delay_ms: Some(Some(5)),
            concurrency: Some(Some(2)),
            reason: Some("slow".to_owned()),
            ttl: Some(Duration::from_secs(3)),
            ..HostOrder::default()
        };
        let after = first.apply(None, now).unwrap().unwrap();
        let expected = HostOverride {
            delay_ms: Some(5),
            concurrency: Some(2),
            reason: Some("slow".to_owned()),
            expires_at_ms: Some(4_000),
            ..HostOverride::default()
        };
        assert_eq!(after, expected);
        assert!(!after.is_over(UnixMillis(3_999)) && after.is_over(UnixMillis(4_000)));
        let second = HostOrder { delay_ms: Some(None), ..HostOrder::default() };
        let after = second.apply(Some(&after), now).unwrap().unwrap();
        assert_eq!(after, HostOverride { delay_ms: None, ..expected });
        let third = HostOrder { concurrency: Some(None), ..HostOrder::default() };
        assert_eq!(third.apply(Some(&after), now).unwrap(), None, "a reason alone changes nothing");
    }

    #[test]
    fn orders_without_sense_are_refused() {
        let orders = [
            HostOrder { concurrency: Some(Some(0)), ..HostOrder::default() },
            HostOrder { ttl: Some(Duration::ZERO), ..HostOrder::default() },
            HostOrder { reason: Some("x".repeat(1001)), ..HostOrder::default() },
        ];
        for order in orders {
            let refused = order.apply(None, UnixMillis(0));
            assert!(matches!(refused, Err(ControlError::Invalid { .. })), "{order:?}");
        }
    }
}
