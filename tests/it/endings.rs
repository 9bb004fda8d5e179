//! Every URL ends in one of the ways there are, and the files and counters say which.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::data::{assert_consistent, pages, skipped};
use crate::harness::Place;

/// How a URL ends: its target, what is answered, and the row of the page list or the report.
struct Case {
    target: &'static str,
    answer: &'static str,
    end: End,
}

enum End {
    /// In the page list with this status.
    Fetched(u64),
    /// In the report for this reason.
    Failed(&'static str),
    Skipped(&'static str),
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { target: "/", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", end: End::Fetched(200) },
    Case { target: "/moved", answer: "HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", end: End::Fetched(301) },
    Case { target: "/missing", answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", end: End::Fetched(404) },
    Case { target: "/unasked", answer: "HTTP/1.1 304 Not Modified\r\n\r\n", end: End::Fetched(304) },
    // Tried again until the attempts are used up, then kept as it is.
    Case { target: "/broken", answer: "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", end: End::Fetched(500) },
    // Not among the statuses that are retried.
    Case { target: "/gateway", answer: "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", end: End::Fetched(502) },
    Case { target: "/cut", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", end: End::Fetched(200) },
    Case { target: "/reset", answer: "", end: End::Failed("reset") },
    Case { target: "/garbage", answer: "SSH-2.0-OpenSSH_9.9\r\n\r\n", end: End::Failed("protocol") },
    Case { target: "/huge", answer: "HUGE", end: End::Failed("head_too_large") },
    Case { target: "/private", answer: "", end: End::Skipped("robots") },
];

const ROBOTS: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\nUser-agent: *\nDisallow: /private";

/// Answers by target, one connection for each; `/broken` is counted.
fn serve(listener: &TcpListener, broken: &AtomicU32) {
    for tcp in listener.incoming() {
        answer(tcp.unwrap(), broken);
    }
}

fn answer(mut tcp: TcpStream, broken: &AtomicU32) {
    tcp.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && tcp.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap_or_default();
    if target == "/broken" {
        broken.fetch_add(1, Ordering::SeqCst);
    }
    let case = CASES.iter().find(|case| case.target == target);
    let text = case.map_or(ROBOTS.to_owned(), |case| match case.answer {
        "HUGE" => format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200_000)),
        answer => answer.to_owned(),
    });
    // The crawler hangs up on what is too long.
    let _ = tcp.write_all(text.as_bytes());
}

#[test]
fn every_url_ends_in_exactly_one_way() {
    // A port of its own for each case: a broken connection makes its host wait.
    let broken: &'static AtomicU32 = Box::leak(Box::default());
    let seeds: Vec<String> = CASES
        .iter()
        .map(|case| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let seed = format!("http://{}{}", listener.local_addr().unwrap(), case.target);
            std::thread::spawn(move || serve(&listener, broken));
            seed
        })
        .collect();
    let place = Place::new();
    place.write("seeds.txt", &seeds.join("\n"));
    let args = "--seeds seeds.txt --allow-private --delay 0 --ip-delay 0 --ip-concurrency 64 \
                --progress off --output crawl --retries 3 --retry-status 500,503 --retries-for reset=0";
    let ended = place.crawler(args.split_whitespace()).ends(0);
    let (pages, skipped) = (pages(&place.data()), skipped(&place.data()));
    for (case, seed) in CASES.iter().zip(&seeds) {
        let page = pages.iter().find(|row| row["url"] == seed.as_str());
        let report = skipped.iter().find(|row| row["url"] == seed.as_str());
        let status = page.map(|row| row["status"].as_u64().unwrap());
        let reason = report.map(|row| row["reason"].as_str().unwrap());
        let expected = match case.end {
            End::Fetched(status) => (Some(status), None),
            End::Failed(reason) | End::Skipped(reason) => (None, Some(reason)),
        };
        assert_eq!((status, reason), expected, "{}", case.target);
        match case.end {
            End::Fetched(status) => assert!(ended.number(&format!("status/{status}")) > 0),
            End::Failed(reason) => assert_eq!(ended.number(&format!("failed/{reason}")), 1),
            End::Skipped(reason) => assert_eq!(ended.number(&format!("skipped/{reason}")), 1),
        }
    }
    assert_eq!((broken.load(Ordering::SeqCst), ended.number("retried")), (1 + 3, 3));
    assert_consistent(&ended, &place.data());
    // The redirect leads to a page of its own.
    assert_eq!(ended.number("urls_discovered"), CASES.len() as u64 + 1);
    assert_eq!(ended.number("urls_queued"), 0);
}
