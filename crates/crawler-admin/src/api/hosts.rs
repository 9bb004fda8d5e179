//! Hosts, and what an operator changes about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a host waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// It may be asked now.
    Ready,
    /// It is paced: its next time has not come.
    Waiting,
    /// It asked for less, and is left alone for longer.
    BackingOff,
    /// It does not answer, and is probed now and then.
    Dead,
    /// The operator has closed it.
    Blocked,
    /// Nothing is queued for it.
    Idle,
}

/// A host as of the last commit, at most about a second ago.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostView {
    /// Its name, and the port if it is not the usual one.
    pub host: String,
    /// Whether it waits, and for what.
    pub state: HostState,
    /// The shard that owns it.
    pub shard: u16,
    /// URLs that wait or are being fetched.
    pub queued: u64,
    /// Responses.
    pub fetched: u64,
    /// URLs that failed.
    pub failed: u64,
    /// URLs that were not asked for.
    pub skipped: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Failed fetches and 5xx responses.
    pub errors: u32,
    /// When it may be asked next.
    pub next_fetch_at_ms: u64,
    /// Pause between two requests now, all rules considered.
    pub delay_ms: u64,
    /// Recent response time.
    pub response_ms: Option<u64>,
    /// Throttlings in a row.
    pub backoff_level: u8,
    /// Failures in a row.
    pub failures_in_a_row: u32,
    /// What the operator changed.
    #[serde(rename = "override")]
    pub overridden: Option<HostOverride>,
}

/// What an operator changed about a host; it stays over restarts until it ends or is taken back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostOverride {
    /// Shortest pause between two requests.
    pub delay_ms: Option<u64>,
    /// Fetches at once.
    pub concurrency: Option<u16>,
    /// Responses to fetch.
    pub max_pages: Option<u64>,
    /// Bytes to receive.
    pub max_bytes: Option<u64>,
    /// Failures to put up with.
    pub max_errors: Option<u32>,
    /// Before or after the others.
    pub priority: Option<HostPriority>,
    /// It is not asked before; its URLs wait.
    pub blocked_until_ms: Option<u64>,
    /// Why, for whoever looks later.
    pub reason: Option<String>,
    /// When all this ends by itself.
    pub expires_at_ms: Option<u64>,
}

/// Which host is asked first, of those whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostPriority {
    /// Before all others.
    High,
    /// The one that waits longest.
    Normal,
    /// After all others.
    Low,
}

/// A change to a host. What is absent stays as it is, what is `null` is taken back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostChange {
    /// Shortest pause between two requests.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, format = "uint64", maximum = 18_446_744_073_709_551_615_u64)]
    pub delay_ms: Option<Option<u64>>,
    /// Fetches at once, at least 1.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 65535)]
    pub concurrency: Option<Option<u16>>,
    /// Responses to fetch.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, format = "uint64", maximum = 18_446_744_073_709_551_615_u64)]
    pub max_pages: Option<Option<u64>>,
    /// Bytes to receive.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, format = "uint64", maximum = 18_446_744_073_709_551_615_u64)]
    pub max_bytes: Option<Option<u64>>,
    /// Failures to put up with.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, maximum = 4_294_967_295_u64)]
    pub max_errors: Option<Option<u32>>,
    /// Before or after the others.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<HostPriority>)]
    pub priority: Option<Option<HostPriority>>,
    /// The host is not asked before; `18446744073709551615` is for ever.
    #[serde(default, with = "double", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, format = "uint64", maximum = 18_446_744_073_709_551_615_u64)]
    pub blocked_until_ms: Option<Option<u64>>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
    /// All changes to the host end after so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub ttl_secs: Option<u64>,
}

/// Tells a field that is absent from one that is `null`.
mod double {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::option_option, reason = "the form that serde calls")]
    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Some)
    }

    #[expect(clippy::ref_option, clippy::option_option, reason = "the form that serde calls")]
    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }
}

/// In which order hosts are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostSort {
    /// The longest queue first.
    #[default]
    Queued,
    /// The most responses first.
    Fetched,
    /// The most failures first.
    Errors,
    /// The one that waits longest from now first.
    Wait,
    /// As stored, which is the cheapest and the only one that goes on without end.
    Stored,
}

/// A part of the list of hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostPage {
    /// In the order asked for.
    pub hosts: Vec<HostView>,
    /// What to ask for the next part with, if there is one.
    pub next_cursor: Option<String>,
}
