//! Remembers durably what to fetch next.
//!
//! Two sides that meet in [`Ops`]:
//!
//! - [`Frontier`]: one shard's hosts and their queues, as plain state of the shard's thread. It
//!   writes nothing; every change becomes part of the next [`Frontier::take_ops`].
//! - [`FrontierDb`]: the store, owned by the thread that writes. Each [`FrontierDb::commit`] makes
//!   the merged changes of all shards durable in one step, together with a payload of the caller's
//!   (where the captures' files end), so that the two never disagree after a crash.
//!
//! Reads go the short way: a [`FrontierReader`] looks into the store from any thread.
//!
//! After a crash the frontier is as of the last commit. A URL that was leased then is leased
//! again: fetched twice at worst, never lost. Hosts keep their politeness state.
//!
//! On disk, below the directory given to [`FrontierDb::open`]:
//!
//! | file | holds |
//! |---|---|
//! | `db/` | an LSM store: queue, hosts and when they are due, robots, pages, seeds, and the checkpoint row |
//! | `seen/` | sorted runs of the fingerprints of every URL admitted in this generation |
//!
//! This crate neither fetches nor reads a clock, and starts no thread but the store's own.

mod candidate;
mod chunk;
mod class;
mod db;
mod due;
mod due_row;
mod error;
mod frontier;
mod hash;
mod host_queue;
mod host_row;
mod key;
mod ops;
mod page;
mod parked;
mod reader;
mod record;
mod robots_row;
pub mod seen;
mod seen_row;
mod slot_row;
pub mod transfer;
mod varint;

pub use candidate::{Candidate, Hop, Hops, Source};
pub use db::{FrontierDb, KnownUrls, Mended};
pub use due::Turn;
pub use error::FrontierError;
pub use frontier::{
    Admitted, Arrangement, Disposition, Frontier, FrontierLimits, HostCounts, Intake, Lease, Next,
    NextOf, Shed, Summoned, Tally, TallyId, Wake,
};
pub use host_row::HostTotals;
pub use ops::Ops;
pub use page::PageMemory;
pub use reader::{FrontierReader, HostSummary, QueuePlace};
pub use robots_row::{RobotsMemory, RobotsText};

#[cfg(test)]
mod tests;
