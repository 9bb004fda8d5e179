//! A crawl as a service: it waits for seeds, reads its configuration anew, and tells the service
//! manager how it is.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::data::{assert_consistent, assert_whole, expected_urls};
use crate::harness::{Place, Run, Running, until};
use crate::http::Admin;
use crate::webs::{serve, small};
use crawler_testweb::WebServer;
use serde_json::{Value, json};

const ADMIN: [&str; 2] = ["--admin", "127.0.0.1:0"];

fn waits(admin: &Admin) {
    until("waiting for seeds", || {
        (admin.get("/v1/status").json()["state"] == "waiting").then_some(())
    });
}

/// `crawler serve` without seeds.
fn service(place: &Place, server: &WebServer, args: &[&str]) -> Run {
    let serve = ["serve", "--robots", "obey"];
    place.command_from(&serve, server, &[&ADMIN[..], args].concat())
}

fn ended(running: Running, place: &Place) {
    running.signal("TERM");
    assert_consistent(&running.ends(11), &place.data());
}

fn seeds(admin: &Admin, path: &str, media_type: &str, body: &str) -> Value {
    let token = format!("Bearer {}", admin.token);
    let headers = [("Authorization", token.as_str()), ("Content-Type", media_type)];
    let answer = admin.ask("POST", path, &headers, body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn a_service_waits_for_seeds_and_crawls_them() {
    let server = serve(small());
    let place = Place::new();
    let running = service(&place, &server, &[]).start();
    let admin = Admin::of(&place.data());
    waits(&admin);
    assert_eq!(admin.get("/healthz").says(200), "ok");
    assert_eq!(admin.get("/readyz").says(200), "ok");

    let urls = server.seeds();
    let text = format!("# seeds\n{}\nnothing\nftp://a.example/\n", urls.join("\n"));
    let told = seeds(&admin, "/v1/seeds?dry_run=true", "text/plain", &text);
    assert_eq!(told["accepted"], urls.len());
    assert_eq!(told["refused"], 2);
    assert_eq!(server.stats().requests, 0);

    let told = seeds(&admin, "/v1/seeds", "text/plain", &text);
    assert_eq!(told["accepted"], urls.len());
    assert_eq!((&told["duplicate"], &told["refused"]), (&json!(0), &json!(2)));
    let line = urls.len() + 2;
    assert_eq!(told["problems"][0]["line"], line);
    assert_eq!(told["problems"][0]["text"], "nothing");
    assert!(told["problems"][1]["reason"].as_str().unwrap().contains("`ftp`"));
    until("all pages", || {
        let status = admin.get("/v1/status").json();
        (status["totals"]["fetched"] == expected_urls(&server).len()).then_some(())
    });
    waits(&admin);

    let rows: Vec<String> = urls.iter().map(|url| json!({"url": url}).to_string()).collect();
    let told = seeds(&admin, "/v1/seeds", "application/x-ndjson", &rows.join("\n"));
    assert_eq!((&told["accepted"], &told["duplicate"]), (&json!(0), &json!(urls.len())));
    assert!(admin.post("/v1/seeds", "{}").says(415).contains("text/plain"));
    ended(running, &place);
    assert_whole(&place.data(), &server);

    // What it was told survives: the same command waits again, and knows them.
    let running = service(&place, &server, &[]).start();
    let admin = Admin::of(&place.data());
    waits(&admin);
    let told = seeds(&admin, "/v1/seeds", "text/plain", &urls.join("\n"));
    assert_eq!(told["duplicate"], urls.len());
    ended(running, &place);
}

#[test]
fn seeds_come_in_any_number() {
    let server = serve(small());
    let place = Place::new();
    let running = service(&place, &server, &[]).start();
    let admin = Admin::of(&place.data());
    waits(&admin);
    admin.post("/v1/pause", "").says(200);
    let lines: Vec<String> = (0..2500).map(|n| format!("http://127.0.0.1:1/{n}")).collect();
    let told = seeds(&admin, "/v1/seeds", "text/plain", &lines.join("\n"));
    assert_eq!(told["accepted"], 2500);
    assert_eq!(admin.get("/v1/status").json()["totals"]["queued"], 2500);
    ended(running, &place);
}

#[test]
fn a_hangup_reads_the_configuration_anew() {
    let server = serve(small());
    let place = Place::new();
    let config = |text: &str| place.write("crawler.toml", text);
    config("log_level = \"info\"\nretries = 2\n");
    let running = service(&place, &server, &[]).start();
    let admin = Admin::of(&place.data());
    waits(&admin);
    let level = || admin.get("/v1/log-level").json()["level"].as_str().unwrap().to_owned();
    assert_eq!(level(), "info");

    config("log_level = \"crawler=debug,info\"\nretries = 2\nwarc_size = \"2G\"\n");
    running.signal("HUP");
    running.says("new configuration");
    assert_eq!(level(), "crawler=debug,info");

    config("log_level = \"loud\"\ndealy = 1\n");
    running.signal("HUP");
    running.says("nothing changes: 2 problems");
    let refused = admin.post("/v1/reload", "").says(422);
    assert!(refused.contains("crawler.toml:1") && refused.contains("dealy"), "{refused}");
    assert_eq!(level(), "crawler=debug,info");

    config("log_level = \"warn\"\nretries = 3\nwarc_size = \"2G\"\n");
    let reloaded = admin.post("/v1/reload", "").json();
    assert_eq!(
        reloaded,
        json!({"changed": ["retries", "log_level"], "needs_restart": ["warc_size"]})
    );

    let set = admin.authorized("PUT", "/v1/log-level", r#"{"level": "info"}"#);
    assert_eq!(set.json(), json!({"level": "info"}));
    for (body, status) in
        [(r#"{"level": "loud"}"#, 422), ("{", 400), (r#"{"level": 1}"#, 400), ("{}", 400)]
    {
        admin.authorized("PUT", "/v1/log-level", body).says(status);
    }
    let long = format!("{{\"level\": \"{}\"}}", "x".repeat(70_000));
    admin.authorized("PUT", "/v1/log-level", &long).says(413);
    assert_eq!(level(), "info");
    ended(running, &place);
}

#[test]
fn the_service_manager_is_told() {
    let server = serve(small());
    let place = Place::new();
    let socket = UnixDatagram::bind(place.path("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut told = Told { socket, lines: Vec::new() };
    let path = place.path("notify").display().to_string();
    let running = service(&place, &server, &[])
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "300000")
        .start();
    told.wait_for("READY=1");
    told.wait_for("STATUS=waiting for seeds; 0 fetched");
    // Three chances in each period: two in a row, with nothing else between them.
    told.wait_for("WATCHDOG=1");
    told.wait_for("WATCHDOG=1");
    running.signal("HUP");
    told.wait_for("RELOADING=1");
    told.wait_for("MONOTONIC_USEC=");
    told.wait_for("READY=1");
    running.signal("TERM");
    told.wait_for("STOPPING=1");
    running.ends(11);
}

/// What the service manager hears.
struct Told {
    socket: UnixDatagram,
    lines: Vec<String>,
}

impl Told {
    /// Waits for a line that begins so, behind those waited for before.
    fn wait_for(&mut self, start: &str) {
        let mut datagram = [0; 4096];
        loop {
            if let Some(at) = self.lines.iter().position(|line| line.starts_with(start)) {
                self.lines.drain(..=at);
                return;
            }
            self.lines.clear();
            let len = self.socket.recv(&mut datagram).unwrap_or_else(|_| panic!("no {start}"));
            let text = String::from_utf8_lossy(&datagram[..len]).into_owned();
            self.lines.extend(text.lines().map(str::to_owned));
        }
    }
}
