//! Why a fetch has no response.

use std::error::Error;
use std::fmt::{self, Write};
use std::io;

/// The machine has no open file left (errno(3), the same number on all Linux ports).
const ENFILE: i32 = 23;
/// The process has none left.
const EMFILE: i32 = 24;

/// A fetch without a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct FetchFailure {
    /// What went wrong, for counting and for deciding what to do next.
    pub kind: FailureKind,
    /// What exactly, for a human.
    pub detail: String,
}

/// The kinds of failure that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureKind {
    /// The name servers failed or refused to answer.
    Dns,
    /// The name does not exist, or has no address.
    DnsNoSuchHost,
    /// Every address of the host is refused by the address policy.
    AddressRefused,
    /// No TCP connection could be made, or it broke during the TLS handshake.
    Connect,
    /// The proxy could not be reached, or refused or failed to connect on.
    Proxy,
    /// The TLS handshake failed: certificate, name or protocol.
    Tls,
    /// A time limit was reached in this phase.
    Timeout(Phase),
    /// The connection ended before the response head was complete.
    Reset,
    /// The answer is not valid HTTP, or the request cannot be expressed in it.
    Protocol,
    /// The response head has more bytes or header lines than allowed.
    HeadTooLarge,
    /// This process or machine has no open file left for a socket: nothing was asked, and nobody
    /// else is at fault.
    TooManyOpenFiles,
}

/// The phases of a fetch that have a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Name look-up.
    Dns,
    /// TCP connect.
    Connect,
    /// TLS handshake.
    Tls,
    /// Waiting for the response head.
    FirstByte,
    /// All of them together.
    Total,
}

impl FailureKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Dns,
        Self::DnsNoSuchHost,
        Self::AddressRefused,
        Self::Connect,
        Self::Proxy,
        Self::Tls,
        Self::Timeout(Phase::Dns),
        Self::Timeout(Phase::Connect),
        Self::Timeout(Phase::Tls),
        Self::Timeout(Phase::FirstByte),
        Self::Timeout(Phase::Total),
        Self::Reset,
        Self::Protocol,
        Self::HeadTooLarge,
    ];

    /// The kind with this [name](Self::as_str).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Stable name for reports and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::DnsNoSuchHost => "dns_no_such_host",
            Self::AddressRefused => "address_refused",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Timeout(Phase::Dns) => "timeout_dns",
            Self::Timeout(Phase::Connect) => "timeout_connect",
            Self::Timeout(Phase::Tls) => "timeout_tls",
            Self::Timeout(Phase::FirstByte) => "timeout_first_byte",
            Self::Timeout(Phase::Total) => "timeout_total",
            Self::Reset => "reset",
            Self::Protocol => "protocol",
            Self::HeadTooLarge => "head_too_large",
            Self::TooManyOpenFiles => "too_many_open_files",
        }
    }

    /// Whether no connection came about, so that another address of the host may do.
    #[must_use]
    pub fn is_unreached(self) -> bool {
        matches!(self, Self::Connect | Self::Timeout(Phase::Connect))
    }

    /// Whether the other URLs of the host would fail alike.
    #[must_use]
    pub fn host_wide(self) -> bool {
        match self {
            Self::Dns
            | Self::DnsNoSuchHost
            | Self::AddressRefused
            | Self::Connect
            | Self::Proxy
            | Self::Tls
            | Self::Timeout(Phase::Dns | Phase::Connect | Phase::Tls) => true,
            Self::Timeout(Phase::FirstByte | Phase::Total)
            | Self::Reset
            | Self::Protocol
            | Self::HeadTooLarge
            | Self::TooManyOpenFiles => false,
        }
    }

    /// Whether a later attempt may well succeed.
    #[must_use]
    pub fn retryable(self) -> bool {
        match self {
            Self::Dns
            | Self::Connect
            | Self::Proxy
            | Self::Timeout(_)
            | Self::Reset
            | Self::TooManyOpenFiles => true,
            Self::DnsNoSuchHost
            | Self::AddressRefused
            | Self::Tls
            | Self::Protocol
            | Self::HeadTooLarge => false,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FetchFailure {
    pub(crate) fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    pub(crate) fn timeout(phase: Phase) -> Self {
        let waited_for = match phase {
            Phase::Dns => "the name servers",
            Phase::Connect => "the connection",
            Phase::Tls => "the tls handshake",
            Phase::FirstByte => "the response head",
            Phase::Total => "the response, all phases together",
        };
        Self::new(FailureKind::Timeout(phase), format!("no time left to wait for {waited_for}"))
    }

    /// What the system says about a socket; it is of `kind` unless it could not even be opened.
    pub(crate) fn from_io(kind: FailureKind, error: &io::Error, detail: String) -> Self {
        let kind = match error.raw_os_error() {
            Some(EMFILE | ENFILE) => FailureKind::TooManyOpenFiles,
            _ => kind,
        };
        Self::new(kind, detail)
    }

    /// Kind and detail of what hyper reports before there is a response.
    pub(crate) fn from_hyper(error: &hyper::Error) -> Self {
        let kind = if error.is_parse_too_large() {
            FailureKind::HeadTooLarge
        } else if error.is_parse() || error.is_user() {
            FailureKind::Protocol
        } else {
            FailureKind::Reset
        };
        Self::new(kind, chain(error))
    }

    /// See [`FailureKind::host_wide`].
    #[must_use]
    pub fn host_wide(&self) -> bool {
        self.kind.host_wide()
    }

    /// See [`FailureKind::retryable`].
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.kind.retryable()
    }
}

/// The error and its causes, "outer: inner: innermost".
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {inner}");
        cause = inner.source();
    }
    text
}
