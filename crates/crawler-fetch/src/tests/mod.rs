//! Fetches from servers that are right, wrong, slow and hostile.

mod http1;
mod secure;
pub(crate) mod server;
mod timeouts;
