//! A crawl fetches exactly the URLs that the web must give, whatever the web and the workers.

use crawler_testweb::{Naming, PageMix, Tls, WebConfig};

use crate::data::{assert_consistent, assert_polite, assert_whole, pages, texts};
use crate::harness::{Place, at_once};
use crate::webs::{erring, serve, small};

/// Crawls a web of this kind and checks all there is to check; gives the protocols used.
fn crawls(config: WebConfig, args: &[&str]) -> Vec<String> {
    let server = serve(config);
    let place = Place::new();
    let ended = place.crawl(&server, args).ends(0);
    assert_eq!(ended.stat("finish_reason"), "done");
    assert_whole(&place.data(), &server);
    assert_consistent(&ended, &place.data());
    assert_eq!(ended.number("urls_queued"), 0);
    assert_polite(&server);
    let mut protocols = texts(&pages(&place.data()), "protocol");
    protocols.dedup();
    protocols
}

#[test]
fn one_two_and_four_workers_find_the_same() {
    for workers in ["1", "2", "4"] {
        let config = WebConfig { hosts: 9, pages_per_host: 20, ..small() };
        crawls(config, &["--workers", workers]);
    }
}

#[test]
fn every_mix_is_understood() {
    for mix in [PageMix::Docs, PageMix::Live] {
        crawls(WebConfig { mix, hosts: 3, pages_per_host: 15, ..small() }, &[]);
    }
}

#[test]
fn one_host_with_one_page_is_a_web_too() {
    crawls(WebConfig { hosts: 1, pages_per_host: 1, ..small() }, &["--workers", "4"]);
}

#[test]
fn a_deep_host_is_crawled_to_its_leaves() {
    crawls(WebConfig { hosts: 1, pages_per_host: 400, ..small() }, &[]);
}

#[test]
fn many_hosts_are_crawled() {
    crawls(WebConfig { hosts: 60, pages_per_host: 2, seed: 7, ..small() }, &["--workers", "4"]);
}

#[test]
fn errors_and_oddities_end_as_they_should() {
    at_once(&["1", "2", "4"], |workers| drop(crawls(erring(), &["--workers", workers])));
}

#[test]
fn names_are_looked_up_at_the_name_server_given() {
    crawls(WebConfig { naming: Naming::Names, ..small() }, &[]);
}

#[test]
fn tls_is_spoken_with_and_without_http2() {
    for (http2, protocol) in [("auto", "h2"), ("off", "http/1.1")] {
        for naming in [Naming::Addresses, Naming::Names] {
            let config = WebConfig { tls: Tls::On, naming, ..small() };
            assert_eq!(crawls(config, &["--http2", http2]), [protocol], "{naming}");
        }
    }
}

#[test]
fn a_certificate_nobody_vouches_for_is_refused() {
    let server = serve(WebConfig { tls: Tls::On, hosts: 1, ..small() });
    let place = Place::new();
    let seed = &server.seeds()[0];
    let flags = ["--allow-private", "--delay", "0", "--output", "crawl", "--robots", "ignore"];
    let ended = place.crawler(flags.iter().chain(&[seed.as_str()])).ends(0);
    assert_eq!(ended.number("pages"), 0);
    assert_eq!(ended.number("failed/tls"), 1);
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn assets_are_fetched_when_asked_for() {
    let server = serve(small());
    let place = Place::new();
    place.crawl(&server, &["--assets"]).ends(0);
    let found = crate::data::page_urls(&place.data());
    let web = server.web();
    let expected = web.expected().chain(web.assets()).map(|expected| expected.url);
    crate::data::assert_same(&found, &crate::data::sorted(expected));
}
