//! What was stored is what the server sent.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};

use crawler_testweb::{Coding, Web};

use crate::harness::Place;
use crate::webs::{serve, small};

/// Serves one page in one coding until the test ends; the crawler's own wishes do not count.
fn serve_page(web: &Web, coding: Coding) -> SocketAddr {
    let body = web.page(0, "/").body.encode(coding).concat();
    let named = coding.token().map(|token| format!("Content-Encoding: {token}\r\n"));
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n",
        named.unwrap_or_default(),
        body.len()
    );
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let request = BufReader::new(client.try_clone().unwrap()).lines();
            request.map(Result::unwrap).take_while(|line| !line.is_empty()).for_each(drop);
            client.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        }
    });
    addr
}

#[test]
fn bodies_come_back_as_the_server_sent_them() {
    let web = Web::build(small()).unwrap();
    for &coding in Coding::ALL {
        let place = Place::new();
        let url = format!("http://{}/", serve_page(&web, coding));
        let flags = ["--allow-private", "--robots", "ignore", "--depth", "0", "-o", "crawl"];
        assert_eq!(place.crawler(flags.into_iter().chain([&*url])).ends(0).number("pages"), 1);
        let body = web.page(0, "/").body;
        let got = place.crawler(["get", "-o", "crawl", &url]).ends(0);
        assert_eq!(got.stdout, body.to_vec(), "{coding:?}");
        let raw = place.crawler(["get", "-o", "crawl", "--raw", &url]).ends(0);
        assert_eq!(raw.stdout, body.encode(coding).concat(), "{coding:?}");
        let head = place.crawler(["get", "-o", "crawl", "--headers", &url]).ends(0).text();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        let named = coding.token().map(|token| format!("\r\nContent-Encoding: {token}\r\n"));
        assert!(named.is_none_or(|line| head.contains(&line)), "{head}");
    }
}

#[test]
fn every_page_comes_back() {
    let server = serve(small());
    let place = Place::new();
    let seed = &server.seeds()[0];
    place.crawl_from(&server, &[seed]).ends(0);
    let origin = server.web().origin(0);
    for expected in server.web().expected_on(0) {
        let target = expected.url.strip_prefix(&origin).unwrap();
        let got = place.crawler(["get", "-o", "crawl", &expected.url]).ends(0);
        assert_eq!(got.stdout, server.web().page(0, target).body.to_vec(), "{target}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--max-pages", "1"]).ends(0);
    for url in ["http://127.1.0.1/none", "example.com", "http://127.1.0.9:1/"] {
        place.crawler(["get", "-o", "crawl", url]).ends(1).says(&[
            "error: there is no page",
            url,
            "pages.jsonl",
        ]);
    }
    place.crawler(["get", "-o", "crawl", "ftp://example.com/"]).ends(1).says(&["only http"]);
    place.crawler(["get", "-o", "nowhere", "http://127.1.0.1/"]).ends(1).says(&["error: "]);
    place.crawler(["get"]).ends(2).says(&["<URL>"]);
}

#[test]
fn a_short_body_is_marked() {
    let server = serve(crate::webs::erring());
    let place = Place::new();
    let host = (0..8).find(|host| {
        let url = server.web().origin(*host) + "/odd/short.html";
        server.web().is_expected(&url)
    });
    let url = server.web().origin(host.unwrap()) + "/odd/short.html";
    place.crawl_from(&server, &["--depth", "0", &url]).ends(0);
    let got = place.crawler(["get", "-o", "crawl", &url]).ends(0);
    got.says(&["note: the body is not whole (disconnect)"]);
    assert_eq!(got.stdout, server.web().page(host.unwrap(), "/odd/short.html").body.to_vec());
}

#[test]
fn earlier_captures_come_back() {
    let server = serve(small());
    let place = Place::new();
    let seed = &server.seeds()[0];
    place.crawl_from(&server, &["--depth", "0", seed]).ends(0);
    let path = place.data().join("cdxj/index.cdxj");
    let first = std::fs::read_to_string(&path).unwrap();
    place.crawl_from(&server, &["--depth", "0", "--recrawl", seed]).ends(0);
    // The first capture is made a year older; the record itself is as it was.
    let year: u32 = first.split(' ').nth(1).unwrap()[..4].parse().unwrap();
    let old = first.replacen(&format!(" {year}"), &format!(" {}", year - 1), 1);
    let all = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, all.replacen(&first, &old, 1)).unwrap();
    let get = |at: &str| place.crawler(["get", "-o", "crawl", "--headers", "--at", at, seed]);
    let newest = place.crawler(["get", "-o", "crawl", "--headers", seed]).ends(0).text();
    assert_eq!(get(&year.to_string()).ends(0).text(), newest);
    assert!(get(&format!("{}-12-31", year - 1)).ends(0).text().starts_with("HTTP/1.1 200"));
    get(&(year - 2).to_string()).ends(1).says(&["so early", "the newest is of", "crawler pages"]);
    get("yesterday").ends(2).says(&["2026-11-01T12:30"]);
}
