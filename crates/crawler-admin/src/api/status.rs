//! How the crawl is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the crawl is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The queues are being recovered.
    Starting,
    /// URLs are fetched.
    Running,
    /// The operator has paused it.
    Paused,
    /// It is short of disk or memory and fetches nothing.
    Held,
    /// Nothing is left to fetch; it waits for seeds.
    Waiting,
    /// It ends when the fetches in flight have ended.
    Draining,
    /// It writes what is left and ends.
    Stopping,
    /// It has ended.
    Stopped,
}

/// The state of a crawl.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// Why it is held, if it is.
    pub held: Option<String>,
    /// Version of the crawler.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Its data directory.
    pub data_dir: String,
    /// When this run began.
    pub started_at_ms: u64,
    /// Time crawled in this run, without pauses.
    pub elapsed_secs: f64,
    /// Recrawl generation, from 1.
    pub generation: u32,
    /// Means over the last ten seconds.
    pub rates: Rates,
    /// Over all runs on the data directory.
    pub totals: Totals,
    /// Fetched URLs by HTTP status.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub status: BTreeMap<u16, u64>,
    /// Failed URLs by reason.
    pub failed: BTreeMap<String, u64>,
    /// Skipped URLs by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Hosts by state.
    pub hosts: HostCounts,
    /// Each shard's share.
    pub shards: Vec<ShardStatus>,
    /// What capacity waits for.
    pub why_not_faster: WhyNotFaster,
    /// Memory of the process that is in RAM.
    pub memory_bytes: u64,
    /// What it may take.
    pub memory_limit_bytes: Option<u64>,
    /// Room on the data directory's disk.
    pub disk_free_bytes: Option<u64>,
    /// Shards restarted after a panic.
    pub restarts: u64,
    /// Times that a shard's loop stood still for 5 s.
    pub stalls: u64,
    /// Discovered minus ended minus queued; anything but 0 is a defect.
    pub accounting_error: i64,
}

/// Speeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rates {
    /// Responses.
    pub pages_per_second: f64,
    /// Response bytes as received.
    pub bytes_per_second: f64,
    /// URLs that failed.
    pub failed_per_second: f64,
}

/// Sums over all runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// URLs admitted to the frontier.
    pub discovered: u64,
    /// URLs that ended with a response.
    pub fetched: u64,
    /// URLs that ended with an error.
    pub failed: u64,
    /// URLs that were not asked for.
    pub skipped: u64,
    /// URLs that wait or are being fetched.
    pub queued: u64,
    /// Fetches under way.
    pub in_flight: u64,
    /// URLs known.
    pub seen: u64,
    /// Attempts that will be made again.
    pub retried: u64,
    /// Fetches that brought what was known.
    pub revisited: u64,
    /// Links found in pages.
    pub links_found: u64,
    /// Response bytes as received.
    pub wire_bytes: u64,
    /// Body bytes after content decoding.
    pub content_bytes: u64,
    /// Bytes of WARC files.
    pub warc_bytes: u64,
}

/// Hosts by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostCounts {
    /// All that were ever queued for.
    pub known: u64,
    /// May be asked now.
    pub ready: u64,
    /// In memory, and may be asked later.
    pub waiting: u64,
    /// Are being asked.
    pub in_flight: u64,
}

/// One shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShardStatus {
    /// Its number.
    pub shard: u16,
    /// Responses of this run.
    pub fetched: u64,
    /// URLs that wait or are being fetched.
    pub queued: u64,
    /// Fetches under way.
    pub in_flight: u32,
    /// Fetches that it may have under way.
    pub in_flight_max: u32,
    /// CPU use of its thread, in thousandths of a core.
    pub busy_permille: u32,
    /// Seconds of idle capacity in this run, by reason.
    pub idle_secs: BTreeMap<String, f64>,
}

/// Where the capacity to fetch goes that does not fetch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhyNotFaster {
    /// For people.
    pub sentence: String,
    /// Shares of the capacity over the last minute, the largest first.
    pub parts: Vec<IdlePart>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdlePart {
    /// In one word, as in the metric `crawler_idle_seconds_total`.
    pub reason: String,
    /// Part of the capacity, 0 to 1.
    pub share: f64,
}
