//! Reads requests and plays what the hosts answer, byte by byte: an HTTP library would not let us.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::ledger::{Ledger, Visit};
use super::site::{Door as Way, Handshake, Step, answer};
use super::web::HostileWeb;
use crate::error::WebError;
use crate::server::dns;

/// Longest request head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Longest wait for one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
/// First byte of a TLS handshake (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// What every connection needs.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) web: Arc<HostileWeb>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) tls: TlsAcceptor,
}

/// Shakes hands with a certificate that nobody vouches for.
pub(super) fn untrusted() -> Result<TlsAcceptor, WebError> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["untrusted.test".to_owned()])?.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until told to stop; what is open then is dropped with the runtime.
pub(super) async fn serve(
    listener: TcpListener,
    door: Door,
    dns: dns::Sockets,
    mut stopped: watch::Receiver<bool>,
) {
    let web = Arc::clone(&door.web);
    if let Err(error) = dns.spawn(Arc::new(move |name| web.resolve(name))) {
        tracing::error!(%error, "dns responder cannot start");
    }
    tokio::select! {
        // An error means that the server is gone, so both outcomes end the thread.
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = accept(listener, door) => {}
    }
}

async fn accept(listener: TcpListener, door: Door) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let local = stream.local_addr().map(|addr| addr.ip());
        if let (Ok(IpAddr::V4(local)), true) = (local, peer.ip().is_loopback()) {
            let door = door.clone();
            // The client hanging up is how most of it ends.
            tokio::spawn(async move { drop(serve_connection(stream, local, door).await) });
        }
    }
}

async fn serve_connection(mut stream: TcpStream, local: Ipv4Addr, door: Door) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first == [TLS_HANDSHAKE] {
        return match door.web.site_at(local).map(|site| &site.door) {
            Some(Way::Https(Handshake::Plays(steps))) => {
                let steps = steps.clone();
                let mut greeting = [0; 4096];
                let _ = stream.read(&mut greeting).await?;
                play(stream, steps, None).await
            }
            _ => door.tls.accept(stream).await.map(drop),
        };
    }
    let Ok(request) = tokio::time::timeout(HEAD_TIMEOUT, read_request(&mut stream)).await else {
        return Ok(());
    };
    let Some((host, target)) = request? else { return Ok(()) };
    let Some(label) = door.web.label_of(&host) else {
        door.ledger.unexpected(&host, &target);
        return play(stream, answer("421 Misdirected Request", "", ""), None).await;
    };
    let visit = door.ledger.begin(label, local, &target, Instant::now());
    let steps = door.web.respond(label, &target, visit.nth).unwrap_or_else(|| {
        door.ledger.unexpected(label, &target);
        answer("404 Not Found", "", "")
    });
    play(stream, steps, Some(visit)).await
}

/// Host and target; `None` if the connection ends before a head that has both.
async fn read_request(stream: &mut TcpStream) -> io::Result<Option<(String, String)>> {
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1);
    let host = head.lines().find_map(|line| line.strip_prefix("Host: "));
    Ok(host.zip(target).map(|(host, target)| (host.to_owned(), target.to_owned())))
}

/// The visit ends with the last step, before the client can see the end of the answer.
async fn play(mut stream: TcpStream, steps: Vec<Step>, visit: Option<Visit>) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await?,
            Step::Forever(bytes, pause) => loop {
                stream.write_all(&bytes).await?;
                if !pause.is_zero() && hangs_up(&mut stream, pause).await {
                    return Ok(());
                }
            },
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Stall => {
                while !hangs_up(&mut stream, HEAD_TIMEOUT).await {}
                return Ok(());
            }
            Step::Reset => {
                drop(visit);
                return stream.set_zero_linger();
            }
            Step::Quiet(pause) => {
                if let Some(visit) = &visit {
                    visit.quiet(pause, Instant::now());
                }
            }
        }
    }
    drop(visit);
    stream.shutdown().await
}

/// Whether the client hangs up within `patience`; it has nothing more to say.
async fn hangs_up(stream: &mut TcpStream, patience: Duration) -> bool {
    let mut rest = [0; 64];
    tokio::time::timeout(patience, stream.read(&mut rest)).await.is_ok()
}
