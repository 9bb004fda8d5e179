//! Serves a web on loopback and judges who crawls it.

mod body;
pub(crate) mod dns;
mod ledger;
pub(crate) mod listen;
mod quota;
mod respond;
mod stats;
mod tls;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::config::{Naming, Tls};
use crate::error::WebError;
use crate::report::Report;
use crate::web::Web;
use ledger::Ledgers;
use listen::Door;
use tls::Authority;

pub use stats::{HostViolations, ServerStats};

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct WebServer {
    web: Arc<Web>,
    ledgers: Arc<Ledgers>,
    dns_addr: Option<SocketAddr>,
    authority: Option<Authority>,
    stop: watch::Sender<bool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl WebServer {
    /// Listens on the web's port on all loopback addresses, on threads of its own. Connections
    /// from elsewhere are closed at once.
    ///
    /// # Errors
    /// If a port is taken, a thread cannot be started, or the certificates cannot be made.
    #[expect(clippy::needless_pass_by_value, reason = "callers give the web away for good")]
    pub fn start(web: Arc<Web>) -> Result<Self, WebError> {
        let config = web.config();
        let (port, sockets) = listen::bind(config.port, config.threads)?;
        let web = Arc::new(web.with_port(port));
        let authority = match web.config().tls {
            Tls::Off => None,
            Tls::On => Some(Authority::new(&web)?),
        };
        let mut dns = match web.config().naming {
            Naming::Addresses => None,
            Naming::Names => Some(dns::Sockets::bind(web.config().dns_port)?),
        };
        let dns_addr = dns.as_ref().map(dns::Sockets::addr);
        let ledgers = Arc::new(Ledgers::new(&web));
        let (stop, stopped) = watch::channel(false);
        let mut server = Self {
            web,
            ledgers,
            dns_addr,
            authority,
            stop,
            threads: Mutex::new(Vec::with_capacity(sockets.len())),
        };
        for (nth, socket) in sockets.into_iter().enumerate() {
            let door = Door {
                web: Arc::clone(&server.web),
                ledgers: Arc::clone(&server.ledgers),
                tls: server.authority.as_ref().map(Authority::acceptor),
            };
            // If a later thread fails, dropping `server` stops the earlier ones.
            server.spawn(nth, socket, door, dns.take(), stopped.clone())?;
        }
        Ok(server)
    }

    fn spawn(
        &mut self,
        nth: usize,
        socket: TcpSocket,
        door: Door,
        dns: Option<dns::Sockets>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), WebError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(WebError::Thread)?;
        // Listens before `start` returns, so that the first connection cannot be refused.
        let listener = {
            let _entered = runtime.enter();
            listen::listen(socket)?
        };
        let thread = std::thread::Builder::new()
            .name(format!("testweb-{nth:02}"))
            .spawn(move || runtime.block_on(listen::serve(listener, door, dns, stopped)))
            .map_err(WebError::Thread)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// The web as it is served: with the port that was bound.
    #[must_use]
    pub fn web(&self) -> &Arc<Web> {
        &self.web
    }

    /// TCP port of all hosts.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.web.config().port
    }

    /// The index page of every host.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        self.web.seeds()
    }

    /// Where the DNS responder listens (UDP and TCP); none if hosts are called by address.
    #[must_use]
    pub fn dns_addr(&self) -> Option<SocketAddr> {
        self.dns_addr
    }

    /// Certificate of the authority, in PEM; none without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::pem)
    }

    /// File with [`WebServer::ca_pem`], removed when the server is dropped; none without TLS.
    #[must_use]
    pub fn ca_pem_path(&self) -> Option<&Path> {
        self.authority.as_ref().map(Authority::path)
    }

    /// What has been asked so far, and how politely.
    #[must_use]
    pub fn stats(&self) -> ServerStats {
        self.ledgers.stats(&self.web)
    }

    /// What to tell the operator about this server.
    #[must_use]
    pub fn report(&self) -> Report {
        Report::new(self)
    }

    /// Closes all connections and waits for the threads. The second call does nothing.
    pub fn stop(&self) {
        self.stop.send_replace(true);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a server thread has panicked");
            }
        }
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.stop();
    }
}
