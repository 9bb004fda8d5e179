//! Scripted servers on the loopback address.

use crate::{AddressPolicy, FetchConfig, FetchRequest, Fetched, Fetcher, Http2, TlsRoots};
use crawler_url::WireUrl;
use std::cell::Cell;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::LocalSet;

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a server does after reading a request.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// Sends nothing more and keeps the connection open. From here on the clock jumps to the next
    /// timer when there is nothing else to do, so that no test waits.
    Stall,
    /// Keeps the connection open.
    Hold,
    /// Closes the connection when told to.
    CloseOn(Rc<Notify>),
    Close,
}

pub(crate) fn send(text: impl AsRef<[u8]>) -> Step {
    Step::Send(text.as_ref().to_vec())
}

/// Serves each connection with the next script, one list of steps per request; a connection whose
/// script is over is closed.
pub(crate) struct ScriptedServer {
    pub(crate) addr: SocketAddr,
    pub(crate) accepted: Rc<Cell<usize>>,
}

impl ScriptedServer {
    pub(crate) async fn start(scripts: Vec<Vec<Vec<Step>>>) -> Self {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
        let addr = listener.local_addr().expect("address");
        let accepted = Rc::new(Cell::new(0));
        let counter = Rc::clone(&accepted);
        tokio::task::spawn_local(async move {
            for script in scripts {
                let (tcp, _) = listener.accept().await.expect("connection");
                counter.set(counter.get() + 1);
                tokio::task::spawn_local(follow(tcp, script));
            }
        });
        Self { addr, accepted }
    }

    pub(crate) fn url(&self, path: &str) -> WireUrl {
        WireUrl::parse(&format!("http://{}{path}", self.addr)).expect("url")
    }
}

async fn follow(mut tcp: TcpStream, script: Vec<Vec<Step>>) {
    for steps in script {
        read_request(&mut tcp).await;
        for step in steps {
            match step {
                // The client may have hung up on purpose.
                Step::Send(bytes) => drop(tcp.write_all(&bytes).await),
                Step::Stall => {
                    tokio::time::pause();
                    std::future::pending::<()>().await;
                }
                Step::Hold => std::future::pending::<()>().await,
                Step::CloseOn(word) => return word.notified().await,
                Step::Close => return,
            }
        }
    }
}

/// Reads up to the blank line; the end of the connection is fine too.
pub(crate) async fn read_request(tcp: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(b"\r\n\r\n") && tcp.read(&mut byte).await.is_ok_and(|n| n == 1) {
        received.push(byte[0]);
    }
    received
}

pub(crate) fn config() -> FetchConfig {
    FetchConfig {
        address_policy: AddressPolicy::AllowPrivate,
        http2: Http2::Off,
        ..FetchConfig::default()
    }
}

pub(crate) fn fetcher(config: FetchConfig) -> Fetcher {
    let roots = TlsRoots::load(&config).expect("roots");
    Fetcher::new(config, &roots).expect("fetcher")
}

pub(crate) fn get(url: WireUrl) -> FetchRequest {
    FetchRequest {
        url,
        addrs: vec![LOOPBACK],
        validators: None,
        body_bytes_max: None,
        cookies: None,
    }
}

/// One fetch from a server that answers the first request of its first connection with `steps`.
pub(crate) async fn fetch_once(steps: Vec<Step>, config: FetchConfig) -> Fetched {
    let server = ScriptedServer::start(vec![vec![steps]]).await;
    fetcher(config).fetch(&get(server.url("/")), None).await
}

/// As each shard does: one thread, local tasks.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    LocalSet::new().block_on(&runtime, test)
}
