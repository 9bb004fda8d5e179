//! The one integration test binary: it drives the real `crawler` binary against webs served on
//! loopback by this process, and compares what it leaves with what those webs must give.

#![expect(clippy::unwrap_used, reason = "all of this is test code: a failure is a failed test")]

mod action_dir;
mod addresses;
mod admin;
mod admin_look;
mod aliases;
mod archive;
mod completeness;
mod configuration;
mod content;
mod crawl_log;
mod credentials;
mod ctl;
mod damage;
mod data;
mod demo;
mod diff;
mod doctor;
mod endings;
mod explain;
mod failures;
mod formats;
mod get;
mod harness;
mod hostile;
mod hosts;
mod http;
mod limits;
mod links;
mod otlp;
mod pages;
mod plan;
mod politeness;
mod proxy;
mod rebinding;
mod repair;
mod replay;
mod resources;
mod resume;
mod same_url;
mod scope;
mod scope_rules;
mod scripted;
mod service;
mod signals;
mod sinks;
mod site;
mod sitemaps;
mod stats;
mod transfer;
mod traps;
mod upload;
mod verify;
mod webs;
