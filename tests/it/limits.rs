//! Limits hold exactly, and their exit codes tell which one was reached.

use std::collections::BTreeMap;

use crawler_testweb::WebConfig;

use crate::data::{assert_consistent, page_urls, pages, skipped};
use crate::harness::Place;
use crate::scripted::{Scripted, response};
use crate::webs::{serve, slow, small};

#[test]
fn max_pages_is_exact() {
    let server = serve(WebConfig { pages_per_host: 40, ..small() });
    for workers in ["1", "4"] {
        for limit in [1, 7, 100] {
            let place = Place::new();
            let args = ["--workers", workers, "--max-pages", &limit.to_string()];
            let ended = place.crawl(&server, &args).ends(0);
            assert_eq!(ended.stat("finish_reason"), "page_limit");
            assert_eq!(pages(&place.data()).len(), limit);
            assert_consistent(&ended, &place.data());
        }
    }
}

#[test]
fn max_pages_counts_over_runs() {
    let server = serve(small());
    let place = Place::new();
    for limit in [5, 5, 9] {
        place.crawl(&server, &["--max-pages", &limit.to_string()]).ends(0);
        assert_eq!(pages(&place.data()).len(), limit);
    }
}

#[test]
fn max_pages_per_host_is_exact() {
    let server = serve(small());
    let place = Place::new();
    let ended = place.crawl(&server, &["--max-pages-per-host", "5"]).ends(0);
    let mut per_host = BTreeMap::<String, u32>::new();
    for url in page_urls(&place.data()) {
        let host = url.split('/').nth(2).unwrap().to_owned();
        *per_host.entry(host).or_default() += 1;
    }
    assert_eq!(per_host.values().copied().collect::<Vec<_>>(), [5; 4]);
    assert!(skipped(&place.data()).iter().any(|row| row["reason"] == "host_limit"));
    assert_consistent(&ended, &place.data());
}

#[test]
fn max_bytes_has_its_exit_code() {
    let server = serve(slow());
    let place = Place::new();
    let ended = place.crawl(&server, &["--max-bytes", "100K"]).ends(14);
    assert_eq!(ended.stat("finish_reason"), "byte_limit");
    assert!(ended.number("wire_bytes") >= 100 << 10, "{}", ended.text());
    assert!(ended.number("urls_queued") > 0);
    assert_consistent(&ended, &place.data());
}

#[test]
fn max_time_has_its_exit_code() {
    let server = serve(slow());
    let place = Place::new();
    let ended = place.crawl(&server, &["--max-time", "300ms"]).ends(15);
    assert_eq!(ended.stat("finish_reason"), "time_limit");
    assert!(ended.number("urls_queued") > 0);
    assert_consistent(&ended, &place.data());
}

#[test]
fn of_a_page_without_end_the_first_16_megabytes_are_scanned() {
    let server = Scripted::new(|_, target| match target {
        "/" => {
            let page = format!("<a href=/first>{}<a href=/last>", "x".repeat(16 << 20));
            response(200, "Content-Type: text/html\r\n", &page)
        }
        _ => response(200, "Content-Type: text/plain\r\n", ""),
    });
    let place = Place::new();
    let flags = [
        "-o",
        "crawl",
        "--delay",
        "0",
        "--allow-private",
        "--sitemaps",
        "off",
        "--max-body",
        "32M",
    ];
    let seed = server.url("/");
    let ended = place.crawler(flags.into_iter().chain([seed.as_str()])).ends(0);
    assert_eq!(page_urls(&place.data()), [server.url("/"), server.url("/first")]);
    let rows = pages(&place.data());
    let page = rows.iter().find(|row| row["url"] == seed).unwrap();
    assert_eq!((&page["undecoded"], page.get("truncated")), (&"limit".into(), None));
    assert_consistent(&ended, &place.data());
}
