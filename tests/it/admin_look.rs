//! Looking into a running crawl by its admin interface: hosts, URLs, pages, metrics, the audit log.

use serde_json::{Value, json};

use crate::data::{expected_urls, pages};
use crate::harness::{Place, Running, until};
use crate::http::Admin;
use crate::webs::{erring, serve, slow};
use crawler_testweb::WebServer;

/// A service that has crawled all of a web and waits.
fn done(place: &Place, server: &WebServer) -> (Running, Admin) {
    place.write("seeds.txt", &server.seeds().join("\n"));
    let args = ["--seeds", "seeds.txt", "--admin", "127.0.0.1:0", "--retries", "0"];
    let running = place.command_from(&["serve"], server, &args).start();
    let admin = Admin::of(&place.data());
    until("the end of the work", || {
        let status = admin.get("/v1/status").json();
        let totals = &status["totals"];
        let ended: u64 =
            ["fetched", "failed", "skipped"].iter().filter_map(|key| totals[key].as_u64()).sum();
        (status["state"] == "waiting" && totals["discovered"] == ended).then_some(())
    });
    (running, admin)
}

fn ends(running: Running) {
    running.signal("TERM");
    running.ends(11);
}

fn strings<'a>(rows: &'a Value, key: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap()).collect()
}

/// All parts of a list.
fn all(admin: &Admin, path: &str, key: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = admin.get(&format!("{path}{cursor}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json();
        found.extend(page[key].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn hosts_and_urls_are_listed() {
    let server = serve(erring());
    let place = Place::new();
    let (running, admin) = done(&place, &server);
    let hosts = all(&admin, "/v1/hosts?sort=stored&limit=3", "hosts");
    assert!(hosts.len() >= 8);
    let busiest = &admin.get("/v1/hosts?sort=fetched&limit=1").json()["hosts"][0];
    let fetched: Vec<u64> = hosts.iter().filter_map(|host| host["fetched"].as_u64()).collect();
    assert_eq!(busiest["fetched"].as_u64(), fetched.iter().max().copied());
    let name = busiest["host"].as_str().unwrap();
    let part = &name[..name.len() - 2];
    let found = admin.get(&format!("/v1/hosts?q={part}&state=idle")).json();
    assert!(strings(&found["hosts"], "host").contains(&name));
    assert_eq!(admin.get(&format!("/v1/hosts/{name}")).json()["fetched"], busiest["fetched"]);
    assert_eq!(admin.get("/v1/hosts/nobody.example").status, 404);
    assert!(admin.get("/v1/hosts/no%20host").says(404).contains("not the name of a host"));
    for bad in ["limit=0", "limit=1001", "limit=x", "sort=best", "state=tired", "what=1"] {
        assert_eq!(admin.get(&format!("/v1/hosts?{bad}")).status, 400, "{bad}");
    }

    let rows = all(&admin, &format!("/v1/urls?host={name}&state=fetched&limit=7"), "urls");
    let own = pages(&place.data());
    let is_own = |page: &&Value| page["url"].as_str().unwrap().contains(&format!("//{name}/"));
    assert_eq!(rows.len(), own.iter().filter(is_own).count());
    assert!(rows.iter().all(|row| row["at_ms"].as_u64().unwrap() > 1_600_000_000_000));
    let queued = admin.get(&format!("/v1/urls?host={name}")).json();
    assert_eq!(queued, json!({"urls": [], "next_cursor": null}));
    ends(running);
}

#[test]
fn a_url_is_explained_and_its_page_given() {
    let server = serve(erring());
    let place = Place::new();
    let (running, admin) = done(&place, &server);
    let url = server.seeds().remove(0);
    let told = admin.get(&format!("/v1/explain?url={url}")).json();
    assert!(told["answer"].as_str().unwrap().starts_with("fetched at "), "{told}");
    assert!(told["fingerprint"].is_string(), "the store is read while the crawl runs");
    let page = admin.get(&format!("/v1/pages?url={url}")).json();
    assert_eq!(page["status"], 200);
    assert!(page["head"].as_str().unwrap().starts_with("HTTP/1.1 200"));
    let body = admin.get(&format!("/v1/pages/body?url={url}"));
    assert_eq!(body.header("content-disposition"), Some("attachment"));
    assert_eq!(body.header("content-security-policy"), Some("sandbox"));
    assert_eq!(body.body_bytes as u64, page["body_bytes"].as_u64().unwrap());
    assert!(body.header("content-type").unwrap().starts_with("text/html"));
    admin.get("/v1/pages?url=http://nobody.example/").says(404);
    admin.get("/v1/explain?url=nothing").says(404);
    assert_eq!(admin.get("/v1/explain").status, 400);
    assert_eq!(admin.get("/v1/traps").json(), json!({"traps": []}));
    ends(running);
}

#[test]
fn a_host_is_blocked_until_it_is_let_go() {
    let server = serve(slow());
    let place = Place::new();
    let args = ["--admin", "127.0.0.1:0"];
    let running = place.command_from(&["serve"], &server, &args).start();
    let admin = Admin::of(&place.data());
    until("readiness", || (admin.get("/readyz").status == 200).then_some(()));
    let seed = server.seeds().remove(0);
    let host = seed.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    let path = format!("/v1/hosts/{host}");
    let block = json!({"blocked_until_ms": u64::MAX, "reason": "asked by mail"}).to_string();
    let blocked = admin.authorized("PATCH", &path, &block).json();
    assert_eq!(
        (&blocked["state"], &blocked["override"]["reason"]),
        (&json!("blocked"), &json!("asked by mail"))
    );
    let token = format!("Bearer {}", admin.token);
    let added = admin.ask("POST", "/v1/seeds", &[("Authorization", &token)], &seed);
    assert_eq!(added.json()["accepted"], 1);
    let waits = admin.get(&format!("/v1/urls?host={host}")).json();
    assert_eq!(waits["urls"][0]["state"], "queued");
    let told = admin.get(&format!("/v1/explain?url={seed}")).json();
    assert_eq!(told["next_fetch"]["waits_for"], "the end of the operator's block", "{told}");
    assert_eq!(server.stats().requests, 0);

    for (body, status) in [
        (json!({"concurrency": 0}), 422),
        (json!({"ttl_secs": 0, "delay_ms": 1}), 422),
        (json!({"ttl_secs": 400_000_000, "delay_ms": 1}), 422),
        (json!({"delay": 1}), 400),
        (json!({"delay_ms": -1}), 400),
    ] {
        assert_eq!(admin.authorized("PATCH", &path, &body.to_string()).status, status, "{body}");
    }
    admin.authorized("PATCH", "/v1/hosts/no%20host", "{}").says(404);
    assert_eq!(admin.ask("PATCH", &path, &[], &block).status, 401);

    let free = admin.authorized("PATCH", &path, r#"{"blocked_until_ms": null}"#).json();
    assert_eq!(free["override"], Value::Null);
    until("requests", || (server.stats().requests > 0).then_some(()));
    let entries = admin.get("/v1/audit?limit=3").json()["entries"].clone();
    assert_eq!(strings(&entries, "action"), ["change_host", "seeds", "change_host"]);
    assert_eq!(entries[2]["target"], host);
    assert_eq!(entries[2]["reason"], "asked by mail");
    assert_eq!(entries[2]["actor"], "127.0.0.1");
    ends(running);
}

#[test]
fn what_happens_is_told_as_it_happens() {
    let server = serve(slow());
    let place = Place::new();
    let running = place.crawl(&server, &["--admin", "127.0.0.1:0"]).start();
    let admin = Admin::of(&place.data());
    let fetch = admin.event("fetch", "fetch");
    assert!(expected_urls(&server).iter().any(|url| fetch["url"] == url.as_str()), "{fetch}");
    assert_eq!(fetch["status"], 200);
    let dropped = admin.event("fetch", "dropped");
    assert!(dropped["events"].as_u64().unwrap() > 0, "the web is faster than the stream");
    let told = std::thread::scope(|scope| {
        let told = scope.spawn(|| admin.event("status,operator", "operator"));
        // The listener is there once it has had its first state; whenever that is, one of these comes
        // after it.
        until("the operation", || {
            admin.post("/v1/pause", "");
            admin.post("/v1/resume", "");
            told.is_finished().then_some(())
        });
        told.join().unwrap()
    });
    assert!(["pause", "resume"].contains(&told["text"].as_str().unwrap()), "{told}");
    let metrics = admin.get("/metrics");
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(
        metrics.body.contains("crawler_accounting_error 0") && metrics.body.ends_with("# EOF\n")
    );
    let status = admin.get("/v1/status").json();
    assert!(!status["why_not_faster"]["sentence"].as_str().unwrap().is_empty());
    assert!(status["shards"][0]["in_flight_max"].as_u64().unwrap() > 0);
    running.signal("TERM");
    running.ends_any();
}
