//! Hosts that do not answer, and what a host may cost.

use std::net::TcpListener;

use crate::data::{assert_consistent, pages, skipped, texts};
use crate::harness::{Ended, Place};
use crate::scripted::{Scripted, response};

/// Crawls `n` pages of a host without robots.txt, fast.
fn crawl(place: &Place, url: impl Fn(&str) -> String, n: usize, args: &[&str]) -> Ended {
    let seeds: Vec<String> = (0..n).map(|page| url(&format!("/{page}"))).collect();
    place.write("seeds.txt", &seeds.join("\n"));
    let fast = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--workers", "1"];
    let quiet = ["--progress", "off", "--output", "crawl", "--seeds", "seeds.txt"];
    let ended = place.crawler([&fast[..], &quiet, args].concat()).ends(0);
    assert_consistent(&ended, &place.data());
    ended
}

#[test]
fn a_dead_host_is_given_up_with_all_its_urls() {
    for robots in ["obey", "ignore"] {
        let place = Place::new();
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let breaker = ["--dead-host-after", "1", "--dead-host-probes", "2", "--probe-interval"];
        let args = [&breaker[..], &["50ms", "--robots", robots]].concat();
        let ended = crawl(&place, |target| format!("http://{free}{target}"), 20, &args);
        assert_eq!(ended.number("failed/host_dead_tcp"), 20);
        let rows = skipped(&place.data());
        assert!(rows.iter().all(|row| row["attempts"] == 0), "no URL was tried in vain: {rows:?}");
        let detail = rows[0]["detail"].as_str().unwrap();
        assert_eq!(detail, "the host did not answer 3 times in a row");
    }
}

#[test]
fn a_host_that_comes_back_loses_nothing() {
    // Closes two connections, then answers.
    let server = Scripted::new(|n, _| match n {
        0 | 1 => String::new(),
        _ => response(200, "", "here"),
    });
    let place = Place::new();
    let args = ["--dead-host-after", "1", "--probe-interval", "100ms", "--robots", "ignore"];
    let ended = crawl(&place, |target| server.url(target), 6, &args);
    assert_eq!(ended.number("pages"), 6);
    assert_eq!(server.asked().len(), 8, "one probe at a time");
    let pauses = server.pauses_ms();
    assert!(pauses[0] >= 99 && pauses[1] >= 199, "{pauses:?}");
}

#[test]
fn a_host_may_cost_only_so_many_bytes() {
    let server = Scripted::new(|_, _| response(200, "", &"x".repeat(1_000)));
    let place = Place::new();
    let args = ["--max-bytes-per-host", "3000", "--robots", "ignore"];
    let ended = crawl(&place, |target| server.url(target), 10, &args);
    assert_eq!((ended.number("pages"), ended.number("skipped/host_bytes")), (3, 7));
}

#[test]
fn a_host_may_make_only_so_many_errors() {
    let server = Scripted::new(|n, _| match n % 3 {
        0 => response(200, "", "well"),
        1 => response(501, "", "not this"),
        _ => response(404, "", "nor this"),
    });
    let place = Place::new();
    let args = ["--max-errors-per-host", "2", "--robots", "ignore"];
    let ended = crawl(&place, |target| server.url(target), 10, &args);
    assert_eq!((ended.number("pages"), ended.number("skipped/host_errors")), (5, 5));
    let again = crawl(&place, |target| server.url(target), 11, &args);
    assert_eq!(again.number("skipped/host_errors"), 6, "a restart forgets nothing");
}

#[test]
fn the_wishes_of_the_owner_are_kept_with_each_page() {
    let server = Scripted::new(|_, target| match target {
        "/robots.txt" => response(
            200,
            "",
            "User-agent: *\nContent-Signal: search=yes, ai-train=no\n\
             Content-Usage: train-ai=n\nContent-Usage: /1 train-ai=y\n",
        ),
        _ => response(200, "X-Robots-Tag: noai\r\nTDM-Reservation: 1\r\n", "page"),
    });
    let place = Place::new();
    crawl(&place, |target| server.url(target), 2, &[]);
    let rows = pages(&place.data());
    for row in &rows {
        let is_open = row["url"].as_str().unwrap().ends_with("/1");
        let train = if is_open { "train-ai=y" } else { "train-ai=n" };
        let usage = serde_json::json!({
            "robots_content_signal": "search=yes, ai-train=no",
            "robots_content_usage": train,
            "x_robots_tag": "noai",
            "tdm_reservation": "1",
        });
        assert_eq!(row["usage"], usage);
    }
    assert_eq!(texts(&rows, "robots"), ["noai", "noai"]);
}

#[test]
fn rules_for_hosts_overrule_the_settings() {
    let answer = |_: usize, target: &str| match target {
        "/robots.txt" => response(200, "", "User-agent: *\nDisallow: /\n"),
        _ => response(200, "", "page"),
    };
    let [usual, own, closed] =
        ["127.0.0.1", "127.0.7.2", "127.0.8.3"].map(|addr| Scripted::at(addr, answer));
    let place = Place::new();
    let rules = "[[host]]\nmatch = \"127.0.7.*\"\nrobots = \"ignore\"\ndelay = \"150ms\"\n\
        max_pages = 3\n\n[[host]]\nmatch = \"127.0.8.3\"\nblocked = true\n\n\
        [[host]]\nmatch = \"127.*\"\nmax_pages = 1\n";
    place.write("rules.toml", rules);
    let seeds = [&usual, &own, &closed]
        .map(|server| (0..5).map(|page| server.url(&format!("/{page}\n"))).collect::<String>());
    place.write("seeds.txt", &seeds.concat());
    let fast = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--progress", "off"];
    let files = ["--config", "rules.toml", "--seeds", "seeds.txt", "--output", "crawl"];
    let ended = place.crawler([&fast[..], &files].concat()).ends(0);
    assert_consistent(&ended, &place.data());
    assert_eq!(ended.number("pages"), 3, "three of the host that is ours, none of the others");
    assert_eq!(ended.number("skipped/robots"), 5);
    assert_eq!(ended.number("skipped/host_limit"), 2);
    assert_eq!(ended.number("skipped/host_blocked"), 5);
    assert_eq!((usual.asked().len(), own.asked().len(), closed.asked().len()), (1, 3, 0));
    assert!(own.pauses_ms().iter().all(|pause| *pause >= 149), "{:?}", own.pauses_ms());
}
