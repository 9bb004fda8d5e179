//! URLs, seeds and answers to commands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of seeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeedsAdded {
    /// New to the crawl, and safe on disk.
    pub accepted: u64,
    /// Known already.
    pub duplicate: u64,
    /// Not taken: how many.
    pub refused: u64,
    /// The first of those that were not taken (at most 100).
    pub problems: Vec<RefusedSeed>,
}

/// A seed that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedSeed {
    /// Line of the request's body, from 1.
    pub line: u64,
    /// As given, cut to 200 characters.
    pub text: String,
    /// Why.
    pub reason: String,
}

/// What became of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UrlState {
    /// It waits or is being fetched.
    Queued,
    /// It ended with a response.
    Fetched,
    /// It ended with an error.
    Failed,
    /// It was not asked for.
    Skipped,
}

/// One URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrlView {
    /// As requested.
    pub url: String,
    /// What became of it.
    pub state: UrlState,
    /// Reason of a failure or a skip, or the HTTP status.
    pub detail: Option<String>,
    /// Links from a seed.
    pub depth: Option<u16>,
    /// Where it was found.
    pub via: Option<String>,
    /// When it ended.
    pub at_ms: Option<u64>,
}

/// A part of a list of URLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrlPage {
    /// In the order of the queue or of the report.
    pub urls: Vec<UrlView>,
    /// What to ask for the next part with, if there is one.
    pub next_cursor: Option<String>,
}

/// How many URLs a command was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Requeued {
    /// URLs.
    pub urls: u64,
}

/// What a reload of the configuration changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reloaded {
    /// Settings that hold from now on.
    pub changed: Vec<String>,
    /// Settings that differ in the files and hold only after a restart.
    pub needs_restart: Vec<String>,
}

/// Which log lines are written: `info`, or directives such as `crawler_engine=debug,info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogLevel {
    /// The directives.
    #[schema(
        pattern = "^([a-z_]+=)?(off|error|warn|info|debug|trace)(,([a-z_]+=)?(off|error|warn|info|debug|trace))*$"
    )]
    pub level: String,
}

/// A plain answer, and every error: `{"message": …, "hint": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// What was done, or what is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
