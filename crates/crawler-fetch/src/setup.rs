//! Why a fetcher cannot be made from its configuration.

use std::path::PathBuf;

/// A [`FetchConfig`](crate::FetchConfig) that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchSetupError {
    /// A file of certificate authorities that is unreadable or holds no certificate.
    #[error("cannot use the certificate authorities in {}: {reason}", path.display())]
    CaFile {
        /// As configured.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A user agent with characters that a header cannot carry.
    #[error("user agent {0:?} is not a valid header value")]
    UserAgent(String),
    /// A request header that frames the message and so is not the operator's to set.
    #[error("request header {0} cannot be configured")]
    Header(String),
    /// The TLS library refuses its settings.
    #[error("cannot set up tls: {0}")]
    Tls(String),
    /// The resolver refuses its settings.
    #[error("cannot set up name look-up: {0}")]
    Dns(String),
}
