//! A whole crawl through a proxy, which is all that knows the proxy's password.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crawler_testweb::{Tls, WebConfig};

use crate::data::{assert_consistent, assert_nowhere, assert_polite, assert_whole};
use crate::harness::Place;
use crate::webs::{serve, small};

const LOGIN: &str = "crawler:se%40cret";
/// `crawler:se@cret` as the proxy gets it (RFC 7617).
const AUTHORIZATION: &str = "Proxy-Authorization: Basic Y3Jhd2xlcjpzZUBjcmV0";

/// An HTTP proxy; tells its address and how many tunnels it has opened.
fn start() -> (SocketAddr, Arc<AtomicU32>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let tunnels = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&tunnels);
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || tunnel(tcp.unwrap(), &count));
        }
    });
    (at, tunnels)
}

fn tunnel(mut client: TcpStream, count: &AtomicU32) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
    let Some(target) = target.filter(|_| head.contains(AUTHORIZATION)) else {
        return drop(client.write_all(b"HTTP/1.1 407 Who are you\r\n\r\n"));
    };
    let mut server = TcpStream::connect(target).unwrap();
    count.fetch_add(1, Ordering::SeqCst);
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_web_is_crawled_whole_through_a_proxy() {
    for tls in [Tls::Off, Tls::On] {
        let server = serve(WebConfig { tls, ..small() });
        let (at, tunnels) = start();
        let place = Place::new();
        let proxy = format!("http://{LOGIN}@{at}");
        let args = ["--proxy", "127.1.0.2=direct", "--proxy", &proxy, "-vv"];
        let ended = place.crawl(&server, &args).ends(0);
        assert_whole(&place.data(), &server);
        assert_consistent(&ended, &place.data());
        assert_polite(&server);
        let direct = server.stats().connections - u64::from(tunnels.load(Ordering::SeqCst));
        assert!(tunnels.load(Ordering::SeqCst) >= 3 && direct >= 1, "{direct} direct");
        for secret in ["se%40cret", "se@cret", "Y3Jhd2xlcjpzZUBjcmV0"] {
            assert!(!ended.stderr.contains(secret) && !ended.text().contains(secret));
            assert_nowhere(&place.data(), secret);
        }
    }
}

#[test]
fn a_proxy_that_refuses_is_the_reason() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let (at, tunnels) = start();
    let place = Place::new();
    let proxy = format!("http://crawler:wrong@{at}");
    let args = ["--proxy", &proxy, "--retries", "0"];
    let ended = place.crawl(&server, &args).ends(0);
    assert_eq!((ended.number("failed/proxy"), tunnels.load(Ordering::SeqCst)), (1, 0));
    let rows = crate::data::skipped(&place.data());
    let detail = rows[0]["detail"].as_str().unwrap();
    assert!(detail.contains(&format!("proxy http://{at}: ")) && detail.contains("407"), "{detail}");
    assert_eq!(server.stats().connections, 0);
}

#[test]
fn settings_are_shown_without_credentials() {
    let place = Place::new();
    place.write("crawler.toml", "proxy = [\"http://me:hunter2@proxy.example:3128\"]\n");
    let shown = place.crawler(["config", "http://me:hunter2@a.example/"]).ends(0);
    assert!(shown.text().contains("http://***@proxy.example:3128"), "{}", shown.text());
    assert!(!shown.text().contains("hunter2"), "{}", shown.text());
    place.write("crawler.toml", "proxy = [\"ftp://me:hunter2@proxy.example:3128\"]\n");
    let refused = place.crawler(["http://me:hunter2@a.example:port/"]).ends(4);
    refused.says(&["crawler.toml:1", "the scheme of the proxy is not http", "ftp://***@proxy"]);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    place.write("crawler.toml", "");
    let refused = place.crawler(["http://me:hunter2@a.example:port/"]).ends(4);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}
