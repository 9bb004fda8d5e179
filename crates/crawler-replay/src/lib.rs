//! Serves what a crawl has stored over HTTP, as it was: a small Wayback machine for one directory.
//!
//! `/web/20261121230000/https://example.com/` is a page as it was at that time. Its links lead to other
//! captures, not to the web: those of HTML and style sheets are rewritten, and a policy
//! (Content-Security-Policy) keeps the browser from asking anybody else. Times and links between
//! captures are told as RFC 7089 (Memento) has it.
//!
//! What this crate is not: it fetches nothing, changes nothing in the directory but the sorted copy of
//! its index, and is no proxy.

mod answer;
mod archive;
mod capture_time;
mod content;
mod guard;
mod headers;
mod memento;
mod pages;
mod server;
mod web_path;

pub use server::{Banner, Options, ReplayError, ReplayServer, Scripts};
