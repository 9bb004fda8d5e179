//! Accepts connections and serves each within bounds of time and size.

use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt::set_tcp_user_timeout;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::state::Peer;

/// Connections at once; further ones wait until one of them ends.
const CONNECTIONS_MAX: usize = 256;
/// Time for the head of a request, and for none at all on an open connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Size of the head of a request.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// A client that takes nothing of what it was sent for so long has gone.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause after a connection could not be accepted: most likely no open file is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Requests under way may take so long when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Serves until `stopping`, then lets the requests under way end.
pub(crate) async fn serve(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => break,
        };
        match accepted {
            Ok((stream, addr)) => {
                let (router, stopping) = (router.clone(), stopping.clone());
                connections.spawn(serve_one(stream, Peer(addr), router, stopping));
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // Dropping the set ends what is left.
    let _ = tokio::time::timeout(STOP_PATIENCE, all).await;
}

async fn serve_one(stream: TcpStream, peer: Peer, router: Router, stopping: CancellationToken) {
    let unread_ms = UNREAD_TIMEOUT.as_millis() as u32;
    // Neither is needed for an answer.
    let _ = (stream.set_nodelay(true), set_tcp_user_timeout(&stream, unread_ms));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an admin connection ended early");
    }
}
