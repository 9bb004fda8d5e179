//! What only the transport shows.

use http::Version;

use super::client::{get, send};
use super::{config, serve};
use crate::{ExpectedKind, Naming, Tls, WebConfig, WebError, WebServer};

fn urls(server: &WebServer, needle: &str) -> String {
    let found = server.web().expected().find(|expected| expected.url.contains(needle));
    found.map(|expected| expected.url).unwrap()
}

#[tokio::test]
async fn codings_are_negotiated_and_validators_answered() {
    let server = serve(config(21));
    let url = server.seeds().remove(0);
    let cases = [("gzip", Some("gzip")), ("gzip, br", Some("br")), ("identity", None)];
    for (accept, coding) in cases {
        let reply = send(&server, "GET", &url, &[("accept-encoding", accept)]).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, coding));
        assert_eq!(reply.header("vary"), Some("Accept-Encoding"));
        let wire = server.web().page(0, "/").body.encode(crate::Coding::negotiate(Some(accept)));
        assert!(reply.body.unwrap() == wire.concat());
    }
    let reply = get(&server, &url).await;
    let validators = [("if-none-match", "etag"), ("if-modified-since", "last-modified")];
    for (asks, gives) in validators {
        let value = reply.header(gives).unwrap();
        let second = send(&server, "GET", &url, &[(asks, value)]).await;
        assert_eq!((second.status, second.header(gives)), (304, Some(value)));
        assert_eq!(second.body.as_deref(), Some(&b""[..]));
    }
    let stale = send(&server, "GET", &url, &[("if-none-match", "\"other\"")]).await;
    assert_eq!(stale.status, 200);
}

#[tokio::test]
async fn odd_framings_are_what_they_claim() {
    let server = serve(config(22));
    let chunked = get(&server, &urls(&server, "/odd/chunked.html")).await;
    assert_eq!(chunked.header("transfer-encoding"), Some("chunked"));
    assert!(chunked.body.unwrap().ends_with(b"</html>\n"));
    let short = get(&server, &urls(&server, "/odd/short.html")).await;
    let claimed: usize = short.header("content-length").unwrap().parse().unwrap();
    assert!(claimed > 1000, "{claimed}");
    assert!(short.body.is_none(), "the connection ends before the body");
    let empty = get(&server, &urls(&server, "/odd/empty.html")).await;
    assert_eq!((empty.status, empty.body), (200, Some(Vec::new())));
    let untyped = get(&server, &urls(&server, "/odd/sniffed")).await;
    assert_eq!(untyped.header("content-type"), None);
    let file = get(&server, &urls(&server, "/odd/data.bin")).await;
    assert_eq!(file.header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn methods_hosts_and_paths_unknown_are_refused() {
    let server = serve(config(23));
    let url = server.seeds().remove(0);
    let head = send(&server, "HEAD", &url, &[]).await;
    assert_eq!((head.status, head.body.as_deref()), (200, Some(&b""[..])));
    assert!(head.header("content-length").unwrap().parse::<u32>().unwrap() > 2000);
    let post = send(&server, "POST", &url, &[]).await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
    let elsewhere = format!("http://127.0.0.1:{}/", server.port());
    assert_eq!(get(&server, &elsewhere).await.status, 421);
    assert_eq!(get(&server, &format!("{url}trap/x")).await.status, 404);
    assert_eq!(server.stats().unexpected, 1);
}

#[tokio::test]
async fn tls_serves_http_2_to_names_and_addresses() {
    for naming in [Naming::Names, Naming::Addresses] {
        let server = serve(WebConfig { tls: Tls::On, naming, hosts: 4, ..config(24) });
        for url in server.seeds() {
            let reply = get(&server, &url).await;
            assert_eq!((reply.status, reply.version), (200, Version::HTTP_2));
            let host = server.seeds().iter().position(|seed| *seed == url).unwrap();
            assert!(reply.body.unwrap() == server.web().page(host as u32, "/").body.to_vec());
        }
        let short = get(&server, &urls(&server, "/odd/short.html")).await;
        assert!(short.body.is_none());
        let path = server.ca_pem_path().unwrap().to_owned();
        drop(server);
        assert!(!path.exists());
    }
}

#[tokio::test]
async fn a_stopped_server_is_gone_and_its_port_free() {
    let server = serve(WebConfig { threads: 3, ..config(25) });
    let port = server.port();
    assert_eq!(get(&server, &server.seeds()[0]).await.status, 200);
    let taken = WebServer::start(std::sync::Arc::clone(server.web())).unwrap_err();
    assert!(matches!(taken, WebError::Listen { .. }), "{taken}");
    server.stop();
    server.stop();
    let address = server.web().host_name(0);
    assert!(tokio::net::TcpStream::connect((address, port)).await.is_err());
}

#[test]
fn the_report_names_what_a_crawl_needs() {
    let server = serve(WebConfig { naming: Naming::Names, tls: Tls::On, ..config(26) });
    let text = server.report().to_string();
    let dns = server.dns_addr().unwrap().to_string();
    let ca = server.ca_pem_path().unwrap().display().to_string();
    for needle in [&dns, &ca, &server.seeds()[0], "and 4 more", "9 hosts with 30 tiny pages"] {
        assert!(text.contains(needle), "{needle} is not in:\n{text}");
    }
    let errors = [ExpectedKind::Busy, ExpectedKind::Truncated, ExpectedKind::Gone];
    for kind in errors {
        assert!(server.web().expected().any(|expected| expected.kind == kind), "{kind:?}");
    }
}
