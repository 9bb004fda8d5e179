//! What happens, as it happens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::Status;

/// One event of the stream; its name is the SSE event type, the rest its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// Once a second.
    Status(Box<Status>),
    /// A URL has ended.
    Fetch(FetchEvent),
    /// The operator did something.
    Operator {
        /// When.
        at_ms: u64,
        /// What, for people.
        text: String,
    },
    /// The client is too slow, or there were more events than the stream lets through.
    Dropped {
        /// How many are missing here.
        events: u64,
    },
}

/// How a URL ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FetchEvent {
    /// When.
    pub at_ms: u64,
    /// As requested.
    pub url: String,
    /// HTTP status; none if there was no response.
    pub status: Option<u16>,
    /// Why there was none.
    pub reason: Option<String>,
    /// Bytes received.
    pub bytes: u64,
    /// From the request to the last byte.
    pub elapsed_ms: u64,
    /// Which shard.
    pub shard: u16,
    /// Links from a seed.
    pub depth: u16,
    /// Media type of the response.
    pub mime: Option<String>,
}

/// Samples of the past, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// Time between two samples.
    pub interval_ms: u64,
    /// At most 900.
    pub samples: Vec<Sample>,
}

/// The numbers of one moment, for charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// When.
    pub at_ms: u64,
    /// Responses so far.
    pub fetched: u64,
    /// URLs that failed so far.
    pub failed: u64,
    /// Bytes received so far.
    pub wire_bytes: u64,
    /// URLs that wait.
    pub queued: u64,
    /// URLs known.
    pub seen: u64,
    /// Fetches under way.
    pub in_flight: u64,
    /// CPU use of each shard, in thousandths of a core.
    pub busy_permille: Vec<u32>,
}
