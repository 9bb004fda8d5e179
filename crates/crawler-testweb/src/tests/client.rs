//! One request on a connection of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;

use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use url::Url;

use crate::{WebServer, host};

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) version: http::Version,
    pub(super) headers: HeaderMap,
    /// None if the connection ended before the body.
    pub(super) body: Option<Vec<u8>>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

pub(super) async fn get(server: &WebServer, url: &str) -> Reply {
    send(server, "GET", url, &[]).await
}

pub(super) async fn send(
    server: &WebServer,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let url = Url::parse(url).unwrap();
    let stream =
        TcpStream::connect((address(url.host_str().unwrap()), server.port())).await.unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::builder().method(method);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    if url.scheme() == "https" {
        let request = request.uri(url.as_str()).body(Empty::<Bytes>::new()).unwrap();
        let stream = secure(&settings(server), stream, url.host_str().unwrap()).await;
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let driver = tokio::spawn(connection);
        let reply = read(sender.send_request(request).await.unwrap()).await;
        driver.abort();
        return reply;
    }
    let request = request.header("host", authority);
    let request = request.uri(target).body(Empty::<Bytes>::new()).unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let driver = tokio::spawn(connection);
    let reply = read(sender.send_request(request).await.unwrap()).await;
    driver.abort();
    reply
}

pub(super) fn address(name: &str) -> Ipv4Addr {
    name.parse().unwrap_or_else(|_| host::address(host::of_name(name).unwrap()))
}

/// Trusts the server's authority and asks for HTTP/2.
pub(super) fn settings(server: &WebServer) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    let pem = std::fs::read(server.ca_pem_path().unwrap()).unwrap();
    assert_eq!(pem, server.ca_pem().unwrap().as_bytes());
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut settings = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    settings.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(settings)
}

pub(super) async fn secure(
    settings: &Arc<rustls::ClientConfig>,
    stream: TcpStream,
    name: &str,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    tokio_rustls::TlsConnector::from(Arc::clone(settings)).connect(name, stream).await.unwrap()
}

async fn read(response: http::Response<Incoming>) -> Reply {
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok().map(|body| body.to_bytes().to_vec());
    Reply { status: head.status.as_u16(), version: head.version, headers: head.headers, body }
}
