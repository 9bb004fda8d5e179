//! The admin interface of a running crawl: what an operator asks and tells it over HTTP.
//!
//! [`api`] has what is said, for the server here and for clients elsewhere. [`listen()`] takes the
//! address before the crawl begins, [`AdminServer`] answers while it runs, on a thread and a runtime of
//! its own, so that it answers however busy the shards are. What only the process can do stands
//! behind [`Process`]. [`metrics`] is what Prometheus asks for.
//!
//! Whoever may reach a loopback address may read; what changes the crawl, and everything when bound
//! elsewhere, needs the token that [`token`] keeps. [`metrics`] is what Prometheus asks for.

pub mod api;
mod channel_body;
mod connections;
mod dashboard;
mod extract;
mod fetches;
mod guard;
mod health;
mod host_view;
mod lines;
mod machine;
pub mod metrics;
mod openapi;
mod problem;
mod process;
mod routes;
mod sampler;
mod seed_reader;
mod server;
mod state;
mod status;
mod timestamp;
pub mod token;

pub use health::fault;
pub use openapi::document;
pub use process::{Process, Refused};
pub use seed_reader::{SeedFormat, SeedReader};
pub use server::{AdminServer, ListenError, Options, ServerError, listen};
