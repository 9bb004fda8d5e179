//! Without leave, nothing on a private network is touched.

use crawler_testweb::{Naming, WebConfig};

use crate::data::{assert_consistent, page_urls, pages, skipped, sorted, texts};
use crate::harness::{Place, at_once};
use crate::webs::{serve, small};

#[test]
fn loopback_is_refused_by_address_and_by_name() {
    at_once(Naming::ALL, |&naming| {
        let server = serve(WebConfig { naming, ..small() });
        let place = Place::new();
        place.write("seeds.txt", &server.seeds().join("\n"));
        let dns = server.dns_addr().map(|addr| format!("--dns-server={addr}"));
        let flags = ["--seeds", "seeds.txt", "-o", "crawl", "--delay", "0"];
        let ended = place.crawler(flags.into_iter().chain(dns.as_deref())).ends(0);
        assert_eq!(server.stats().connections, 0, "{naming}");
        assert_eq!(pages(&place.data()).len(), 0);
        assert_eq!(ended.number("skipped/address_refused"), 4, "{naming}");
        let rows = skipped(&place.data());
        assert!(rows.iter().all(|row| row["reason"] == "address_refused"), "{rows:?}");
        assert!(rows[0]["detail"].as_str().unwrap().contains("loopback"), "{}", rows[0]);
        assert_eq!(texts(&rows, "url"), sorted(server.seeds()));
    });
}

#[test]
fn other_spellings_of_loopback_are_refused() {
    let server = serve(small());
    let port = server.port();
    let hosts = [
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "[::1]",
        "[::ffff:127.1.0.1]",
        "[64:ff9b::127.1.0.1]",
        "[2002:7f01:1::]",
    ];
    at_once(&hosts, |host| {
        let place = Place::new();
        let seed = format!("http://{host}:{port}/");
        let ended = place.crawler(["-o", "crawl", "--delay", "0", &seed]).ends(0);
        assert_eq!(ended.number("pages"), 0, "{seed}");
        assert_eq!(ended.number("skipped/address_refused"), 1, "{seed}");
    });
    assert_eq!(server.stats().connections, 0);
}

#[test]
fn one_network_may_be_allowed_and_no_link_or_redirect_leads_beyond() {
    let server = serve(small());
    let place = Place::new();
    let seeds = server.seeds();
    let flags = ["--allow-net", "127.1.0.1", "--allow-net", "127.1.0.3/32", "--delay", "0"];
    let flags =
        flags.into_iter().chain(["--scope", "any", "--ip-concurrency", "64", "-o", "crawl"]);
    let ended = place.crawler(flags.chain([seeds[0].as_str()])).ends(0);
    let is_allowed = |url: &str| [0, 2].iter().any(|host| url.starts_with(&seeds[*host]));
    assert!(ended.number("pages") > 20, "{}", ended.text());
    assert!(page_urls(&place.data()).iter().all(|url| is_allowed(url)));
    let rows = skipped(&place.data());
    let refused: Vec<_> = rows.iter().filter(|row| row["reason"] == "address_refused").collect();
    assert!(refused.iter().all(|row| !is_allowed(row["url"].as_str().unwrap())), "{refused:?}");
    assert!(!refused.is_empty() && refused.len() as u64 == ended.number("skipped/address_refused"));
    assert_eq!(server.stats().hosts_asked, 2);
    assert_consistent(&ended, &place.data());
}
