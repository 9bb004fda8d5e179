//! The stub resolver that asks name servers.

use crate::failure::{FailureKind, FetchFailure, Phase};
use crate::setup::FetchSetupError;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::lookup_ip::LookupIp;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::{Resolver, TokioResolver};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Queries in flight to one name server over one connection; each fetch waits for one at most.
const ACTIVE_REQUESTS_MAX: usize = 4096;
/// For one answer of one name server.
const QUERY_TIMEOUT: Duration = Duration::from_secs(3);
/// Queries per look-up after the first one was not answered.
const RETRIES_MAX: usize = 2;
/// For a look-up as a whole.
pub(super) const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(12);
/// Addresses kept of an answer; more than three are never tried.
const ADDRS_MAX: usize = 8;

pub(super) struct SystemResolver {
    resolver: TokioResolver,
}

impl SystemResolver {
    /// Asks `servers`, or those of the system when there are none.
    pub(super) fn new(servers: &[SocketAddr]) -> Result<Self, FetchSetupError> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = if servers.is_empty() {
            Resolver::builder(provider.clone()).unwrap_or_else(|error| {
                // A machine without a usable resolv.conf may still run its own name server, which
                // is also what the C library assumes; if not, look-ups fail and say so.
                tracing::warn!(%error, "no system name servers, asking 127.0.0.1");
                let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 53));
                Resolver::builder_with_config(config_of(&[local]), provider)
            })
        } else {
            Resolver::builder_with_config(config_of(servers), provider)
        };
        let options = builder.options_mut();
        // Answers are cached here by host, with bounds of our own.
        options.cache_size = 0;
        options.max_active_requests = ACTIVE_REQUESTS_MAX;
        options.timeout = QUERY_TIMEOUT;
        options.attempts = RETRIES_MAX;
        options.use_hosts_file = ResolveHosts::Always;
        // Half the queries of asking for both, and IPv6-only hosts are still found.
        options.ip_strategy = LookupIpStrategy::Ipv4thenIpv6;
        let resolver = builder.build().map_err(|error| FetchSetupError::Dns(error.to_string()))?;
        Ok(Self { resolver })
    }

    /// Addresses and their time to live.
    pub(super) async fn look_up(
        &self,
        host: &str,
    ) -> Result<(Rc<[IpAddr]>, Duration), FetchFailure> {
        let Some(name) = query_name(host) else {
            return Err(FetchFailure::new(FailureKind::DnsNoSuchHost, "not a valid host name"));
        };
        let answered = tokio::time::timeout(LOOK_UP_TIMEOUT, self.ask(name)).await;
        let found = answered
            .map_err(|_| FetchFailure::timeout(Phase::Dns))?
            .map_err(|error| failure_of(&error))?;
        let addrs: Rc<[IpAddr]> = found.iter().take(ADDRS_MAX).collect();
        if addrs.is_empty() {
            return Err(FetchFailure::new(FailureKind::DnsNoSuchHost, "no address record"));
        }
        Ok((addrs, found.valid_until().saturating_duration_since(Instant::now())))
    }

    /// The resolver tells what came of the last query, the one for IPv6: that there is no such
    /// address says nothing when the one for IPv4 was not answered, so that is asked again.
    async fn ask(&self, name: Name) -> Result<LookupIp, NetError> {
        match self.resolver.lookup_ip(name.clone()).await {
            Err(error) if has_no_such_record(&error) => {
                self.resolver.ipv4_lookup(name).await.map(LookupIp::from)
            }
            answer => answer,
        }
    }
}

fn config_of(servers: &[SocketAddr]) -> ResolverConfig {
    let server_of = |server: &SocketAddr| {
        let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
        for connection in &mut connections {
            connection.port = server.port();
        }
        NameServerConfig::new(server.ip(), true, connections)
    };
    ResolverConfig::from_name_servers(servers.iter().map(server_of).collect())
}

/// A name with a dot is meant as it is; only a single label goes through the system's search list.
fn query_name(host: &str) -> Option<Name> {
    let mut name = Name::from_ascii(host).ok()?;
    if name.num_labels() > 1 {
        name.set_fqdn(true);
    }
    Some(name)
}

/// Whether a name server knows the name, but no record of the kind asked for.
fn has_no_such_record(error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(none)) = error else { return false };
    none.response_code == ResponseCode::NoError
}

fn failure_of(error: &NetError) -> FetchFailure {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => {
                FetchFailure::new(FailureKind::DnsNoSuchHost, "the name does not exist")
            }
            ResponseCode::NoError => {
                FetchFailure::new(FailureKind::DnsNoSuchHost, "the name has no address")
            }
            code => FetchFailure::new(FailureKind::Dns, format!("name server answered {code}")),
        },
        NetError::Timeout => FetchFailure::timeout(Phase::Dns),
        NetError::Io(io) => FetchFailure::from_io(FailureKind::Dns, io, error.to_string()),
        NetError::NoConnections => no_connections(),
        other => FetchFailure::new(FailureKind::Dns, other.to_string()),
    }
}

/// The resolver could open no socket to any name server and does not tell why: the same is tried
/// here, where it can be seen.
fn no_connections() -> FetchFailure {
    match UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)) {
        Err(error) => FetchFailure::from_io(FailureKind::Dns, &error, error.to_string()),
        Ok(_) => FetchFailure::new(FailureKind::Dns, NetError::NoConnections.to_string()),
    }
}
