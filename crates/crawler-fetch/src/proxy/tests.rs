//! Scripted proxies in front of a server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::tests::server::{
    LOOPBACK, ScriptedServer, config, fetcher, get, read_request, run, send,
};
use crate::{AddressPolicy, FailureKind, FetchConfig, Fetched};
use crawler_url::WireUrl;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn proxies_are_read_and_shown_without_credentials() {
    let table = [
        ("http://proxy.example:3128", Ok("http://proxy.example:3128")),
        ("http://user:secret@proxy.example:3128/", Ok("http://proxy.example:3128")),
        ("socks5://us%3Aer:se%40cret@127.0.0.1:1080", Ok("socks5://127.0.0.1:1080")),
        ("socks5h://[::1]:1080", Ok("socks5h://[::1]:1080")),
        ("https://proxy.example:3128", Err(ProxyError::Scheme)),
        ("proxy.example:3128", Err(ProxyError::Form)),
        ("http://proxy.example", Err(ProxyError::Port)),
        ("http://proxy.example:3128/path", Err(ProxyError::Form)),
        ("http://user:se%cret@proxy.example:3128", Err(ProxyError::Login)),
        ("http://:3128", Err(ProxyError::Form)),
        ("", Err(ProxyError::Form)),
    ];
    for (text, expected) in table {
        let proxy = text.parse::<Proxy>();
        let shown = proxy.as_ref().map(ToString::to_string).map_err(|error| *error);
        assert_eq!(shown.as_deref().map_err(|error| *error), expected, "{text}");
        assert!(
            !format!("{proxy:?}").contains("secret") && !format!("{proxy:?}").contains("cret@")
        );
    }
    let login =
        "socks5://us%3Aer:se%40cret@127.0.0.1:1080".parse::<Proxy>().unwrap().login.unwrap();
    assert_eq!((&*login.user, &*login.password), ("us:er", "se@cret"));
}

/// Fetches `url` through a proxy with this scheme and login that does `serve` for one connection.
async fn fetch_through(
    scheme: &str,
    url: &str,
    base: FetchConfig,
    serve: impl AsyncFnOnce(TcpStream) + 'static,
) -> Fetched {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
    let at = listener.local_addr().expect("address");
    tokio::task::spawn_local(async move {
        let (tcp, _) = listener.accept().await.expect("connection");
        serve(tcp).await;
    });
    let proxy = format!("{scheme}{at}").parse().expect("proxy");
    let rule = ProxyRule { hosts: vec![HostPattern::ALL], proxy: Some(proxy) };
    let fetcher = fetcher(FetchConfig { proxies: vec![rule], ..base });
    let url = WireUrl::parse(url).expect("url");
    let addrs = match fetcher.resolve(url.host()).await {
        Ok(resolved) => resolved.addrs,
        Err(_) => vec![LOOPBACK],
    };
    fetcher.fetch(&crate::FetchRequest { addrs, ..get(url) }, None).await
}

/// Passes bytes on in both directions.
async fn pass_on(mut tcp: TcpStream, to: std::net::SocketAddr) {
    let mut server = TcpStream::connect(to).await.expect("server");
    let _ = tokio::io::copy_bidirectional(&mut tcp, &mut server).await;
}

async fn read<const N: usize>(tcp: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    tcp.read_exact(&mut bytes).await.expect("bytes");
    bytes
}

#[test]
fn an_http_proxy_is_asked_for_the_vetted_address() {
    run(async {
        let server = ScriptedServer::start(vec![vec![vec![send(OK)]]]).await;
        let (addr, url) = (server.addr, server.url("/x").to_string());
        let fetched = fetch_through("http://user:pass@", &url, config(), async move |mut tcp| {
            let head = String::from_utf8(read_request(&mut tcp).await).expect("text");
            let wanted = format!(
                "CONNECT {addr} HTTP/1.1\r\nHost: {addr}\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
            );
            assert_eq!(head, wanted);
            tcp.write_all(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await.expect("sent");
            pass_on(tcp, addr).await;
        })
        .await;
        let response = fetched.outcome.expect("response");
        assert_eq!(
            (response.status, &*response.body, response.remote),
            (200, &b"hello"[..], server.addr)
        );
        // What is stored of the request does not know of the proxy.
        let request = String::from_utf8(response.request_head.to_vec()).expect("text");
        assert!(
            request.starts_with("GET /x HTTP/1.1\r\n") && !request.contains("Proxy"),
            "{request}"
        );
    });
}

#[test]
fn a_proxy_that_looks_up_names_is_given_the_name() {
    run(async {
        let server = ScriptedServer::start(vec![vec![vec![send(OK)]]]).await;
        let addr = server.addr;
        let base = FetchConfig { proxy_resolves: true, ..config() };
        let fetched =
            fetch_through("http://", "http://nobody.invalid/", base, async move |mut tcp| {
                let head = read_request(&mut tcp).await;
                assert!(head.starts_with(
                    b"CONNECT nobody.invalid:80 HTTP/1.1\r\nHost: nobody.invalid:80\r\n\r\n"
                ));
                tcp.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await.expect("sent");
                pass_on(tcp, addr).await;
            })
            .await;
        assert_eq!(fetched.outcome.expect("response").status, 200);
    });
}

#[test]
fn socks_by_address_with_login_and_by_name_without() {
    run(async {
        let server = ScriptedServer::start(vec![vec![vec![send(OK)]], vec![vec![send(OK)]]]).await;
        let addr = server.addr;
        let fetched = fetch_through(
            "socks5://user:pass@",
            server.url("/").as_str(),
            config(),
            async move |mut tcp| {
                assert_eq!(read(&mut tcp).await, [5, 1, 2]);
                tcp.write_all(&[5, 2]).await.expect("sent");
                assert_eq!(&read::<11>(&mut tcp).await, b"\x01\x04user\x04pass");
                tcp.write_all(&[1, 0]).await.expect("sent");
                let [high, low] = addr.port().to_be_bytes();
                assert_eq!(read(&mut tcp).await, [5, 1, 0, 1, 127, 0, 0, 1, high, low]);
                tcp.write_all(&[5, 0, 0, 1, 1, 2, 3, 4, 0, 80]).await.expect("sent");
                pass_on(tcp, addr).await;
            },
        )
        .await;
        assert_eq!(fetched.outcome.expect("response").remote, server.addr);

        let url = "http://nobody.invalid:8080/";
        let fetched = fetch_through("socks5h://", url, config(), async move |mut tcp| {
            assert_eq!(read(&mut tcp).await, [5, 1, 0]);
            tcp.write_all(&[5, 0]).await.expect("sent");
            assert_eq!(&read::<21>(&mut tcp).await, b"\x05\x01\x00\x03\x0enobody.invalid\x1f\x90");
            tcp.write_all(&[5, 0, 0, 3, 3, b'a', b'.', b'b', 0, 80]).await.expect("sent");
            pass_on(tcp, addr).await;
        })
        .await;
        assert_eq!(&*fetched.outcome.expect("response").body, b"hello");
    });
}

#[test]
fn what_a_proxy_refuses_is_told() {
    let table: &[(&str, &[u8], &str)] = &[
        (
            "http://",
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "another user or password (407)",
        ),
        ("http://", b"HTTP/1.1 503 Busy\r\n\r\n", "answered CONNECT with 503"),
        ("http://", b"SSH-2.0\r\n\r\n", "did not answer CONNECT with HTTP"),
        ("http://", b"HTTP/1.1 200", "end of file"),
        ("socks5://", b"HT", "does not speak SOCKS 5"),
        ("socks5://", b"\x05\xff", "wants a user and password"),
        ("socks5://a:b@", b"\x05\x00", "takes no user and password"),
        ("socks5://a:b@", b"\x05\x02\x01\x01", "refuses the user and password"),
        ("socks5://", b"\x05\x00\x05\x05\x00\x01", "the server refused the connection"),
        ("socks5://", b"\x05\x00\x05\x00\x00\x09", "an address of no known kind"),
    ];
    for (scheme, answer, detail) in table {
        run(async {
            let fetched =
                fetch_through(scheme, "http://127.0.0.1:9/", config(), async move |mut tcp| {
                    tcp.write_all(answer).await.expect("sent");
                    tcp.shutdown().await.expect("shut");
                    let _ = tcp.read_to_end(&mut Vec::new()).await;
                })
                .await;
            let failure = fetched.outcome.expect_err("refused");
            assert_eq!(failure.kind, FailureKind::Proxy, "{failure}");
            assert!(failure.detail.contains(detail), "{failure} is not {detail}");
            assert!(!failure.detail.contains("a:b"), "{failure}");
        });
    }
}

#[test]
fn private_addresses_stay_refused_behind_a_proxy() {
    run(async {
        for scheme in ["http://", "socks5://", "socks5h://"] {
            let base = FetchConfig { address_policy: AddressPolicy::PublicOnly, ..config() };
            let fetched =
                fetch_through(scheme, "http://127.0.0.1:9/", base, async |_| panic!("asked")).await;
            assert_eq!(fetched.outcome.expect_err("refused").kind, FailureKind::AddressRefused);
        }
    });
}

#[test]
fn the_first_rule_for_a_host_holds() {
    let proxy: Proxy = "http://127.0.0.1:1".parse().expect("proxy");
    let hosts = |text: &str| vec![text.parse().expect("pattern")];
    let proxies = vec![
        ProxyRule { hosts: hosts("direct.example"), proxy: None },
        ProxyRule { hosts: hosts("*.example"), proxy: Some(proxy.clone()) },
    ];
    let fetcher = run(async { fetcher(FetchConfig { proxies, ..config() }) });
    for (host, expected) in
        [("direct.example", None), ("a.example", Some(&proxy)), ("b.test", None)]
    {
        assert_eq!(fetcher.proxy(host), expected, "{host}");
    }
}
