//! Runs shards on cores and keeps them running.
//!
//! [`start()`] opens the data directory, spawns one pinned thread per shard, the store-writer
//! thread and the supervisor, and returns a [`CrawlHandle`]. The handle is all that a user
//! interface needs: it changes the [`Phase`] and reads [`Snapshot`]s.
//!
//! A shard owns its hosts: their queue, politeness, robots rules and connections are touched by
//! one thread only. Outlinks to hosts of other shards travel over bounded channels in batches
//! (`mesh.rs`); a page is settled only when every batch that carries one of its outlinks has been
//! admitted, so neither a crash nor a shard restart loses a link.
//!
//! This crate is not the place for parsing, protocol or file formats: those live in the crates
//! below it.

mod budget;
mod cgroup;
mod clock;
mod committed;
mod config;
mod control;
mod cores;
mod counters;
mod examine;
mod explain;
mod followers;
mod handle;
mod host_policy;
mod live;
mod lock;
mod memory;
mod mesh;
mod network;
mod observe;
mod open_files;
mod outstanding;
mod phase;
mod pressure;
mod rebuild;
mod release;
mod repair;
mod retries;
mod scope_cell;
mod shard;
mod shared;
mod snapshot;
mod start;
mod supervisor;
mod throughput;
mod transfer;
mod traps;
mod writer;

#[cfg(test)]
mod tests;

pub use cgroup::CgroupLimits;
pub use committed::{CommittedPages, committed_pages};
pub use config::{
    CanonicalLinks, Ceilings, Cookies, CrawlConfig, Limits, RobotsPolicy, Sitemaps, Start, WhenDone,
};
pub use control::{
    AuditEntry, ControlError, EndedPage, EndedState, EndedUrl, Health, HostList, HostOrder,
    HostOverride, HostPriority, HostQuery, HostReport, HostSort, HostState, OperatorStateError,
    QueuedPage, QueuedView, Reconfigured, SeedsTaken, ShardHealth,
};
pub use cores::usable_cores;
pub use counters::Counters;
pub use examine::{Examined, examine};
pub use explain::{QueuedUrl, StoredHost, StoredRobots, StoredUrl, explain_url};
pub use followers::FollowerState;
pub use handle::CrawlHandle;
pub use host_policy::{HostGlob, HostGlobError, HostRule};
pub use lock::is_in_use;
pub use memory::usable_memory_bytes;
pub use observe::{
    CapacityUse, CrawlEvent, EndKind, Histogram, IdleReason, IdleReport, QueueHolders,
    TimingReport, UrlEnded,
};
pub use phase::{FinalReport, Finish, Phase};
pub use rebuild::{Rebuilt, rebuild};
pub use release::{ReleaseError, release_trap};
pub use repair::{Repaired, check, repair};
pub use retries::{Cause, Retries, UnknownCause};
pub use snapshot::{ShardSnapshot, Snapshot, StatsError, read_stats};
pub use start::{StartError, start};
pub use transfer::{Brought, Import, ImportError, export_frontier};
pub use traps::{Trap, TrapRule, read_traps};
