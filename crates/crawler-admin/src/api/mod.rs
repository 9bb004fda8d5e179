//! What is said between the admin server and its clients, as JSON.
//!
//! Times are milliseconds since 1970 (`_at_ms`), durations are seconds (`_secs`) or milliseconds
//! (`_ms`), sizes are bytes.

mod event;
mod hosts;
mod status;
mod urls;

pub use event::{Event, FetchEvent, History, Sample};
pub use hosts::{HostChange, HostOverride, HostPage, HostPriority, HostSort, HostState, HostView};
pub use status::{HostCounts, IdlePart, Rates, ShardStatus, State, Status, Totals, WhyNotFaster};
pub use urls::{
    LogLevel, Message, RefusedSeed, Reloaded, Requeued, SeedsAdded, UrlPage, UrlState, UrlView,
};
