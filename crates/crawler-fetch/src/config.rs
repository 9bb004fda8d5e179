//! What a crawl may ask of the fetch path, and its limits.

use crate::address::AddressPolicy;
use crate::host_headers::HostHeader;
use crate::proxy::ProxyRule;
use http::{HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of one [`Fetcher`](crate::Fetcher).
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// Value of the `User-Agent` header.
    pub user_agent: String,
    /// Further request headers; one named like a default header replaces it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers for some hosts only, credentials among them.
    pub host_headers: Vec<HostHeader>,
    /// For each address tried.
    pub connect_timeout: Duration,
    /// For the TLS handshake.
    pub tls_timeout: Duration,
    /// From the request being sent to the end of the response head.
    pub first_byte_timeout: Duration,
    /// For the whole of [`Fetcher::fetch`](crate::Fetcher::fetch), body included.
    pub total_timeout: Duration,
    /// Of a body as received: after transfer decoding, before content decoding.
    pub body_bytes_max: u64,
    /// Of a response head: status line, headers and blank line.
    pub head_bytes_max: usize,
    /// Header lines in a response.
    pub headers_max: usize,
    /// Which addresses may be connected to.
    pub address_policy: AddressPolicy,
    /// Which hosts are fetched through a proxy, and through which.
    pub proxies: Vec<ProxyRule>,
    /// Whether HTTP proxies are given names to look up rather than addresses, as
    /// [`ProxyProtocol::Socks5ByName`](crate::ProxyProtocol::Socks5ByName) always is. The address policy
    /// cannot judge what is behind a name then.
    pub proxy_resolves: bool,
    /// Name servers asked over UDP and TCP; the system's when empty.
    pub dns_servers: Vec<SocketAddr>,
    /// PEM files of certificate authorities trusted besides the system's and the bundled ones.
    pub ca_files: Vec<PathBuf>,
    /// Whether HTTP/2 is offered.
    pub http2: Http2,
}

/// Whether HTTP/2 is offered to servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Http2 {
    /// HTTP/1.1 only.
    Off,
    /// Offered in the TLS handshake (RFC 7301) and used when the server picks it.
    #[default]
    ByAlpn,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            user_agent: concat!("crawler/", env!("CARGO_PKG_VERSION")).to_owned(),
            headers: Vec::new(),
            host_headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            tls_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(60),
            body_bytes_max: 16 * 1024 * 1024,
            head_bytes_max: 64 * 1024,
            headers_max: 256,
            address_policy: AddressPolicy::PublicOnly,
            proxies: Vec::new(),
            proxy_resolves: false,
            dns_servers: Vec::new(),
            ca_files: Vec::new(),
            http2: Http2::ByAlpn,
        }
    }
}
