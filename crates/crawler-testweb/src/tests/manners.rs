//! The server's judgment of the crawler.

use super::client::get;
use super::{config, serve};
use crate::{Expected, ServerStats, WebConfig};

#[tokio::test]
async fn rude_requests_are_counted_by_kind() {
    let server = serve(config(31));
    let stats = |server: &crate::WebServer| server.stats();
    let host = |host: u32| server.web().origin(host);

    get(&server, &format!("{}/", host(1))).await;
    assert_eq!(stats(&server).before_robots, 1);
    get(&server, &format!("{}/robots.txt", host(1))).await;
    get(&server, &format!("{}/trap/a", host(1))).await;
    assert_eq!((stats(&server).before_robots, stats(&server).unexpected), (1, 1));

    get(&server, &format!("{}/robots.txt", host(0))).await;
    for target in ["/private/a.html", "/private/open.html", "/scripts/print.cgi", "/private/zzz"] {
        get(&server, &format!("{}{target}", host(0))).await;
    }
    assert_eq!(stats(&server).disallowed, 3);

    // Host 4 asks for a delay; what follows robots.txt is forgiven.
    for target in ["/robots.txt", "/", "/", "/"] {
        get(&server, &format!("{}{target}", host(4))).await;
    }
    let stats = stats(&server);
    assert_eq!((stats.before_crawl_delay, stats.robots_requests, stats.hosts_asked), (2, 3, 3));
    assert!(stats.gap_ms_min.is_some_and(|gap| gap < ServerStats::CRAWL_DELAY_MS as f64));
    assert_eq!((stats.requests, stats.connections), (12, 12));
    assert_eq!((stats.expected_distinct, stats.expected_repeated), (3, 2));
    assert_eq!(stats.status.values().sum::<u64>(), 12);
    assert_eq!(stats.violations(), 1 + 1 + 3 + 2);
    let worst: Vec<_> = stats.worst.iter().map(|worst| worst.host.as_str()).collect();
    assert_eq!(worst, ["127.1.0.1", "127.1.0.2", "127.1.0.5"]);
    assert!(stats.to_string().contains("violations: 7 (disallowed 3, unexpected 1,"), "{stats}");

    let json = serde_json::to_string(&stats).unwrap();
    assert_eq!(serde_json::from_str::<ServerStats>(&json).unwrap(), stats);
}

#[tokio::test]
async fn retry_after_holds_for_the_whole_host() {
    let server = serve(config(32));
    let busy: Vec<Expected> = server
        .web()
        .expected()
        .filter(|expected| expected.url.contains("/odd/busy.html"))
        .collect();
    let url = &busy[0].url;
    let first = get(&server, url).await;
    assert_eq!((first.status, first.header("retry-after")), (503, Some("1")));
    assert_eq!(server.stats().before_retry_after, 0);
    assert_eq!(get(&server, url).await.status, 200);
    assert_eq!(server.stats().before_retry_after, 1);
}

#[tokio::test]
async fn requests_at_once_are_counted_per_host() {
    let latency = crate::Latency::LogNormal { median_ms: 300, sigma: 0.0, ms_max: 300 };
    let server = serve(WebConfig { latency, ..config(33) });
    let seeds = server.seeds();
    tokio::join!(get(&server, &seeds[0]), get(&server, &seeds[1]));
    assert_eq!(server.stats().host_concurrency_max, 1);
    tokio::join!(get(&server, &seeds[2]), get(&server, &seeds[2]));
    assert_eq!(server.stats().host_concurrency_max, 2);
}
