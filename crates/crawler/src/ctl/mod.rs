//! The client of the admin interface: finds a running crawl, asks it, and shows what it says.

mod address;
mod client;
mod events;
pub(crate) mod show;

pub(crate) use address::Address;
pub(crate) use client::{Answer, Client, Refused};
pub(crate) use events::RawEvent;
