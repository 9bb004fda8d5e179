//! What a hook is sent, and how often.

use std::io::Read as _;
use std::time::Duration;

use reqwest::header::HeaderValue;

use super::server::Server;
use super::{deliver, give};
use crate::follow::{Delivery, Follower, RowRange};
use crate::sink::{Backoff, Webhook, WebhookConfig};

const RANGE: RowRange = RowRange { from: 100, to: 2345 };

fn config(url: &str) -> WebhookConfig {
    let tick = Duration::from_millis(1);
    WebhookConfig {
        url: url.parse().unwrap(),
        user_agent: "crawler/test".to_owned(),
        authorization: None,
        secret: None,
        gzip: false,
        rows_max: 10,
        patience: Duration::from_secs(5),
        backoff: Backoff { first: tick, longest: tick },
    }
}

fn at(server: &Server) -> String {
    format!("http://{}/hook?key=1", server.addr)
}

#[test]
fn a_batch_is_posted_with_what_identifies_it() {
    let server = Server::new(&["204 Fine"]);
    let mut sink = Webhook::new(config(&at(&server))).unwrap();
    let given = give(&mut sink, 0..10);
    assert!(sink.is_full());
    deliver(&mut sink, RANGE);
    assert!(!sink.is_full());
    let request = server.requests.recv().unwrap();
    assert_eq!(request.line, "POST /hook?key=1 HTTP/1.1");
    assert_eq!(String::from_utf8(request.body.clone()).unwrap(), given);
    for (name, value) in [
        ("content-type", "application/x-ndjson"),
        ("x-crawler-batch", "100-2345"),
        ("user-agent", "crawler/test"),
        ("authorization", ""),
        ("x-crawler-signature", ""),
        ("content-encoding", ""),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
}

#[test]
fn bodies_are_compressed_and_signed_as_sent() {
    let server = Server::new(&["200 OK"]);
    let mut sink = Webhook::new(WebhookConfig {
        authorization: Some(HeaderValue::from_static("Bearer to-ken")),
        secret: Some(b"key".to_vec()),
        gzip: true,
        ..config(&at(&server))
    })
    .unwrap();
    let given = give(&mut sink, 0..5);
    deliver(&mut sink, RANGE);
    let request = server.requests.recv().unwrap();
    assert_eq!(request.header("authorization"), "Bearer to-ken");
    assert_eq!(request.header("content-encoding"), "gzip");
    let code = crate::sink::webhook::hmac::hmac_sha256(b"key", &request.body);
    assert_eq!(request.header("x-crawler-signature"), format!("sha256={code}"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&request.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, given);
}

#[test]
fn what_fails_is_posted_again_unchanged_until_it_is_taken() {
    let server = Server::new(&[
        "503 Busy",
        "429 Slow\r\nRetry-After: 1",
        "500 Broken",
        "408 Late",
        "200 OK",
    ]);
    let mut sink = Webhook::new(config(&at(&server))).unwrap();
    let given = give(&mut sink, 0..3);
    deliver(&mut sink, RANGE);
    let requests: Vec<_> = server.requests.try_iter().collect();
    assert_eq!((requests.len(), sink.attempts_failed()), (5, 4));
    for request in requests {
        assert_eq!(request.body, given.as_bytes());
        assert_eq!(request.header("x-crawler-batch"), "100-2345");
    }
}

#[test]
fn a_refusal_ends_it_and_says_why() {
    for answer in [&["401 Unauthorized"], &["404 Not Found"], &["301 Moved\r\nLocation: /x"]] {
        let server = Server::new(answer);
        let mut sink = Webhook::new(config(&at(&server))).unwrap();
        give(&mut sink, 0..3);
        let error = loop {
            match sink.deliver(RANGE) {
                Ok(delivery) => assert_eq!(delivery, Delivery::UnderWay),
                Err(error) => break error.to_string(),
            }
        };
        assert!(error.contains(answer[0].split('\r').next().unwrap()), "{error}");
        assert!(error.contains("`as told`") && !error.contains("key=1"), "{error}");
        assert_eq!(server.requests.try_iter().count(), 1);
    }
}

#[test]
fn a_hook_that_cannot_be_reached_is_tried_without_blocking() {
    // Nobody listens there (RFC 1078).
    let mut sink = Webhook::new(config("http://127.0.0.1:1/")).unwrap();
    give(&mut sink, 0..3);
    for _ in 0..2 {
        assert_eq!(sink.deliver(RANGE).unwrap(), Delivery::UnderWay);
    }
}
