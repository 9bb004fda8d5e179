//! Any bytes as the answer of a server, over a real connection: the head that is kept is a part of
//! what was sent, and the body no longer than allowed.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crawler_fetch::{AddressPolicy, FetchConfig, FetchRequest, Fetcher, TlsRoots};
use crawler_url::WireUrl;
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

const BODY_BYTES_MAX: u64 = 1000;
const HEAD_BYTES_MAX: usize = 2048;
const HEADERS_MAX: usize = 20;

struct Place {
    runtime: Runtime,
    local: LocalSet,
    listener: TcpListener,
    fetcher: Fetcher,
    request: FetchRequest,
}

impl Place {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let local = LocalSet::new();
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (listener, fetcher) = local.block_on(&runtime, async {
            let config = FetchConfig {
                address_policy: AddressPolicy::AllowPrivate,
                first_byte_timeout: Duration::from_secs(2),
                total_timeout: Duration::from_secs(3),
                head_bytes_max: HEAD_BYTES_MAX,
                headers_max: HEADERS_MAX,
                ..FetchConfig::default()
            };
            let roots = TlsRoots::load(&config).expect("roots");
            let fetcher = Fetcher::new(config, &roots).expect("fetcher");
            (TcpListener::bind((ip, 0)).await.expect("listener"), fetcher)
        });
        let port = listener.local_addr().expect("address").port();
        let url = WireUrl::parse(&format!("http://127.0.0.1:{port}/")).expect("url");
        let body_bytes_max = Some(BODY_BYTES_MAX);
        let request = FetchRequest { url, addrs: vec![ip], validators: None, body_bytes_max, cookies: None };
        Self { runtime, local, listener, fetcher, request }
    }

    fn check(&self, answer: &[u8]) {
        let serve = async {
            let (mut stream, _) = self.listener.accept().await.expect("connection");
            let _ = stream.read(&mut [0; 1024]).await;
            // The client may hang up on what it has read.
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        };
        let fetch = self.fetcher.fetch(&self.request, None);
        let both = async { tokio::join!(serve, fetch).1 };
        let fetched = self.local.block_on(&self.runtime, both);
        let Ok(response) = fetched.outcome else { return };
        assert!(response.body.len() as u64 <= BODY_BYTES_MAX);
        assert!(response.head.len() <= HEAD_BYTES_MAX && response.headers.len() <= HEADERS_MAX);
        assert!(response.status >= 200 || response.status == 101);
        let head = &response.head[..];
        assert!(answer.windows(head.len()).any(|part| part == head), "the head as it was sent");
    }
}

thread_local! {
    static PLACE: Place = Place::new();
}

fuzz_target!(|answer: &[u8]| PLACE.with(|place| place.check(answer)));
