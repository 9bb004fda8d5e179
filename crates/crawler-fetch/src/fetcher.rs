//! Fetches URLs.

use crate::config::FetchConfig;
use crate::connect::connect;
use crate::connection::Connection;
use crate::dns::Dns;
use crate::exchange::{Exchange, Exchanged};
use crate::failure::{FailureKind, FetchFailure};
use crate::proxy::{Proxy, ProxyProtocol, ProxyRule};
use crate::request::{FetchRequest, RequestHeaders};
use crate::response::{Fetched, Response};
use crate::setup::FetchSetupError;
use crate::timings::Timings;
use crate::tls::TlsRoots;
use crate::watchdog::Watchdog;
use rustls::ClientConfig;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Fetches URLs for one shard: name look-ups with their cache, TLS sessions, limits. Belongs to one
/// single-threaded tokio runtime; share it by `Rc`.
pub struct Fetcher {
    config: FetchConfig,
    headers: RequestHeaders,
    dns: Dns,
    tls: Arc<ClientConfig>,
}

/// Where a host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Addresses that the policy allows, in the order of preference; at least one.
    pub addrs: Vec<IpAddr>,
    /// How long the look-up took.
    pub dns: Duration,
}

impl Fetcher {
    /// Must be called inside the runtime that will fetch. `roots` are loaded once for all fetchers.
    ///
    /// # Errors
    /// See [`FetchSetupError`].
    pub fn new(config: FetchConfig, roots: &TlsRoots) -> Result<Self, FetchSetupError> {
        Ok(Self {
            headers: RequestHeaders::new(&config)?,
            dns: Dns::new(&config.dns_servers)?,
            tls: roots.client_config(config.http2)?,
            config,
        })
    }

    /// Addresses of `host` (a name, or an IP literal with or without brackets) that may be
    /// connected to. Answers are cached, and look-ups under way are shared. Of a host that a proxy
    /// looks up, the addresses of the proxy.
    ///
    /// # Errors
    /// Kinds [`Dns`](FailureKind::Dns), [`DnsNoSuchHost`](FailureKind::DnsNoSuchHost),
    /// [`Timeout`](FailureKind::Timeout) and [`AddressRefused`](FailureKind::AddressRefused).
    pub async fn resolve(&self, host: &str) -> Result<Resolved, FetchFailure> {
        if let Some(ip) = ip_literal(host) {
            return Ok(Resolved { addrs: self.vet(&[ip])?, dns: Duration::ZERO });
        }
        let started = Instant::now();
        if let Some(proxy) = self.proxy(host).filter(|proxy| self.is_named_to(proxy, host)) {
            let addrs = self.proxy_addresses(proxy).await?;
            return Ok(Resolved { addrs, dns: started.elapsed() });
        }
        let addrs = self.dns.addresses(host).await?;
        Ok(Resolved { addrs: self.vet(&addrs)?, dns: started.elapsed() })
    }

    /// Whether only a proxy knows the address of `host`, so that limits per address say nothing.
    #[must_use]
    pub fn is_looked_up_elsewhere(&self, host: &str) -> bool {
        self.proxy(host).is_some_and(|proxy| self.is_named_to(proxy, host))
    }

    /// One GET. Uses `connection` if it is open and leads to the same scheme and authority, else
    /// connects. When a reused connection ends before a byte of the response, as servers close idle
    /// ones at any time, the request is sent once more over a new one.
    pub async fn fetch(&self, request: &FetchRequest, connection: Option<Connection>) -> Fetched {
        let started = Instant::now();
        let total_at = started + self.config.total_timeout;
        let timer = pin!(tokio::time::sleep_until(total_at));
        let mut watchdog = Watchdog::new(timer, total_at);
        let mut timings = Timings::default();
        let fetched = self.attempt(request, connection, &mut watchdog, &mut timings).await;
        timings.total = started.elapsed();
        match fetched {
            Ok((response, connection)) => Fetched { outcome: Ok(response), connection, timings },
            Err(failure) => Fetched { outcome: Err(failure), connection: None, timings },
        }
    }

    async fn attempt(
        &self,
        request: &FetchRequest,
        connection: Option<Connection>,
        watchdog: &mut Watchdog<'_>,
        timings: &mut Timings,
    ) -> Result<(Box<Response>, Option<Connection>), FetchFailure> {
        if let Some(kept) = usable(connection, request).await {
            match self.exchange(request, kept, watchdog, timings).await {
                Exchanged::Response(response, connection) => return Ok((response, connection)),
                Exchanged::Failed(failure) => return Err(failure),
                Exchanged::Unanswered(_stale) => {}
            }
        }
        let connection = connect(self, request, watchdog, timings).await?;
        match self.exchange(request, connection, watchdog, timings).await {
            Exchanged::Response(response, connection) => Ok((response, connection)),
            Exchanged::Failed(failure) | Exchanged::Unanswered(failure) => Err(failure),
        }
    }

    async fn exchange(
        &self,
        request: &FetchRequest,
        connection: Connection,
        watchdog: &mut Watchdog<'_>,
        timings: &mut Timings,
    ) -> Exchanged {
        let (config, headers) = (&self.config, &self.headers);
        Exchange { config, headers, request, watchdog, timings }.run(connection).await
    }

    /// The allowed ones of `addrs`, of which there is at least one.
    fn vet(&self, addrs: &[IpAddr]) -> Result<Vec<IpAddr>, FetchFailure> {
        let mut vetted = Vec::with_capacity(addrs.len());
        let mut last_refused = None;
        for ip in addrs {
            match self.config.address_policy.judge(*ip) {
                Ok(()) => vetted.push(*ip),
                Err(refused) => last_refused = Some(refused),
            }
        }
        match last_refused {
            Some(refused) if vetted.is_empty() => {
                Err(FetchFailure::new(FailureKind::AddressRefused, refused.to_string()))
            }
            _ => Ok(vetted),
        }
    }

    /// The proxy that `host` is fetched through.
    pub(crate) fn proxy(&self, host: &str) -> Option<&Proxy> {
        let is_for = |rule: &&ProxyRule| rule.hosts.iter().any(|hosts| hosts.matches(host));
        self.config.proxies.iter().find(is_for)?.proxy.as_ref()
    }

    /// Whether `proxy` is given the name of `host` rather than an address. Addresses are always ours
    /// to judge.
    pub(crate) fn is_named_to(&self, proxy: &Proxy, host: &str) -> bool {
        let looks_up = match proxy.protocol {
            ProxyProtocol::Http => self.config.proxy_resolves,
            ProxyProtocol::Socks5 => false,
            ProxyProtocol::Socks5ByName => true,
        };
        looks_up && ip_literal(host).is_none()
    }

    /// Where a proxy is: the operator named it, so that the address policy does not count.
    pub(crate) async fn proxy_addresses(&self, proxy: &Proxy) -> Result<Vec<IpAddr>, FetchFailure> {
        if let Some(ip) = ip_literal(&proxy.host) {
            return Ok(vec![ip]);
        }
        let found = self.dns.addresses(&proxy.host).await;
        let found = found.map_err(|failure| {
            FetchFailure::new(FailureKind::Proxy, format!("proxy {proxy}: {failure}"))
        })?;
        Ok(found.to_vec())
    }

    pub(crate) fn config(&self) -> &FetchConfig {
        &self.config
    }

    pub(crate) fn tls(&self) -> &Arc<ClientConfig> {
        &self.tls
    }
}

async fn usable(connection: Option<Connection>, request: &FetchRequest) -> Option<Connection> {
    let mut connection = connection.filter(|kept| kept.fits(&request.url))?;
    poll_fn(|cx| Poll::Ready(connection.poll_open(cx))).await.then_some(connection)
}

fn ip_literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok()
}
