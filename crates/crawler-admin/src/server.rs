//! The server's life: the address before the crawl, the thread beside it, the end after it.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crawler_engine::CrawlHandle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::connections;
use crate::process::Process;
use crate::routes;
use crate::sampler::{self, Sampler, now_ms};
use crate::state::{Admin, BLOCKING_MAX, STREAMS_MAX};
use crate::token::{Token, TokenError};

/// Where the server listens, in a data directory.
const ADDRESS_FILE: &str = "operator/address";

/// Why the address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr} for the admin interface: {source}")]
pub struct ListenError {
    /// The address.
    pub addr: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// Why the server cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// There is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The system does not give it what it needs.
    #[error("cannot start the admin interface: {0}")]
    Io(#[from] io::Error),
}

/// What the server is told of the crawl.
#[derive(Debug)]
pub struct Options {
    /// Its data directory, where the token is.
    pub data_dir: PathBuf,
    /// Names by which clients may call the server, beside addresses and localhost.
    pub hosts: Vec<String>,
}

/// Takes an address; who connects waits until the server starts.
///
/// # Errors
/// When the address is in use or not ours.
pub fn listen(addr: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(addr).map_err(|source| ListenError { addr, source })
}

/// The server beside a crawl. It serves until it is stopped or dropped.
#[derive(Debug)]
pub struct AdminServer {
    addr: SocketAddr,
    address_file: PathBuf,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl AdminServer {
    /// Serves a crawl that has begun, on a thread of its own.
    ///
    /// # Errors
    /// When there is no token, or no thread.
    pub fn start(
        listener: TcpListener,
        crawl: CrawlHandle,
        process: Arc<dyn Process>,
        options: Options,
    ) -> Result<Self, ServerError> {
        let addr = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let token = Token::of_data_dir(&options.data_dir)?;
        let address_file = options.data_dir.join(ADDRESS_FILE);
        let stop = CancellationToken::new();
        let admin = Arc::new(Admin {
            crawl,
            process,
            data_dir: fs::canonicalize(&options.data_dir)?,
            hosts: options.hosts,
            is_local: addr.ip().is_loopback(),
            token,
            started_at_ms: now_ms(),
            sampler: Sampler::new(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            stopping: stop.clone(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_MAX)
            .thread_name("admin-work")
            .build()?;
        let thread = std::thread::Builder::new().name("admin".to_owned()).spawn(move || {
            runtime.block_on(serve(admin, listener));
            // A call into the engine that hangs does not keep the process.
            runtime.shutdown_background();
        })?;
        let server = Self { addr, address_file, stop, thread: Some(thread) };
        fs::write(&server.address_file, format!("{}\n", reachable(addr)))?;
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for AdminServer {
    /// Lets the requests under way end, and ends the server.
    fn drop(&mut self) {
        // It may be gone with the data directory; a stale one only points to nobody.
        let _ = fs::remove_file(&self.address_file);
        self.stop.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::error!("the admin interface had failed");
        }
    }
}

async fn serve(admin: Arc<Admin>, listener: TcpListener) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the admin interface cannot be served"),
    };
    let router = routes::router(Arc::clone(&admin));
    let stopping = admin.stopping.clone();
    tokio::join!(sampler::run(admin), connections::serve(listener, router, stopping));
}

/// The address under which a client on this machine finds the server.
fn reachable(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, addr.port())
}
