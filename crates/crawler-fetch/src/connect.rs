//! From addresses to a connection that speaks HTTP.

use crate::connection::Connection;
use crate::failure::{FailureKind, FetchFailure, Phase, chain};
use crate::fetcher::Fetcher;
use crate::proxy;
use crate::request::FetchRequest;
use crate::timings::Timings;
use crate::watchdog::Watchdog;
use crawler_url::{Scheme, WireUrl};
use rustls::pki_types::ServerName;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Addresses tried for one fetch.
const CONNECTS_MAX: usize = 3;

/// What HTTP is spoken over.
pub(crate) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The version agreed on for a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpn {
    Http1,
    Http2,
}

/// Connects to the first of the request's addresses that answers.
pub(crate) async fn connect(
    fetcher: &Fetcher,
    request: &FetchRequest,
    watchdog: &mut Watchdog<'_>,
    timings: &mut Timings,
) -> Result<Connection, FetchFailure> {
    let started = Instant::now();
    let connected = connect_tcp(fetcher, request, watchdog).await;
    timings.connect = started.elapsed();
    let (tcp, remote) = connected?;
    match request.url.scheme() {
        Scheme::Http => {
            let transport = Transport::Plain(tcp);
            Connection::open(fetcher, &request.url, remote, transport, Alpn::Http1).await
        }
        Scheme::Https => {
            let started = Instant::now();
            let secured = shake_hands(fetcher, &request.url, tcp, watchdog).await;
            timings.tls = started.elapsed();
            let tls = secured?;
            let alpn = match tls.get_ref().1.alpn_protocol() {
                Some(b"h2") => Alpn::Http2,
                _ => Alpn::Http1,
            };
            let transport = Transport::Tls(Box::new(tls));
            Connection::open(fetcher, &request.url, remote, transport, alpn).await
        }
    }
}

async fn connect_tcp(
    fetcher: &Fetcher,
    request: &FetchRequest,
    watchdog: &mut Watchdog<'_>,
) -> Result<(TcpStream, SocketAddr), FetchFailure> {
    if let Some(proxy) = fetcher.proxy(request.url.host()) {
        return proxy::open(fetcher, proxy, request, watchdog).await;
    }
    let config = fetcher.config();
    let mut failure = FetchFailure::new(FailureKind::Connect, "no address to connect to");
    for ip in request.addrs.iter().take(CONNECTS_MAX) {
        // Judged here as well, so that nothing between look-up and connect can slip one in.
        if let Err(refused) = config.address_policy.judge(*ip) {
            failure = FetchFailure::new(FailureKind::AddressRefused, refused.to_string());
            continue;
        }
        let remote = SocketAddr::new(*ip, request.url.port());
        let connecting = TcpStream::connect(remote);
        match watchdog.within(Phase::Connect, config.connect_timeout, connecting).await {
            Ok(Ok(tcp)) => {
                // Requests are single writes: waiting to fill a segment only delays them. Should
                // the socket refuse, it works all the same.
                let _ = tcp.set_nodelay(true);
                return Ok((tcp, remote));
            }
            Ok(Err(error)) => {
                let detail = format!("{remote}: {error}");
                failure = FetchFailure::from_io(FailureKind::Connect, &error, detail);
            }
            Err(Phase::Total) => return Err(FetchFailure::timeout(Phase::Total)),
            Err(phase) => failure = FetchFailure::timeout(phase),
        }
    }
    Err(failure)
}

async fn shake_hands(
    fetcher: &Fetcher,
    url: &WireUrl,
    tcp: TcpStream,
    watchdog: &mut Watchdog<'_>,
) -> Result<TlsStream<TcpStream>, FetchFailure> {
    let name = ServerName::try_from(url.host().to_owned())
        .map_err(|error| FetchFailure::new(FailureKind::Tls, error.to_string()))?;
    let connector = TlsConnector::from(Arc::clone(fetcher.tls()));
    let handshake = connector.connect(name, tcp);
    watchdog
        .within(Phase::Tls, fetcher.config().tls_timeout, handshake)
        .await
        .map_err(FetchFailure::timeout)?
        .map_err(|error| handshake_failure(&error))
}

/// What the TLS library objects to will be objected to again; a lost connection may not be lost
/// the next time.
fn handshake_failure(error: &io::Error) -> FetchFailure {
    let by_tls = error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>);
    let kind = if by_tls { FailureKind::Tls } else { FailureKind::Connect };
    FetchFailure::new(kind, format!("tls handshake: {}", chain(error)))
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
