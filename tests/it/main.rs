//! The one integration test binary: it drives the real `crawler` binary against webs served on
//! loopback by this process, and compares what it leaves with what those webs must give.

#![expect(clippy::unwrap_used, reason = "all of this is test code: a failure is a failed test")]

mod addresses;
mod completeness;
mod configuration;
mod damage;
mod data;
mod demo;
mod doctor;
mod failures;
mod get;
mod harness;
mod hostile;
mod limits;
mod links;
mod politeness;
mod repair;
mod resources;
mod resume;
mod scope;
mod signals;
mod stats;
mod transfer;
mod webs;
