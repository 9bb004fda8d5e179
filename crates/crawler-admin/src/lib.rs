//! The admin interface of a running crawl: what an operator asks and tells it over HTTP.
//!
//! [`api`] has what is said, for the server here and for clients elsewhere.
//! [`metrics`] is what Prometheus asks for.

pub mod api;
pub mod metrics;
