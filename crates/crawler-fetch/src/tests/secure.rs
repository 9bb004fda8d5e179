use super::server::{LOOPBACK, config, fetcher, get, run};
use crate::{FailureKind, FetchConfig, FetchSetupError, Http2, Protocol, TlsRoots, Truncated};
use bytes::Bytes;
use crawler_url::WireUrl;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use std::cell::Cell;
use std::convert::Infallible;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// A certificate authority of the test's own, as a PEM file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("authority");
        let mut file = NamedTempFile::new().expect("file");
        file.write_all(issuer.pem().as_bytes()).expect("written");
        Self { issuer, file }
    }

    fn acceptor(&self, name: &str, alpn: &[&str]) -> TlsAcceptor {
        let key = KeyPair::generate().expect("key");
        let params = CertificateParams::new([name.to_owned()]).expect("params");
        let certificate = params.signed_by(&key, &self.issuer).expect("certificate");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).expect("der"),
            )
            .expect("server config");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    fn config(&self, http2: Http2) -> FetchConfig {
        FetchConfig { ca_files: vec![self.file.path().to_owned()], http2, ..config() }
    }
}

/// Answers over the protocol that TLS agreed on; returns the URL and the count of connections.
async fn start(acceptor: TlsAcceptor, body: Bytes) -> (WireUrl, Rc<Cell<usize>>) {
    start_until(acceptor, body, Rc::default()).await
}

/// As [`start`]; breaks an HTTP/2 connection when told to.
async fn start_until(
    acceptor: TlsAcceptor,
    body: Bytes,
    word: Rc<Notify>,
) -> (WireUrl, Rc<Cell<usize>>) {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let accepted = Rc::new(Cell::new(0));
    let counter = Rc::clone(&accepted);
    tokio::task::spawn_local(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(tls) = acceptor.accept(tcp).await else { continue };
            counter.set(counter.get() + 1);
            let body = body.clone();
            let answer = service_fn(move |request: hyper::Request<_>| {
                let _: &hyper::body::Incoming = request.body();
                let asked = format!("{} {}", request.uri(), request.headers().len());
                let response = hyper::Response::builder()
                    .header("X-Asked", asked)
                    .body(Full::new(body.clone()));
                async move { Ok::<_, Infallible>(response.expect("response")) }
            });
            let http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
            let io = TokioIo::new(tls);
            let word = Rc::clone(&word);
            tokio::task::spawn_local(async move {
                if http2 {
                    let serving = hyper::server::conn::http2::Builder::new(LocalExec)
                        .serve_connection(io, answer);
                    tokio::select! {
                        _ = serving => {}
                        () = word.notified() => {}
                    }
                } else {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(io, answer)
                        .await;
                }
            });
        }
    });
    (WireUrl::parse(&format!("https://localhost:{port}/a?b")).expect("url"), accepted)
}

#[derive(Clone)]
struct LocalExec;

impl<F: Future + 'static> hyper::rt::Executor<F> for LocalExec {
    fn execute(&self, task: F) {
        tokio::task::spawn_local(async move {
            task.await;
        });
    }
}

#[test]
fn the_protocol_is_agreed_on_by_alpn() {
    let table: &[(Http2, &[&str], Protocol)] = &[
        (Http2::ByAlpn, &["h2", "http/1.1"], Protocol::Http2),
        (Http2::ByAlpn, &["http/1.1"], Protocol::Http11),
        (Http2::ByAlpn, &[], Protocol::Http11),
        (Http2::Off, &["h2", "http/1.1"], Protocol::Http11),
    ];
    let authority = Authority::new();
    for (http2, alpn, version) in table {
        run(async {
            let body = Bytes::from(vec![b'x'; 100_000]);
            let (url, accepted) = start(authority.acceptor("localhost", alpn), body.clone()).await;
            let fetcher = fetcher(authority.config(*http2));
            let mut connection = None;
            for _ in 0..3 {
                let got = fetcher.fetch(&get(url.clone()), connection).await;
                let response = got.outcome.expect("response");
                assert_eq!(response.version, *version);
                assert_eq!(response.body, body);
                assert_eq!((response.truncated, response.tls), (None, true));
                connection = got.connection;
            }
            assert_eq!(accepted.get(), 1, "{http2:?} {alpn:?}");
        });
    }
}

#[test]
fn http2_heads_are_rendered() {
    let authority = Authority::new();
    run(async {
        let (url, _) = start(authority.acceptor("localhost", &["h2"]), Bytes::new()).await;
        let got = fetcher(authority.config(Http2::ByAlpn)).fetch(&get(url.clone()), None).await;
        let response = got.outcome.expect("response");
        let head = String::from_utf8(response.head.to_vec()).expect("ascii");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nx-asked: {url} 3\r\n")), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
        let sent = String::from_utf8(response.request_head.to_vec()).expect("ascii");
        let start = format!("GET /a?b HTTP/1.1\r\nhost: {}\r\nuser-agent: ", url.authority());
        assert!(sent.starts_with(&start), "{sent}");
    });
}

#[test]
fn http2_bodies_are_cut_at_the_limit() {
    let authority = Authority::new();
    run(async {
        let body = Bytes::from(vec![b'x'; 1_000_000]);
        let (url, accepted) = start(authority.acceptor("localhost", &["h2"]), body).await;
        let fetcher = fetcher(authority.config(Http2::ByAlpn));
        let mut request = get(url);
        request.body_bytes_max = Some(70_000);
        let got = fetcher.fetch(&request, None).await;
        let response = got.outcome.expect("response");
        assert_eq!((response.body.len(), response.truncated), (70_000, Some(Truncated::Length)));
        assert!(got.connection.is_none());
        assert_eq!(accepted.get(), 1);
    });
}

/// The server answers with three header lines.
#[test]
fn http2_header_lines_are_limited_as_others_are() {
    let authority = Authority::new();
    for (headers_max, is_allowed) in [(3, true), (2, false)] {
        run(async {
            let body = Bytes::from_static(b"hello");
            let (url, _) = start(authority.acceptor("localhost", &["h2"]), body).await;
            let config = FetchConfig { headers_max, ..authority.config(Http2::ByAlpn) };
            let got = fetcher(config).fetch(&get(url), None).await;
            let failed = got.outcome.err().map(|failure| failure.kind);
            assert_eq!(failed, (!is_allowed).then_some(FailureKind::HeadTooLarge));
        });
    }
}

#[test]
fn a_stale_http2_connection_is_replaced_unnoticed() {
    let authority = Authority::new();
    run(async {
        let word = Rc::new(Notify::new());
        let acceptor = authority.acceptor("localhost", &["h2"]);
        let body = Bytes::from_static(b"hello");
        let (url, accepted) = start_until(acceptor, body, Rc::clone(&word)).await;
        let fetcher = fetcher(authority.config(Http2::ByAlpn));
        let got = fetcher.fetch(&get(url.clone()), None).await;
        assert!(got.connection.is_some());
        word.notify_one();
        let got = fetcher.fetch(&get(url), got.connection).await;
        assert_eq!(got.outcome.expect("response").body, "hello");
        assert_eq!(accepted.get(), 2);
    });
}

#[test]
fn certificates_are_verified() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (trusted, name) in [(&stranger, "localhost"), (&authority, "elsewhere.test")] {
        run(async {
            let (url, _) = start(authority.acceptor(name, &[]), Bytes::new()).await;
            let got = fetcher(trusted.config(Http2::ByAlpn)).fetch(&get(url), None).await;
            let failure = got.outcome.expect_err("failure");
            assert_eq!(failure.kind, FailureKind::Tls, "{failure}");
        });
    }
}

#[test]
fn a_handshake_with_something_else_fails() {
    let table: [(&[u8], FailureKind); 2] =
        [(b"HTTP/1.1 400 Bad Request\r\n\r\n", FailureKind::Tls), (b"", FailureKind::Connect)];
    for (sent, kind) in table {
        run(async move {
            let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
            let addr = listener.local_addr().expect("address");
            tokio::task::spawn_local(async move {
                let (mut tcp, _) = listener.accept().await.expect("connection");
                // All of the client's first message is read, so that the close is no reset.
                let _ = tcp.read(&mut [0; 4096]).await;
                let _ = tcp.write_all(sent).await;
            });
            let url = WireUrl::parse(&format!("https://{addr}/")).expect("url");
            let got = fetcher(config()).fetch(&get(url), None).await;
            let failure = got.outcome.expect_err("failure");
            assert_eq!(failure.kind, kind, "{failure}");
        });
    }
}

#[test]
fn a_bad_ca_file_is_named() {
    let mut no_pem = NamedTempFile::new().expect("file");
    no_pem.write_all(b"not a certificate").expect("written");
    for path in [PathBuf::from("/nonexistent/ca.pem"), no_pem.path().to_owned()] {
        let config = FetchConfig { ca_files: vec![path.clone()], ..config() };
        match TlsRoots::load(&config) {
            Err(FetchSetupError::CaFile { path: named, .. }) => assert_eq!(named, path),
            other => panic!("{other:?}"),
        }
    }
}
