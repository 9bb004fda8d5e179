//! `crawler ctl` asks and steers a crawl that runs, and says what to do when it cannot.

use crate::data::expected_urls;
use crate::harness::{Ended, Place, until};
use crate::webs::{serve, small};
use serde_json::Value;

/// `crawler ctl ARGS`, which ends with this code.
fn ctl(place: &Place, args: &[&str], code: i32) -> Ended {
    place.crawler([&["ctl", "--output", "crawl"], args].concat()).ends(code)
}

fn said(place: &Place, args: &[&str]) -> String {
    ctl(place, args, 0).text()
}

#[test]
fn a_running_crawl_is_asked_and_steered() {
    let server = serve(small());
    let place = Place::new();
    ctl(&place, &["status"], 1).says(&["no crawl runs in", "hint: start one with `crawler serve"]);
    let running = place.command_from(&["serve"], &server, &["--admin", "127.0.0.1:0"]).start();
    running.says("admin interface: http://");
    until("waiting", || {
        said(&place, &["status"]).contains("state: waiting for seeds\n").then_some(())
    });
    assert_eq!(said(&place, &["health"]), "ok\n");
    let token = std::fs::read_to_string(place.data().join("operator/token")).unwrap();
    let told = ctl(&place, &["token"], 0);
    told.says(&["dashboard: http://127.0.0.1:"]);
    assert_eq!(told.text(), token);

    let text = format!("{}\nftp://a.example/\n", server.seeds().join("\n"));
    place.write("urls.txt", &text);
    let n = server.seeds().len();
    let told = said(&place, &["seed", "-f", "urls.txt", "--dry-run"]);
    assert!(
        told.starts_with(&format!(
            "{n} would be new, 0 known already, 1 refused\n  line {}",
            n + 1
        )),
        "{told}"
    );
    assert_eq!(said(&place, &["pause"]), "paused\n");
    ctl(&place, &["pause"], 1).says(&["error: the crawl is paused"]);
    let seeds = place.crawler(["ctl", "-o", "crawl", "seed", "-"]).stdin(&text).ends(0);
    assert!(seeds.text().starts_with(&format!("{n} added, 0 known")), "{}", seeds.text());
    assert_eq!(server.stats().requests, 0);
    assert_eq!(said(&place, &["resume"]), "resumed\n");
    until("all pages", || {
        let status: Value = serde_json::from_str(&said(&place, &["status", "--json"])).unwrap();
        (status["totals"]["fetched"] == expected_urls(&server).len()).then_some(())
    });

    steers_hosts(&place);
    let log = said(&place, &["audit"]);
    assert!(log.contains("pause") && log.contains("its owner asked"), "{log}");
    assert_eq!(said(&place, &["log-level", "warn"]), "warn\n");
    refuses_who_has_no_token(&place);
    ctl(&place, &["drain"], 0);
    running.ends(11);
    ctl(&place, &["health"], 1).says(&["no crawl runs in"]);
}

fn steers_hosts(place: &Place) {
    let list: Value =
        serde_json::from_str(&said(place, &["host", "list", "--sort", "fetched", "--json"]))
            .unwrap();
    let host = list["hosts"][0]["host"].as_str().unwrap();
    assert!(said(place, &["host", "list"]).contains(host));
    let blocked =
        said(place, &["host", "block", host, "--for", "2h", "--reason", "its owner asked"]);
    assert!(blocked.contains("state: blocked\n"), "{blocked}");
    assert!(blocked.contains("changed/reason: its owner asked\n"), "{blocked}");
    assert!(said(place, &["host", "list", "--state", "blocked"]).contains(host));
    assert!(
        said(place, &["host", "set", host, "--delay", "7s"]).contains("changed/delay: 7.0 s\n")
    );
    let reset = said(place, &["host", "reset", host]);
    assert!(!reset.contains("changed/delay") && !reset.contains("blocked"), "{reset}");
    assert_eq!(said(place, &["host", "drop", host]), "0 URLs dropped\n");
    assert_eq!(said(place, &["host", "requeue", host]), "0 URLs queued again\n");
    ctl(place, &["host", "show", "nowhere.example"], 1);
    ctl(place, &["host", "set", host], 1).says(&["nothing to change"]);
    let urls = said(place, &["urls", host, "--state", "fetched", "--json"]);
    let urls: Value = serde_json::from_str(urls.lines().next().unwrap()).unwrap();
    let url = urls["urls"][0]["url"].as_str().unwrap();
    assert!(said(place, &["explain", url]).contains("answer: fetched at "));
}

fn refuses_who_has_no_token(place: &Place) {
    let address = std::fs::read_to_string(place.data().join("operator/address")).unwrap();
    let remote = ["ctl", "--url", address.trim()];
    assert!(place.crawler([&remote[..], &["status"]].concat()).ends(0).text().contains("state: "));
    let refused = place.crawler([&remote[..], &["pause"]].concat()).ends(1);
    refused.says(&["no token was given", "--token-file FILE", "CRAWLER_ADMIN_TOKEN"]);
    let wrong = place.crawler([&remote[..], &["pause"]].concat());
    let wrong = wrong.env("CRAWLER_ADMIN_TOKEN", "not-the-token-of-it").ends(1);
    wrong.says(&["the token is wrong", "came from CRAWLER_ADMIN_TOKEN"]);
    let file = place.data().join("operator/token");
    let given =
        [&remote[..], &["--token-file", file.to_str().unwrap(), "log-level", "info"]].concat();
    assert_eq!(place.crawler(given).ends(0).text(), "info\n");
    place.crawler(["top", "-o", "crawl"]).ends(1).says(&["`crawler top` needs a terminal"]);
}
