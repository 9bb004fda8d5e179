//! The server's life.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::answer::{Asking, answer};
use crate::archive::Archive;

/// Captures read and rewritten at once; further requests wait.
const READING_MAX: usize = 4;

/// Why the archive cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The address is in use or not ours.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not give the server what it needs.
    #[error("cannot start the server: {0}")]
    Start(#[from] io::Error),
}

/// What is served, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Data directory of the crawl.
    pub data_dir: PathBuf,
    /// Whether captures say that they are.
    pub banner: Banner,
    /// Whether scripts of captures run.
    pub scripts: Scripts,
}

/// Whether pages have a line above that tells their time and URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Banner {
    /// They have.
    On,
    /// They are as they were, but for their links.
    Off,
}

/// Whether the scripts of captures run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// None runs; browsers show what is there for those without.
    Off,
    /// They run. They load from the archive only, but may lead the browser to another page.
    On,
}

/// Serves an archive until it is dropped.
#[derive(Debug)]
pub struct ReplayServer {
    addr: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

struct Served {
    archive: Archive,
    options: Options,
}

impl ReplayServer {
    /// Serves on a thread of its own.
    ///
    /// # Errors
    /// When the address cannot be listened on, or there is no thread.
    pub fn start(addr: SocketAddr, options: Options) -> Result<Self, ReplayError> {
        let listener =
            TcpListener::bind(addr).map_err(|source| ReplayError::Listen { addr, source })?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let served = Arc::new(Served { archive: Archive::new(options.data_dir.clone()), options });
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(READING_MAX)
            .thread_name("replay-work")
            .build()?;
        let thread = std::thread::Builder::new().name("replay".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, served, stopped));
            runtime.shutdown_background();
        })?;
        Ok(Self { addr, stop, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for ReplayServer {
    fn drop(&mut self) {
        self.stop.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::error!("the server had failed");
        }
    }
}

async fn serve(listener: TcpListener, served: Arc<Served>, stop: CancellationToken) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the archive cannot be served"),
    };
    let router = Router::new().fallback(take).with_state(served);
    tokio::select! {
        ended = axum::serve(listener, router) => {
            if let Err(error) = ended {
                tracing::error!(%error, "the archive is served no more");
            }
        }
        () = stop.cancelled() => {}
    }
}

async fn take(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let asking = Asking { method: parts.method, uri: parts.uri, headers: parts.headers };
    let answered =
        tokio::task::spawn_blocking(move || answer(&served.archive, &served.options, &asking));
    answered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a capture could not be replayed");
        let mut response = Response::new(Body::from("this capture cannot be replayed\n"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
