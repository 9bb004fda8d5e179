//! `crawler replay`: what was stored comes back as it was, and nothing leads out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crawler_extract::{Assets, Link, LinkVisitor, PageInput, Want, extract, is_html};

use crate::data::pages;
use crate::harness::{Place, Running};
use crate::http::{Admin, Answer};
use crate::site::serve_site;
use crate::webs::{serve, small};

/// A replay of `crawl`, and where it is.
fn replay(place: &Place, args: &[&str]) -> (Running, Admin) {
    let all = [&["replay", "-o", "crawl", "--listen", "127.0.0.1:0"], args].concat();
    let running = place.crawler(all).start();
    let addr = running.tells("serving http://", "/");
    (running, Admin { addr, token: String::new() })
}

/// Follows redirects within the replay.
fn get(server: &Admin, path: &str) -> Answer {
    let answer = server.get(path);
    match answer.header("location").map(str::to_owned) {
        Some(path) if path.starts_with('/') => get(server, &path),
        _ => answer,
    }
}

/// The links of an HTML page or redirect, as written.
fn links(answer: &Answer) -> Vec<String> {
    struct Hrefs(Vec<String>);
    impl LinkVisitor for Hrefs {
        fn base(&mut self, href: &str) {
            self.0.push(href.to_owned());
        }
        fn link(&mut self, link: Link<'_>) {
            self.0.push(link.href.to_owned());
        }
    }
    let mut hrefs = Hrefs(answer.header("location").map(str::to_owned).into_iter().collect());
    let content_type = answer.header("content-type");
    if is_html(content_type, answer.body.as_bytes()) {
        let input = PageInput {
            bytes: answer.body.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            want: Want { assets: Assets::Include },
            outlinks_max: usize::MAX,
            product_token: None,
        };
        extract(&input, &mut hrefs);
    }
    hrefs.0
}

#[test]
fn every_page_is_reached_by_links_and_none_leads_out() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--assets"]).ends(0);
    let (running, archive) = replay(&place, &["--no-banner"]);
    let mut queue: Vec<String> = server.seeds().iter().map(|seed| format!("/web/{seed}")).collect();
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    // Status of every capture that is found by the links of others, under its own URL.
    let mut found = BTreeMap::new();
    while let Some(path) = queue.pop() {
        let answer = archive.get(&path);
        if answer.header("memento-datetime").is_some() {
            let (_, url) = path.strip_prefix("/web/").unwrap().split_once('/').unwrap();
            found.insert(url.to_owned(), u64::from(answer.status));
        } else if answer.status != 302 {
            continue; // a page of the server's own, which says that there is no capture
        }
        for href in links(&answer) {
            let leads_out = ["http:", "https:", "//"].iter().any(|it| href.starts_with(it));
            assert!(!leads_out, "{path} leads to {href}");
            let path = href.split('#').next().unwrap().to_owned();
            if path.starts_with('/') && seen.insert(path.clone()) {
                queue.push(path);
            }
        }
    }
    for row in pages(&place.data()) {
        let url = row["url"].as_str().unwrap();
        assert_eq!(found.get(url), Some(&row["status"].as_u64().unwrap()), "{url}");
    }
    running.signal("INT");
    running.ends(0);
}

/// A site with what acts on browsers.
fn acting(path: &str) -> Option<(String, String)> {
    let header = |line: &str| format!("{line}\r\n");
    Some(match path {
        "/" => (
            header("Set-Cookie: a=b") + &header("Content-Security-Policy: default-src 'none'"),
            "<body><a href='/b#c'>b</a><img src=/i.png><script src=/s.js></script>".to_owned(),
        ),
        "/b" => (header("Refresh: 0; url=http://outside.example/"), "<p>b".to_owned()),
        _ => return None,
    })
}

#[test]
fn captures_come_with_times_and_without_what_acts() {
    let origin = format!("http://{}", serve_site(acting));
    let place = Place::new();
    let flags = ["--allow-private", "--delay", "0", "--robots", "ignore", "-o", "crawl"];
    place.crawler(flags.into_iter().chain([&*origin])).ends(0);
    let (_running, archive) = replay(&place, &["--no-banner"]);

    let newest = archive.get(&format!("/web/{origin}/"));
    assert_eq!((newest.status, newest.header("vary")), (302, Some("accept-datetime")));
    let exact = newest.header("location").unwrap().to_owned();
    let time = exact.split('/').nth(2).unwrap().to_owned();
    assert!(time.len() == 14 && exact == format!("/web/{time}/{origin}/"), "{exact}");
    for near in ["2001", "2999", "20201231000000"] {
        let path = format!("/web/{near}/{origin}/");
        assert_eq!(archive.get(&path).header("location"), Some(&*exact), "{near}");
    }

    let page = archive.get(&exact);
    assert_eq!(page.status, 200);
    assert_eq!(
        page.body,
        format!(
            "<body><a href='/web/{time}/{origin}/b#c'>b</a>\
             <img src=\"/web/{time}im_/{origin}/i.png\">\
             <script src=\"/web/{time}js_/{origin}/s.js\"></script>"
        )
    );
    assert_eq!(page.header("set-cookie"), None);
    assert_eq!(page.header("x-archive-orig-set-cookie"), Some("a=b"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'self'") && policy.contains("script-src 'none'"));
    assert!(page.header("memento-datetime").unwrap().ends_with(" GMT"));
    assert!(page.header("link").unwrap().contains(&format!("<{origin}/>; rel=\"original\"")));
    let b = get(&archive, &format!("/web/{origin}/b"));
    assert_eq!((b.header("refresh"), &*b.body), (None, "<p>b"));

    let raw = get(&archive, &format!("/web/{time}id_/{origin}/"));
    assert_eq!(raw.body, acting("/").unwrap().1);
    let map = archive.get(&format!("/web/timemap/link/{origin}/")).body;
    assert!(map.contains(&format!("<{exact}>; rel=\"memento\"")), "{map}");
    let home = archive.get("/");
    assert!(home.body.contains("1,0,0,127") && home.body.contains(&exact), "{}", home.body);
    for path in
        [format!("/web/*/{origin}/"), format!("/web/*/{origin}/*"), "/prefix?key=1,0,0,127".into()]
    {
        let list = archive.get(&path);
        assert!(list.status == 200 && list.body.contains(&exact), "{path}: {}", list.body);
    }
    let search = archive.get("/search?url=a.example/%3Fb");
    assert_eq!(search.header("location"), Some("/web/*/a.example/?b"));
}

#[test]
fn what_is_not_there_or_not_allowed_is_told() {
    let origin = format!("http://{}", serve_site(acting));
    let place = Place::new();
    place.crawler(["replay", "-o", "crawl"]).ends(1).says(&["there is no crawl in crawl"]);
    let flags = ["--allow-private", "--delay", "0", "--robots", "ignore", "-o", "crawl"];
    place.crawler(flags.into_iter().chain([&*origin])).ends(0);
    let (_running, archive) = replay(&place, &[]);

    let banner = get(&archive, &format!("/web/{origin}/b"));
    assert!(banner.body.contains("crawler-replay-banner"), "{}", banner.body);
    let missing = archive.get(&format!("/web/2026/{origin}/b/missing"));
    assert!(missing.status == 404 && missing.body.contains(&format!("{origin}/b")), "{missing:?}");
    assert_eq!(archive.get("/web/2026/ftp://a.example/").status, 400);
    assert_eq!(archive.get("/nothing").status, 404);
    let rebound = archive.ask("GET", "/", &[("Host", "evil.example")], "");
    assert_eq!(rebound.status, 421);
    assert_eq!(archive.ask("POST", "/", &[], "").status, 405);
    let busy = ["replay", "-o", "crawl", "--listen", &archive.addr];
    place.crawler(busy).ends(1).says(&["cannot listen on", &archive.addr]);

    // Rows that are damaged are told, and other pages come all the same.
    let index = place.data().join("cdxj/index.cdxj");
    let row = fs::read_to_string(&index).unwrap();
    fs::write(&index, row.replacen(".warc.gz", ".warc", 1)).unwrap();
    let broken = get(&archive, &format!("/web/{origin}/"));
    assert!(broken.status == 500 && broken.body.contains("The archive cannot be read"));
    assert_eq!(get(&archive, &format!("/web/{origin}/b")).status, 200);
}
