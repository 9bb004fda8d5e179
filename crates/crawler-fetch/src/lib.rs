//! Turns a URL into a fetch outcome within limits: name look-up, address policy, connect, TLS,
//! HTTP/1.1 or HTTP/2, and content decoding.
//!
//! One [`Fetcher`] serves one shard. It keeps no pool: a [`Connection`] that can be used again is
//! handed to the caller with the outcome, and given back with the next request. Everything here is
//! driven by the caller's task on a single-threaded runtime; HTTP/2 needs a `LocalSet` around it.
//!
//! What a server does wrong is an expected outcome, never an error of this crate: see
//! [`FetchFailure`] for fetches without a response and [`Truncated`] for those with a part of one.

mod address;
mod body;
mod config;
mod connect;
mod connection;
mod cookies;
mod decode;
mod dns;
mod exchange;
mod failure;
mod fetcher;
mod host_headers;
mod hosts;
mod network;
mod proxy;
mod render;
mod request;
mod response;
mod setup;
mod tee;
mod timings;
mod tls;
mod watchdog;

#[cfg(test)]
mod tests;

pub use address::{AddressPolicy, RefusedAddress};
pub use config::{FetchConfig, Http2};
pub use connection::Connection;
pub use cookies::CookieJar;
pub use decode::{DecodeEnd, DecodeLimits, Decoded, decode};
pub use failure::{FailureKind, FetchFailure, Phase};
pub use fetcher::{Fetcher, Resolved};
pub use host_headers::HostHeader;
pub use hosts::{HostPattern, HostPatternError};
pub use network::{Network, NetworkError};
pub use proxy::{Proxy, ProxyError, ProxyProtocol, ProxyRule};
pub use request::{FetchRequest, Validators};
pub use response::{Fetched, Protocol, Response, Truncated};
pub use setup::FetchSetupError;
pub use timings::Timings;
pub use tls::TlsRoots;
