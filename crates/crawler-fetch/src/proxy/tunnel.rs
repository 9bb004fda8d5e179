//! From a proxy to a connection that leads to the server.

use std::net::{IpAddr, SocketAddr};

use crawler_url::WireUrl;
use tokio::net::TcpStream;

use super::{Proxy, ProxyProtocol, connect, socks5};
use crate::failure::{FailureKind, FetchFailure, Phase};
use crate::fetcher::Fetcher;
use crate::request::FetchRequest;
use crate::watchdog::Watchdog;

/// What a proxy is asked to connect to.
pub(super) enum Target<'a> {
    Address(SocketAddr),
    Name(&'a str, u16),
}

/// Opens a tunnel to the request's server. What comes back besides is the server's address, or the
/// proxy's where only the proxy knows that.
pub(crate) async fn open(
    fetcher: &Fetcher,
    proxy: &Proxy,
    request: &FetchRequest,
    watchdog: &mut Watchdog<'_>,
) -> Result<(TcpStream, SocketAddr), FetchFailure> {
    let target = target(fetcher, proxy, request)?;
    let limit = fetcher.config().connect_timeout;
    let opening = async {
        let (mut tcp, at) = reach(fetcher, proxy).await?;
        match proxy.protocol {
            ProxyProtocol::Http => connect::shake_hands(&mut tcp, proxy, &target).await,
            ProxyProtocol::Socks5 | ProxyProtocol::Socks5ByName => {
                socks5::shake_hands(&mut tcp, proxy, &target).await
            }
        }?;
        Ok((tcp, at))
    };
    match watchdog.within(Phase::Connect, limit, opening).await {
        Ok(Ok((tcp, at))) => match target {
            Target::Address(remote) => Ok((tcp, remote)),
            Target::Name(..) => Ok((tcp, at)),
        },
        Ok(Err(failure)) => Err(failure),
        Err(phase) => Err(FetchFailure::timeout(phase)),
    }
}

/// The address policy holds here as well: a proxy must not be asked for what we refuse.
fn target<'a>(
    fetcher: &Fetcher,
    proxy: &Proxy,
    request: &'a FetchRequest,
) -> Result<Target<'a>, FetchFailure> {
    let url: &WireUrl = &request.url;
    if fetcher.is_named_to(proxy, url.host()) {
        return Ok(Target::Name(url.host(), url.port()));
    }
    let ip = request.addrs.first();
    let ip =
        ip.ok_or_else(|| FetchFailure::new(FailureKind::Connect, "no address to connect to"))?;
    match fetcher.config().address_policy.judge(*ip) {
        Ok(()) => Ok(Target::Address(SocketAddr::new(*ip, url.port()))),
        Err(refused) => Err(FetchFailure::new(FailureKind::AddressRefused, refused.to_string())),
    }
}

async fn reach(fetcher: &Fetcher, proxy: &Proxy) -> Result<(TcpStream, SocketAddr), FetchFailure> {
    let addrs: Vec<IpAddr> = fetcher.proxy_addresses(proxy).await?;
    let mut failure = failed(proxy, "it has no address");
    for ip in addrs {
        let at = SocketAddr::new(ip, proxy.port);
        match TcpStream::connect(at).await {
            Ok(tcp) => {
                // As for direct connections: it works without, too.
                let _ = tcp.set_nodelay(true);
                return Ok((tcp, at));
            }
            Err(error) => {
                let detail = format!("proxy {proxy}: {error}");
                failure = FetchFailure::from_io(FailureKind::Proxy, &error, detail);
            }
        }
    }
    Err(failure)
}

/// The proxy is at fault, or refuses.
pub(super) fn failed(proxy: &Proxy, why: impl std::fmt::Display) -> FetchFailure {
    FetchFailure::new(FailureKind::Proxy, format!("proxy {proxy}: {why}"))
}
