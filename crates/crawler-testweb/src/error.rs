//! Why a web cannot be built or served.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why [`Web::build`](crate::Web::build) or [`WebServer::start`](crate::WebServer::start) failed.
#[derive(Debug, Error)]
pub enum WebError {
    /// A number of the configuration is outside its range.
    #[error("{name} is {value}, it must be from {min} to {max}")]
    OutOfRange {
        /// The field of [`WebConfig`](crate::WebConfig).
        name: &'static str,
        /// What was given.
        value: f64,
        /// The smallest value allowed.
        min: f64,
        /// The largest value allowed.
        max: f64,
    },
    /// One word of the configuration is not among those known.
    #[error("unknown {what} {value:?}, it must be one of: {known}")]
    UnknownWord {
        /// What the word stands for.
        what: &'static str,
        /// What was given.
        value: String,
        /// The words allowed, with commas.
        known: String,
    },
    /// A filler block could not be compressed in advance.
    #[error("cannot compress a filler block")]
    Compress(#[source] io::Error),
    /// An address could not be listened on, for instance because the port is taken.
    #[error("cannot listen on {addr}")]
    Listen {
        /// Where.
        addr: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The certificate authority or the leaf certificate could not be made.
    #[error("cannot make the certificates")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificate or the settings.
    #[error("cannot set up tls")]
    Tls(#[from] rustls::Error),
    /// The file of the certificate authority could not be written.
    #[error("cannot write the certificate authority's file {path}")]
    CaFile {
        /// Where it should be.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A server thread or its runtime could not be started.
    #[error("cannot start a server thread")]
    Thread(#[source] io::Error),
}
