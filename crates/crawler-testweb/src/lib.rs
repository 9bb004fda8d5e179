//! A deterministic, deliberately difficult web on loopback: the same [`WebConfig`] gives the same
//! pages byte for byte, whatever the machine. It serves tests, benchmarks and first contact.
//!
//! [`Web`] is the web as a pure function of (seed, host, target): it stores nothing per page, it
//! knows which URLs a correct polite crawl must fetch and which it must not. [`WebServer`] serves
//! one over HTTP/1.1 and HTTP/2, answers DNS for its names, and judges the crawler's manners
//! ([`ServerStats`]).
//!
//! Hosts are numbered from 0. Each is a tree of ordinary pages under `/` and a quarter of the
//! oddities (redirects, missing pages, odd encodings, traps …; see [`Web::expected`]), so that
//! four hosts show them all; a web of fewer hosts spreads all of them over those it has.
//!
//! [`HostileServer`] is another web, whose hosts mean harm: each does one thing wrong.
//!
//! What it is not: a server for anything but loopback, or a model of how the real web links.

mod answer;
mod coding;
mod compose;
mod config;
mod content;
mod draw;
mod error;
mod expected;
mod host;
mod hostile;
mod oddity;
mod pool;
mod report;
mod robots;
mod server;
mod tree;
mod web;

#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerBody, Framing};
pub use coding::Coding;
pub use config::{Errors, Latency, Naming, PageMix, Resumption, Tls, WebConfig};
pub use error::WebError;
pub use expected::{Expected, ExpectedKind, Role};
pub use hostile::{HostileConfig, HostileServer, Manners, Outcome};
pub use report::Report;
pub use server::{HostViolations, ServerStats, WebServer};
pub use web::Web;
