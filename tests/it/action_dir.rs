//! Orders dropped into the action directory of a service.

use std::path::Path;

use crate::harness::{Place, Running, until};
use crate::http::Admin;
use crate::webs::{serve, small};
use crawler_testweb::WebServer;

fn start(place: &Place, server: &WebServer) -> (Running, Admin) {
    let args = ["--admin", "127.0.0.1:0"];
    let running = place.command_from(&["serve"], server, &args).start();
    let admin = Admin::of(&place.data());
    until("readiness", || (admin.get("/readyz").status == 200).then_some(()));
    (running, admin)
}

/// What was killed has left where it listened.
fn forget_address(place: &Place) {
    std::fs::remove_file(place.data().join("operator/address")).unwrap();
}

/// Drops an order as careful people do, and gives what was said about it.
fn drop_in(place: &Place, name: &str, text: &str, end: &str) -> String {
    let dir = place.data().join("action");
    let hidden = dir.join(format!(".{name}"));
    std::fs::write(&hidden, text).unwrap();
    std::fs::rename(hidden, dir.join(name)).unwrap();
    let file = dir.join(end).join(name);
    until(name, || file.exists().then_some(()));
    assert!(!dir.join(name).exists());
    assert_eq!(read(&file), text);
    read(&dir.join(end).join(format!("{name}.reason.txt")))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn orders_are_done_and_moved_away() {
    let server = serve(small());
    let place = Place::new();
    let (running, admin) = start(&place, &server);
    let seed = server.seeds().remove(0);
    let host = seed.strip_prefix("http://").unwrap().trim_end_matches('/');

    let said = drop_in(&place, "a.block", &format!("# slow\n{host} 2h asked by mail\n"), "done");
    assert_eq!(said, "1 hosts blocked, 0 lines refused\n");
    let blocked = admin.get(&format!("/v1/hosts/{host}")).json();
    assert_eq!(blocked["state"], "blocked");
    assert_eq!(blocked["override"]["reason"], "asked by mail");
    assert!(blocked["override"]["expires_at_ms"].as_u64().unwrap() > 0);

    let said = drop_in(&place, "a.seeds", &format!("{seed}\n"), "done");
    assert_eq!(said, "1 new seeds, 0 known, 0 refused\n");
    assert_eq!(admin.get("/v1/status").json()["totals"]["queued"], 1);
    assert_eq!(server.stats().requests, 0, "the host is blocked");

    let said = drop_in(&place, "b.seeds", &format!("{seed}\nnothing\n"), "failed");
    assert!(
        said.starts_with("0 new seeds, 1 known, 1 refused\nline 2: `nothing` is a word"),
        "{said}"
    );
    let said = drop_in(&place, "b.block", "http://a.example/ 2h\n", "failed");
    assert!(said.contains("line 1: `http://a.example/` is not the name of a host"), "{said}");

    let said = drop_in(&place, "a.config", "retries = 1\n", "done");
    assert_eq!(said, "in force: retries\n");
    let said = drop_in(&place, "b.config", "max_redirects = 3\nworkers = 1\n", "done");
    assert_eq!(said, "in force: max_redirects; after a restart: workers\n");
    let said = drop_in(&place, "c.config", "retires = 1\n", "failed");
    assert!(said.contains("c.config:1") && said.contains("did you mean `retries`?"), "{said}");

    let said = drop_in(&place, "d.config", "format = \"parquet\"\n", "done");
    assert_eq!(said, "after a restart: workers, format\n");
    let rules = "retries = 2\n[[extract]]\nname = \"x\"\nfields.a = \"h1\"\n";
    let said = drop_in(&place, "e.config", rules, "failed");
    for part in ["e.config:2", "cannot be laid over", "extract_rules = [\"FILE\"]"] {
        assert!(said.contains(part), "{said}");
    }

    // Reading the configuration anew ends what was laid over it.
    let reloaded = admin.post("/v1/reload", "").json();
    let changed = reloaded["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 2, "{reloaded}");
    running.signal("TERM");
    running.ends(11);
}

#[test]
fn what_an_operator_laid_over_the_configuration_survives_a_kill() {
    let server = serve(small());
    let place = Place::new();
    let (running, admin) = start(&place, &server);
    let said = drop_in(&place, "a.config", "retries = 1\noutput = \"elsewhere\"\n", "done");
    assert_eq!(said, "in force: retries; after a restart: output\n");
    let level = "{\"level\": \"info,crawler_fetch=debug\"}";
    assert_eq!(admin.authorized("PUT", "/v1/log-level", level).status, 200);
    running.kill();
    forget_address(&place);

    let (running, admin) = start(&place, &server);
    running.says("an operator has laid over the configuration: a.config, log level");
    assert_eq!(admin.get("/v1/log-level").json()["level"], "info,crawler_fetch=debug");
    let reloaded = admin.post("/v1/reload", "").json();
    let changed = reloaded["changed"].as_array().unwrap();
    assert!(changed.iter().any(|key| key == "retries"), "{reloaded}");
    running.kill();
    forget_address(&place);

    let (running, admin) = start(&place, &server);
    assert_eq!(admin.get("/v1/log-level").json()["level"], "info");
    running.signal("TERM");
    running.ends(11);
}
