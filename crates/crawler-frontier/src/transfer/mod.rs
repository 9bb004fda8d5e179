//! A frontier on its way in or out: everything durable of it as a stream of [`Item`]s, and lists of
//! URLs taken in without a crawl.
//!
//! - [`export()`] visits all of a store, in the order in which [`Restore`] takes it: a
//!   [`Header`], seeds, each host with its robots.txt and its queue, remembered pages, the seen
//!   set, undecided URLs, and at last how many there were of each, so that a stream cut short is
//!   told from a whole one.
//! - [`Restore`] makes an empty store hold the same.
//! - [`Feed`] queues URLs; [`FrontierDb::mark_seen`](crate::FrontierDb::mark_seen) only remembers
//!   them as seen.
//!
//! All of them take memory that does not grow with the frontier. How items are written as text is
//! the caller's.

mod export;
mod feed;
mod hex;
mod item;
mod mark;
mod restore;
mod restore_error;
#[cfg(test)]
mod tests;

pub use export::export;
pub(crate) use export::url_item;
pub use feed::Feed;
pub use item::{
    Header, HostItem, Item, PageItem, RobotsItem, RulesText, SeenKeys, Totals, UrlItem, VERSION,
};
pub use restore::Restore;
pub(crate) use restore::is_unfinished;
pub use restore_error::RestoreError;
