//! The admin interface of a running crawl: what it shows, what it does, and whom it refuses.

use std::os::unix::fs::PermissionsExt;

use crate::data::{assert_consistent, assert_whole};
use crate::harness::{Place, until};
use crate::http::Admin;
use crate::webs::{serve, slow, small};
use crawler_testweb::{Latency, WebConfig};

const ADMIN: [&str; 2] = ["--admin", "127.0.0.1:0"];

/// Takes minutes unless it is ended.
fn endless() -> WebConfig {
    let latency = Latency::LogNormal { median_ms: 200, sigma: 0.0, ms_max: 200 };
    WebConfig { hosts: 8, pages_per_host: 400, latency, ..slow() }
}

#[test]
fn a_crawl_shows_its_state_and_takes_orders() {
    let server = serve(endless());
    let place = Place::new();
    let running = place.crawl(&server, &ADMIN).start();
    let admin = Admin::of(&place.data());
    until("readiness", || (admin.get("/readyz").status == 200).then_some(()));
    assert_eq!(admin.get("/healthz").says(200), "ok");
    let status = until("pages", || {
        let status = admin.get("/v1/status").json();
        (status["totals"]["fetched"].as_u64()? >= 5).then_some(status)
    });
    assert_eq!(status["state"], "running");
    assert_eq!(status["pid"], running.pid());
    assert_eq!(status["accounting_error"], 0);
    assert_eq!(status["shards"].as_array().unwrap().len(), 2);
    assert!(status["memory_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(status["disk_free_bytes"].as_u64().unwrap() > 0);
    until("speeds", || {
        let rates = &admin.get("/v1/status").json()["rates"];
        (rates["pages_per_second"].as_f64()? > 0.0 && rates["bytes_per_second"].as_f64()? > 0.0)
            .then_some(())
    });
    assert!(admin.event("status", "status")["totals"]["fetched"].as_u64().unwrap() >= 5);
    let history = admin.get("/v1/history").json();
    assert_eq!(history["interval_ms"], 1000);
    assert!(history["samples"][0]["busy_permille"].as_array().unwrap().len() == 2);

    assert_eq!(admin.post("/v1/pause", "").says(200), "paused");
    assert_eq!(admin.get("/v1/status").json()["state"], "paused");
    assert_eq!(admin.post("/v1/pause", "").says(409), "the crawl is paused");
    until("the fetches in flight", || {
        (admin.get("/v1/status").json()["totals"]["in_flight"] == 0).then_some(())
    });
    assert_eq!(admin.post("/v1/resume", "").says(200), "resumed");
    assert_eq!(admin.post("/v1/resume", "").says(409), "the crawl is running");
    assert!(admin.post("/v1/drain", "").says(200).starts_with("draining: "));
    let ended = running.ends(11);
    assert_eq!(ended.stat("finish_reason"), "interrupted");
    assert_consistent(&ended, &place.data());
    assert!(!place.data().join("operator/address").exists());
}

#[test]
fn a_crawl_can_be_stopped_at_once_and_goes_on() {
    let latency = Latency::LogNormal { median_ms: 20_000, sigma: 0.0, ms_max: 20_000 };
    let server = serve(WebConfig { latency, hosts: 2, pages_per_host: 3, ..small() });
    let place = Place::new();
    let args = [&ADMIN[..], &["--robots", "ignore"]].concat();
    let running = place.crawl(&server, &args).start();
    let admin = Admin::of(&place.data());
    until("requests", || (server.stats().requests >= 2).then_some(()));
    assert_eq!(admin.post("/v1/shutdown", "").says(200), "stopping");
    let ended = running.ends(13);
    assert_eq!(ended.stat("finish_reason"), "forced");
    assert_eq!(ended.number("urls_queued"), 2);
}

#[test]
fn writes_need_the_token_and_names_must_be_known() {
    let server = serve(endless());
    let place = Place::new();
    let running = place.crawl(&server, &[&ADMIN[..], &["--admin-hosts", "crawler.test"]].concat());
    let running = running.start();
    let admin = Admin::of(&place.data());
    until("readiness", || (admin.get("/readyz").status == 200).then_some(()));
    let token = place.data().join("operator/token");
    assert_eq!(std::fs::metadata(token).unwrap().permissions().mode() & 0o777, 0o600);

    let wrong = format!("Bearer {}", "0".repeat(64));
    for headers in [&[][..], &[("Authorization", wrong.as_str())], &[("Authorization", "Basic x")]]
    {
        let answer = admin.ask("POST", "/v1/pause", headers, "");
        assert!(answer.says(401).contains("token"));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert!(answer.json()["hint"].as_str().unwrap().contains("operator/token"));
    }
    assert_eq!(admin.get("/v1/status").json()["state"], "running");

    for (host, status) in
        [("evil.test", 421), ("localhost:1", 200), ("crawler.test", 200), ("127.0.0.1", 200)]
    {
        let answer = admin.ask("GET", "/v1/status", &[("Host", host)], "");
        assert_eq!(answer.status, status, "{host}");
    }
    let answer = admin.get("/");
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        for answer in [&answer, &admin.get("/v1/status"), &admin.get("/nowhere")] {
            assert_eq!(answer.header(name), Some(value));
        }
    }
    assert_eq!(admin.get("/nowhere").says(404), "there is nothing here");
    let answer = admin.authorized("DELETE", "/v1/status", "");
    assert_eq!(answer.says(405), "not by this method");
    assert!(answer.header("allow").unwrap().contains("GET"));
    assert!(admin.get("/v1/status?x=1").status == 200);
    assert!(admin.get("/v1/events?types=nothing").says(400).contains("`nothing`"));
    running.signal("INT");
    running.ends(11);
}

#[test]
fn elsewhere_everything_needs_the_token_but_the_probes() {
    let server = serve(endless());
    let place = Place::new();
    let running = place.crawl(&server, &["--admin", "0.0.0.0:0"]).start();
    let admin = Admin::of(&place.data());
    for (path, status) in [
        ("/v1/status", 401),
        ("/v1/events", 401),
        ("/openapi.json", 401),
        ("/nowhere", 401),
        ("/", 200),
        ("/assets/app.js", 200),
        ("/healthz", 200),
    ] {
        assert_eq!(admin.get(path).status, status, "{path}");
    }
    assert_eq!(admin.authorized("GET", "/v1/status", "").status, 200);
    running.signal("INT");
    running.ends(11);
}

#[test]
fn an_address_in_use_is_told_before_anything_is_fetched() {
    let server = serve(small());
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let ended = place.crawl(&server, &["--admin", &addr]).ends(1);
    ended.says(&[&format!("cannot listen on {addr}"), "in use", "--admin ADDR:PORT"]);
    assert_eq!(server.stats().requests, 0);
    assert!(!place.data().exists());
}

#[test]
fn a_directory_in_use_is_told_rather_than_its_address() {
    let server = serve(endless());
    let place = Place::new();
    let running = place.crawl(&server, &ADMIN).start();
    let addr = Admin::of(&place.data()).addr;
    place.crawl(&server, &["--admin", &addr]).ends(5).says(&["is in use by process"]);
    running.signal("INT");
    running.ends(11);
}

#[test]
fn a_thousand_orders_change_nothing_in_what_is_crawled() {
    let server = serve(slow());
    let place = Place::new();
    // It waits when it is done, so that no order comes too late.
    let running = place.crawl(&server, &[&ADMIN[..], &["--daemon"]].concat()).start();
    let admin = Admin::of(&place.data());
    until("readiness", || (admin.get("/readyz").status == 200).then_some(()));
    let orders = ["/v1/pause", "/v1/resume", "/v1/reload"];
    for (n, order) in orders.iter().cycle().take(1001).enumerate() {
        admin.post(order, "").says_done();
        assert!(n != 20 || admin.get("/v1/status").json()["totals"]["queued"] != 0);
    }
    until("the end of the work", || {
        (admin.get("/v1/status").json()["state"] == "waiting").then_some(())
    });
    running.signal("TERM");
    let ended = running.ends(11);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    assert_eq!(server.stats().expected_repeated, 0);
}

#[test]
fn a_crawl_that_is_watched_is_whole() {
    let server = serve(small());
    let place = Place::new();
    let running = place.crawl(&server, &ADMIN).start();
    let admin = Admin::of(&place.data());
    for _ in 0..20 {
        if std::net::TcpStream::connect(&admin.addr).is_err() {
            break;
        }
        admin.get("/v1/status");
    }
    let ended = running.ends(0);
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
}
