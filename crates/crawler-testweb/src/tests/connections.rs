//! Connections that end after some answers, and sessions that outlive them.

use std::num::NonZeroU32;
use std::sync::Arc;

use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::HandshakeKind;
use tokio::net::TcpStream;

use super::client::{self, address};
use super::{config, serve};
use crate::{Naming, Resumption, Tls, WebConfig, WebServer};

fn closing_after(answers: u32, tls: Tls) -> WebServer {
    let answers_per_connection = NonZeroU32::new(answers);
    serve(WebConfig { tls, answers_per_connection, naming: Naming::Names, ..config(31) })
}

async fn connect(server: &WebServer) -> TcpStream {
    let host = server.web().host_name(0);
    TcpStream::connect((address(&host), server.port())).await.unwrap()
}

#[tokio::test]
async fn http_1_says_with_the_last_answer_that_it_closes() {
    let server = closing_after(3, Tls::Off);
    let stream = TokioIo::new(connect(&server).await);
    let (mut sender, connection) = http1::handshake(stream).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut closes = Vec::new();
    while sender.ready().await.is_ok() {
        let request = Request::get("/").header("host", server.web().host_name(0));
        let reply = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await;
        let reply = reply.unwrap();
        assert_eq!(reply.status(), 200);
        closes.push(reply.headers().get("connection").map(|value| value.to_str().unwrap().into()));
        reply.into_body().collect().await.unwrap();
    }
    assert_eq!(closes, [None, None, Some("close".to_owned())]);
    driver.await.unwrap().unwrap();
}

#[tokio::test]
async fn http_2_goes_away_after_the_last_answer() {
    let server = closing_after(3, Tls::On);
    let settings = client::settings(&server);
    let name = server.web().host_name(0);
    let stream = client::secure(&settings, connect(&server).await, &name).await;
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let driver = tokio::spawn(connection);
    for _ in 0..3 {
        let request = Request::get(server.seeds().remove(0)).body(Empty::<Bytes>::new()).unwrap();
        let reply = sender.send_request(request).await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.into_body().collect().await.unwrap();
    }
    // Ends without an error, although this side would go on.
    driver.await.unwrap().unwrap();
    assert!(sender.ready().await.is_err());
}

#[tokio::test]
async fn sessions_resume_only_where_the_web_lets_them() {
    for (resumption, kind) in
        [(Resumption::Tickets, HandshakeKind::Resumed), (Resumption::None, HandshakeKind::Full)]
    {
        let server = serve(WebConfig {
            tls: Tls::On,
            resumption,
            naming: Naming::Names,
            answers_per_connection: NonZeroU32::new(1),
            ..config(32)
        });
        let settings = client::settings(&server);
        assert_eq!(handshake(&server, &settings).await, HandshakeKind::Full);
        assert_eq!(handshake(&server, &settings).await, kind, "{resumption}");
    }
}

/// Connects, fetches a page, so that tickets have arrived, and tells how the session began.
async fn handshake(server: &WebServer, settings: &Arc<rustls::ClientConfig>) -> HandshakeKind {
    let name = server.web().host_name(0);
    let stream = client::secure(settings, connect(server).await, &name).await;
    let kind = stream.get_ref().1.handshake_kind().unwrap();
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let driver = tokio::spawn(connection);
    let request = Request::get(server.seeds().remove(0)).body(Empty::<Bytes>::new()).unwrap();
    sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
    driver.await.unwrap().unwrap();
    kind
}
