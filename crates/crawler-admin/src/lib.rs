//! The admin interface of a running crawl: what an operator asks and tells it over HTTP.
//!
//! [`api`] has what is said, for the server here and for clients elsewhere.

pub mod api;
