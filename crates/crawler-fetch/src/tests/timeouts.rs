use super::server::{LOOPBACK, Step, config, fetch_once, fetcher, get, run, send};
use crate::{AddressPolicy, FailureKind, FetchConfig, FetchRequest, Fetched, Phase, Truncated};
use crawler_url::WireUrl;
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::TcpListener;

const SECOND: Duration = Duration::from_secs(1);

fn kind_of(got: Fetched) -> FailureKind {
    got.outcome.expect_err("failure").kind
}

fn patience(first_byte: u32, total: u32) -> FetchConfig {
    FetchConfig {
        first_byte_timeout: SECOND * first_byte,
        total_timeout: SECOND * total,
        tls_timeout: SECOND * first_byte,
        ..config()
    }
}

#[test]
fn a_slow_head_ends_at_the_nearer_limit() {
    for (first_byte, total, phase) in [(3, 10, Phase::FirstByte), (10, 4, Phase::Total)] {
        let steps = vec![send("HTTP/1.1 200 OK\r\n"), Step::Stall];
        let got = run(fetch_once(steps, patience(first_byte, total)));
        let waited = got.timings.total;
        assert_eq!(kind_of(got), FailureKind::Timeout(phase));
        let limit = SECOND * first_byte.min(total);
        assert!(waited >= limit && waited < limit + SECOND, "{waited:?}");
    }
}

#[test]
fn a_slow_body_keeps_what_came() {
    for sent in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
    ] {
        // Longer than the limit for the head, which must not count for the body.
        let got = run(fetch_once(vec![send(sent), Step::Stall], patience(2, 7)));
        let response = got.outcome.expect("response");
        assert_eq!(response.body, "hello");
        assert_eq!(response.truncated, Some(Truncated::Time));
        assert!(got.timings.total >= SECOND * 7);
        assert!(got.connection.is_none());
    }
}

#[test]
fn a_silent_tls_handshake_times_out() {
    run(async {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let url = WireUrl::parse(&format!("https://localhost:{port}/")).expect("url");
        let fetcher = fetcher(patience(3, 10));
        let silent = tokio::task::spawn_local(async move {
            let _kept = listener.accept().await;
            tokio::time::pause();
            std::future::pending::<()>().await;
        });
        let got = fetcher.fetch(&get(url), None).await;
        silent.abort();
        assert!(got.timings.tls >= SECOND * 3);
        assert_eq!(kind_of(got), FailureKind::Timeout(Phase::Tls));
    });
}

#[test]
fn addresses_are_tried_in_order() {
    run(async {
        let listener = TcpListener::bind("127.0.0.2:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let accepting = tokio::task::spawn_local(async move {
            let accepted = listener.accept().await;
            tokio::time::pause();
            accepted
        });
        let url = WireUrl::parse(&format!("http://host.test:{port}/")).expect("url");
        // Nothing listens on the first one.
        let addrs: Vec<IpAddr> = vec![LOOPBACK, IpAddr::from([127, 0, 0, 2])];
        let request = FetchRequest { addrs, ..get(url) };
        let fetcher = fetcher(patience(1, 2));
        let fetching = fetcher.fetch(&request, None);
        assert_eq!(kind_of(fetching.await), FailureKind::Timeout(Phase::FirstByte));
        assert!(accepting.await.expect("task").is_ok());
    });
}

#[test]
fn no_more_than_three_addresses_are_tried() {
    run(async {
        let listener = TcpListener::bind("127.0.0.2:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let url = WireUrl::parse(&format!("http://host.test:{port}/")).expect("url");
        let mut addrs = vec![LOOPBACK; 3];
        addrs.push(IpAddr::from([127, 0, 0, 2]));
        let got = fetcher(config()).fetch(&FetchRequest { addrs, ..get(url) }, None).await;
        assert_eq!(kind_of(got), FailureKind::Connect);
    });
}

#[test]
fn no_address_is_a_failure() {
    let url = WireUrl::parse("http://host.test/").expect("url");
    let request = FetchRequest { addrs: Vec::new(), ..get(url) };
    let got = run(async { fetcher(config()).fetch(&request, None).await });
    assert_eq!(kind_of(got), FailureKind::Connect);
}

/// A name server that answers with a public address first and a private one later, or with both,
/// gets nowhere.
#[test]
fn of_several_addresses_only_the_allowed_are_connected_to() {
    run(async {
        let allowed = TcpListener::bind("127.0.0.3:0").await.expect("listener");
        let port = allowed.local_addr().expect("address").port();
        let refused = TcpListener::bind(("127.0.0.2", port)).await.expect("listener");
        let networks = ["127.0.0.3".parse().expect("network")];
        let address_policy = AddressPolicy::PublicAnd(networks.as_slice().into());
        let fetcher = fetcher(FetchConfig { address_policy, ..patience(1, 2) });
        let url = WireUrl::parse(&format!("http://host.test:{port}/")).expect("url");
        let addrs: Vec<IpAddr> = [2, 3].map(|last| IpAddr::from([127, 0, 0, last])).into();
        let request = FetchRequest { addrs: addrs.clone(), ..get(url.clone()) };
        let accepting = tokio::task::spawn_local(async move {
            tokio::select! {
                _ = allowed.accept() => "allowed",
                _ = refused.accept() => "refused",
            }
        });
        // Whoever was connected to hangs up.
        assert_eq!(kind_of(fetcher.fetch(&request, None).await), FailureKind::Reset);
        assert_eq!(accepting.await.expect("task"), "allowed");
        let request = FetchRequest { addrs: addrs[..1].to_vec(), ..get(url) };
        let kind = kind_of(fetcher.fetch(&request, None).await);
        assert_eq!(kind, FailureKind::AddressRefused);
    });
}

#[test]
fn private_addresses_are_refused_before_connecting() {
    run(async {
        let config = FetchConfig { address_policy: AddressPolicy::PublicOnly, ..config() };
        let fetcher = fetcher(config);
        for host in ["127.0.0.1", "[::1]", "::1", "localhost", "a.localhost", "10.0.0.1"] {
            let failure = fetcher.resolve(host).await.expect_err(host);
            assert_eq!(failure.kind, FailureKind::AddressRefused, "{host}");
        }
        // Also when the caller vouches for the address.
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let url = WireUrl::parse(&format!("http://host.test:{port}/")).expect("url");
        let got = fetcher.fetch(&get(url), None).await;
        assert_eq!(kind_of(got), FailureKind::AddressRefused);
    });
}
