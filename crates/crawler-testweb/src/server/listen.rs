//! Accepts connections on one thread.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::CONNECTION;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::error::WebError;
use crate::server::dns;
use crate::server::ledger::Ledgers;
use crate::server::quota::{Last, Quota};
use crate::server::respond::respond;
use crate::web::Web;

/// What every connection of a thread needs.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) web: Arc<Web>,
    pub(super) ledgers: Arc<Ledgers>,
    pub(super) tls: Option<TlsAcceptor>,
}

/// Connections one thread serves at once; others wait in the accept queue.
const CONNECTIONS_MAX: usize = 16_384;
const BACKLOG_MAX: u32 = 4096;
const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the head of a request, the pause between requests included.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Pause after an accept that failed, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
const STREAMS_PER_CONNECTION_MAX: u32 = 128;

/// One socket for each thread on the same port; the kernel deals connections among them.
pub(crate) fn bind(port: u16, threads: usize) -> Result<(u16, Vec<TcpSocket>), WebError> {
    let addr = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let failed = |source| WebError::Listen { addr, source };
    if port != 0 {
        // Sharing would also share the port with another process of this user: ask for it alone
        // first, which fails while anybody listens there.
        drop(bind_socket(addr, Port::Alone).map_err(failed)?);
    }
    let first = bind_socket(addr, Port::Shared).map_err(failed)?;
    let addr = first.local_addr().map_err(failed)?;
    let mut sockets = vec![first];
    for _ in 1..threads {
        sockets.push(bind_socket(addr, Port::Shared).map_err(failed)?);
    }
    Ok((addr.port(), sockets))
}

#[derive(Clone, Copy, PartialEq)]
enum Port {
    Alone,
    Shared,
}

fn bind_socket(addr: SocketAddr, port: Port) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(port == Port::Shared)?;
    socket.bind(addr)?;
    Ok(socket)
}

/// Must be called within the runtime of the thread that accepts.
pub(crate) fn listen(socket: TcpSocket) -> Result<TcpListener, WebError> {
    let addr = socket.local_addr().unwrap_or_else(|_| (Ipv4Addr::UNSPECIFIED, 0).into());
    socket.listen(BACKLOG_MAX).map_err(|source| WebError::Listen { addr, source })
}

/// Serves until told to stop; what is open then is dropped with the runtime.
pub(super) async fn serve(
    listener: TcpListener,
    door: Door,
    dns: Option<dns::Sockets>,
    mut stopped: watch::Receiver<bool>,
) {
    if let Some(dns) = dns
        && let Err(error) = dns.spawn(dns::numbered(door.web.config().hosts))
    {
        tracing::error!(%error, "dns responder cannot start");
    }
    tokio::select! {
        // An error means that the server is gone, so both outcomes end the thread.
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = accept(listener, door) => {}
    }
}

async fn accept(listener: TcpListener, door: Door) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, peer)) if is_local(&stream, peer) => stream,
            Ok((_, peer)) => {
                door.ledgers.refuse();
                tracing::warn!(%peer, "connection from outside loopback closed");
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        door.ledgers.connect();
        let door = door.clone();
        tokio::spawn(async move {
            let _permit = permit;
            serve_connection(stream, door).await;
        });
    }
}

fn is_local(stream: &TcpStream, peer: SocketAddr) -> bool {
    peer.ip().is_loopback() && stream.local_addr().is_ok_and(|addr| addr.ip().is_loopback())
}

async fn serve_connection(stream: TcpStream, door: Door) {
    let Ok(local) = stream.local_addr() else {
        return;
    };
    // Without it, small answers wait for acknowledgments; the crawl only gets slower.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = &door.tls else {
        serve_http1(stream, door, local.ip()).await;
        return;
    };
    let handshake = tokio::time::timeout(TLS_HANDSHAKE_TIMEOUT, acceptor.accept(stream));
    let Ok(Ok(stream)) = handshake.await else {
        tracing::debug!("tls handshake failed");
        return;
    };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        serve_http2(stream, door, local.ip()).await;
    } else {
        serve_http1(stream, door, local.ip()).await;
    }
}

async fn serve_http1<S>(stream: S, door: Door, local: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let quota = Quota::of(door.web.config());
    let service = service_fn(move |request| {
        let (door, quota) = (door.clone(), quota.clone());
        async move {
            let mut response = respond(door, local, request).await?;
            if quota.take() == Last::Yes {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "connection ended");
    }
}

async fn serve_http2<S>(stream: S, door: Door, local: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let quota = Quota::of(door.web.config());
    let counted = quota.clone();
    let service = service_fn(move |request| {
        let (door, quota) = (door.clone(), counted.clone());
        async move {
            let response = respond(door, local, request).await;
            quota.take();
            response
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(IDLE_TIMEOUT)
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = quota.spent() => {
            // GOAWAY (RFC 9113 6.8); streams that are open are still answered.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}
