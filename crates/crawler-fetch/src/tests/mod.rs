//! Fetches from servers that are right, wrong, slow and hostile.

mod http1;
mod secure;
mod server;
mod timeouts;
