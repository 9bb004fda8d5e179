//! A web that means harm, for showing that a crawl of it ends, stays small and stays polite.
//!
//! Each host does one thing wrong: see the files below `sites`, by theme. [`HostileServer::expected`]
//! is what a correct crawl reports of each URL, by reason; [`HostileServer::manners`] is what the
//! server saw of the crawl. All of it is on loopback, each host at an address of its own but for a
//! crowd of names on one address; the names are resolved by the server's own DNS responder.

mod crowd;
mod ledger;
mod manners;
mod serve;
mod site;
mod sites;
mod web;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::error::WebError;
use crate::server::{dns, listen};
use ledger::Ledger;
use web::HostileWeb;

pub use manners::Manners;
pub use site::Outcome;

/// How large the crowd is, and which manners a crawl has promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostileConfig {
    /// TCP port of all hosts; 0 takes a free one.
    pub port: u16,
    /// Names of the crowd that shares one address, at most [`HostileConfig::NAMES_MAX`].
    pub names: u32,
    /// Shortest pause between two requests to a host.
    pub host_gap: Duration,
    /// Shortest time between two requests to an address, on average over some.
    pub address_gap: Duration,
    /// Most requests at once to an address.
    pub address_at_once: u32,
}

impl HostileConfig {
    /// Largest crowd.
    pub const NAMES_MAX: u32 = 1_000_000;
}

impl Default for HostileConfig {
    fn default() -> Self {
        Self {
            port: 0,
            names: 10_000,
            host_gap: Duration::from_millis(200),
            address_gap: Duration::from_millis(2),
            address_at_once: 8,
        }
    }
}

/// The web being served; dropping it stops it.
#[derive(Debug)]
pub struct HostileServer {
    web: Arc<HostileWeb>,
    ledger: Arc<Ledger>,
    dns_addr: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl HostileServer {
    /// The addresses of all its hosts, in CIDR notation.
    pub const NETWORK: &str = "127.2.0.0/16";

    /// Listens on all loopback addresses, on a thread of its own.
    ///
    /// # Errors
    /// If a port is taken, the thread cannot be started, or the certificate or a bomb not be made.
    pub fn start(config: &HostileConfig) -> Result<Self, WebError> {
        if config.names > HostileConfig::NAMES_MAX {
            let (value, max) = (config.names.into(), HostileConfig::NAMES_MAX.into());
            return Err(WebError::OutOfRange { name: "names", value, min: 0.0, max });
        }
        let (port, mut sockets) = listen::bind(config.port, 1)?;
        let dns = dns::Sockets::bind(0)?;
        let (stop, stopped) = watch::channel(false);
        let server = Self {
            web: Arc::new(HostileWeb::new(port, config.names)?),
            ledger: Arc::new(Ledger::new(config)),
            dns_addr: dns.addr(),
            stop,
            thread: Mutex::new(None),
        };
        if let Some(socket) = sockets.pop() {
            server.spawn(socket, dns, stopped)?;
        }
        Ok(server)
    }

    fn spawn(
        &self,
        socket: TcpSocket,
        dns: dns::Sockets,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), WebError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(WebError::Thread)?;
        // Listens before `start` returns, so that the first connection cannot be refused.
        let listener = {
            let _entered = runtime.enter();
            listen::listen(socket)?
        };
        let door = serve::Door {
            web: Arc::clone(&self.web),
            ledger: Arc::clone(&self.ledger),
            tls: serve::untrusted()?,
        };
        let thread = std::thread::Builder::new()
            .name("testweb-hostile".to_owned())
            .spawn(move || runtime.block_on(serve::serve(listener, door, dns, stopped)))
            .map_err(WebError::Thread)?;
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// One URL of each host: a crawl of them with scope "host" meets everything.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        self.web.seeds()
    }

    /// What a correct crawl of [`HostileServer::seeds`] reports of each URL; besides, it fetches
    /// what lies in [a space without end](HostileServer::is_endless) until a limit ends it.
    #[must_use]
    pub fn expected(&self) -> Vec<(String, Outcome)> {
        self.web.expected()
    }

    /// Whether a URL is one of a space without end.
    #[must_use]
    pub fn is_endless(&self, url: &str) -> bool {
        self.web.is_endless(url)
    }

    /// Where the DNS responder listens (UDP and TCP).
    #[must_use]
    pub fn dns_addr(&self) -> SocketAddr {
        self.dns_addr
    }

    /// What the server saw of the crawl.
    #[must_use]
    pub fn manners(&self) -> Manners {
        self.ledger.manners()
    }

    /// Closes all connections and waits for the thread. The second call does nothing.
    pub fn stop(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the server's thread has panicked");
        }
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Address of the host with this number: 127.2.0.1 for host 0.
fn address(site: usize) -> Ipv4Addr {
    const PER_NET: usize = 254;
    Ipv4Addr::new(127, 2, (site / PER_NET) as u8, (1 + site % PER_NET) as u8)
}
