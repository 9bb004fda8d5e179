//! Looking into a running crawl, as of its last commit.

mod ended;
mod explain;
mod hosts;
mod queued;
mod report;

pub use ended::{EndedPage, EndedState, EndedUrl};
pub use hosts::{HostList, HostQuery, HostSort};
pub use queued::{QueuedPage, QueuedView};
pub use report::{HostReport, HostState};
