//! Manners, as the servers see them.

use crawler_testweb::{Errors, Latency, WebConfig};

use crate::data::{
    assert_consistent, assert_polite, assert_same, page_urls, pages, skipped, sorted, stats, texts,
};
use crate::harness::{Place, until};
use crate::webs::{erring, serve, small};

#[test]
fn the_delay_holds_for_each_host() {
    let server = serve(WebConfig { hosts: 3, ..small() });
    let place = Place::new();
    place.crawl(&server, &["--delay", "200ms", "--max-pages", "18"]).ends(0);
    assert_polite(&server);
    let stats = server.stats();
    // The clock that paces has whole milliseconds.
    assert!(stats.gap_ms_min.unwrap() >= 199.0, "{stats}");
    assert_eq!(stats.hosts_asked, 3);
}

#[test]
fn the_delay_holds_over_a_restart() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let place = Place::new();
    for limit in ["1", "2", "3"] {
        place.crawl(&server, &["--delay", "600ms", "--max-pages", limit]).ends(0);
    }
    let stats = server.stats();
    assert_eq!(stats.robots_requests, 1, "its rules were kept: {stats}");
    assert!(stats.gap_ms_min.unwrap() >= 599.0, "{stats}");
}

#[test]
fn a_redirected_robots_txt_waits_for_its_address_and_is_asked_for_once() {
    let server = serve(small());
    let place = Place::new();
    // Host 3 redirects its robots.txt to itself, sooner than its address may be asked again.
    let seed = &server.seeds()[3];
    let args = ["--delay", "150ms", "--ip-delay", "150ms", "--max-pages", "3", seed];
    place.crawl_from(&server, &args).ends(0);
    let stats = server.stats();
    assert_eq!(pages(&place.data()).len(), 3);
    assert_eq!(stats.robots_requests, 2, "{stats}");
    assert!(stats.gap_ms_min.unwrap() >= 149.0, "{stats}");
}

#[test]
fn the_crawl_delay_of_robots_txt_wins() {
    let server = serve(erring());
    let place = Place::new();
    let seed = &server.seeds()[4];
    place.crawl_from(&server, &["--max-pages", "8", seed]).ends(0);
    assert_polite(&server);
    assert_eq!(pages(&place.data()).len(), 8);
    assert!(server.stats().gap_ms_min.unwrap() >= 199.0, "{}", server.stats());
}

#[test]
fn host_concurrency_is_used_and_not_exceeded() {
    let latency = Latency::LogNormal { median_ms: 30, sigma: 0.1, ms_max: 60 };
    let server = serve(WebConfig { hosts: 2, pages_per_host: 40, latency, ..small() });
    let place = Place::new();
    let ended = place.crawl(&server, &["--host-concurrency", "3"]).ends(0);
    let stats = server.stats();
    assert_eq!(stats.host_concurrency_max, 3, "{stats}");
    assert_eq!(stats.violations(), 0, "{stats}");
    assert_consistent(&ended, &place.data());
}

#[test]
fn slow_hosts_are_asked_less_often_on_request() {
    let latency = Latency::LogNormal { median_ms: 30, sigma: 0.1, ms_max: 60 };
    let server = serve(WebConfig { hosts: 1, latency, ..small() });
    let place = Place::new();
    let args = ["--adaptive-delay", "6", "--robots", "ignore", "--max-pages", "6"];
    place.crawl(&server, &args).ends(0);
    let stats = server.stats();
    // A request takes at least 20 ms; six times that, and the request itself.
    assert!(stats.gap_ms_min.unwrap() >= 120.0, "{stats}");
}

#[test]
fn retry_after_is_waited_for() {
    let server = serve(WebConfig { hosts: 1, pages_per_host: 2, errors: Errors::Some, ..small() });
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    let stats = server.stats();
    assert_eq!(stats.status[&503], 1, "{stats}");
    assert_polite(&server);
    let rows = pages(&place.data());
    let busy = rows.iter().find(|row| row["url"].as_str().unwrap().ends_with("/odd/busy.html"));
    assert_eq!(busy.unwrap()["status"], 200);
}

#[test]
fn retry_after_is_waited_for_after_a_kill() {
    let server = serve(WebConfig { hosts: 1, pages_per_host: 2, errors: Errors::Some, ..small() });
    let place = Place::new();
    let running = place.crawl(&server, &[]).start();
    until("a committed 503", || {
        (stats(&place.data())?["counters"]["retried"].as_u64()? > 0).then_some(())
    });
    running.kill();
    let was_early = server.stats().status.get(&503) == Some(&1);
    place.crawl(&server, &[]).ends(0);
    let stats = server.stats();
    assert!(was_early && stats.status[&503] == 1, "asked once too early: {stats}");
    assert_eq!(stats.robots_requests, 1, "its rules were kept: {stats}");
    assert_polite(&server);
}

#[test]
fn robots_txt_is_obeyed_and_the_line_named() {
    let server = serve(WebConfig { hosts: 8, pages_per_host: 2, ..small() });
    let place = Place::new();
    place.crawl(&server, &[]).ends(0);
    assert_polite(&server);
    let web = server.web();
    let rows = skipped(&place.data());
    assert!(rows.iter().all(|row| row["reason"] == "robots"), "{rows:?}");
    assert_eq!(texts(&rows, "url"), sorted(web.disallowed()));
    for row in &rows {
        let url = row["url"].as_str().unwrap();
        let host = (0..8).find(|host| url.starts_with(&web.origin(*host))).unwrap();
        let rules = String::from_utf8(web.page(host, "/robots.txt").body.to_vec()).unwrap();
        let number = row["detail"].as_str().unwrap().strip_prefix("robots.txt line ").unwrap();
        let line = rules.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
        let rule = if url.contains(".cgi") { "Disallow: /*.cgi$" } else { "Disallow: /private/" };
        assert!(line.starts_with(rule), "{row}: {line}");
    }
}

#[test]
fn a_host_whose_robots_txt_fails_is_left_alone() {
    let server = serve(erring());
    let place = Place::new();
    let seed = server.seeds()[5].clone();
    let ended = place.crawl_from(&server, &[&seed]).ends(0);
    assert_eq!(ended.number("pages"), 0);
    assert_eq!(ended.number("skipped/robots"), 1);
    let stats = server.stats();
    assert_eq!(stats.requests, stats.robots_requests, "{stats}");
    let row = &skipped(&place.data())[0];
    assert_eq!(row["url"], seed);
    // No line says so: the operator must learn the real cause.
    let detail = row["detail"].as_str().unwrap();
    assert!(!detail.contains("line") && detail.contains("robots.txt"), "{row}");
}

#[test]
fn robots_txt_can_be_ignored() {
    let server = serve(erring());
    let place = Place::new();
    place.crawl(&server, &["--robots", "ignore"]).ends(0);
    let found = page_urls(&place.data());
    for url in server.web().disallowed() {
        assert!(found.contains(&url), "{url}");
    }
    assert_eq!(server.stats().robots_requests, 0);
}

#[test]
fn the_user_agent_chooses_the_rules() {
    let server = serve(small());
    let place = Place::new();
    let ended = place.crawl(&server, &["--user-agent", "GreedyBot/2 (+x@example.com)"]).ends(0);
    // Host 2 has no robots.txt; all others turn this one away.
    let open = server.web().origin(2);
    let expected = server.web().expected_on(2).map(|expected| expected.url);
    assert_same(&page_urls(&place.data()), &sorted(expected));
    let denied = texts(&skipped(&place.data()), "url");
    assert_eq!(ended.number("skipped/robots"), denied.len() as u64);
    assert!(!denied.is_empty() && !denied.iter().any(|url| url.starts_with(&open)), "{denied:?}");
}
