//! Which links are followed.

use crawler_testweb::{Naming, WebConfig, WebServer};

use crate::data::{assert_consistent, assert_same, expected_urls, page_urls, pages, sorted};
use crate::harness::Place;
use crate::webs::{serve, small};

/// URLs fetched from one seed on host 0, sorted.
fn fetched(server: &WebServer, target: &str, args: &[&str]) -> Vec<String> {
    let place = Place::new();
    let seed = server.web().origin(0) + target;
    let ended = place.crawl_from(server, &[args, &[&seed]].concat()).ends(0);
    assert_consistent(&ended, &place.data());
    page_urls(&place.data())
}

fn expected_on(server: &WebServer, host: u32) -> Vec<String> {
    sorted(server.web().expected_on(host).map(|expected| expected.url))
}

#[test]
fn scope_page_is_the_seed_alone() {
    let server = serve(small());
    assert_eq!(fetched(&server, "/", &["--scope", "page"]), [server.seeds()[0].clone()]);
}

#[test]
fn scope_prefix_stays_below_the_seed() {
    let server = serve(WebConfig { pages_per_host: 60, ..small() });
    let found = fetched(&server, "/s01/", &["--scope", "prefix"]);
    let prefix = server.web().origin(0) + "/s01/";
    let all = expected_on(&server, 0).into_iter();
    let below: Vec<_> = all.filter(|url| url.starts_with(&prefix)).collect();
    assert!(below.len() > 3);
    assert_same(&found, &below);
}

#[test]
fn scope_host_stays_on_the_host() {
    let server = serve(small());
    assert_same(&fetched(&server, "/", &["--scope", "host"]), &expected_on(&server, 0));
}

/// Who may register names below `.test` is not known, nor is an address registered by name.
#[test]
fn scope_domain_without_a_registrable_domain_is_the_host() {
    for naming in [Naming::Addresses, Naming::Names] {
        let server = serve(WebConfig { naming, ..small() });
        let found = fetched(&server, "/", &["--scope", "domain"]);
        assert_same(&found, &expected_on(&server, 0));
    }
}

#[test]
fn scope_any_goes_wherever_links_lead() {
    let server = serve(small());
    assert_same(&fetched(&server, "/", &["--scope", "any"]), &expected_urls(&server));
}

#[test]
fn depth_counts_links_from_the_seed() {
    let server = serve(WebConfig { hosts: 1, pages_per_host: 60, ..small() });
    let whole = expected_urls(&server);
    let mut before = Vec::new();
    for depth in 0..3_u64 {
        let place = Place::new();
        place.crawl(&server, &["--depth", &depth.to_string()]).ends(0);
        let rows = pages(&place.data());
        assert_eq!(rows.iter().map(|row| row["depth"].as_u64().unwrap()).max(), Some(depth));
        let found = page_urls(&place.data());
        assert!(before.iter().all(|url| found.contains(url)) && found.len() > before.len());
        assert!(found.iter().all(|url| whole.contains(url)));
        if depth == 0 {
            assert_eq!(found, server.seeds());
        }
        before = found;
    }
    assert!(before.contains(&(server.web().origin(0) + "/private/open.html")));
}

#[test]
fn include_and_exclude_choose_links() {
    let server = serve(WebConfig { hosts: 1, pages_per_host: 60, ..small() });
    let seed = &server.seeds()[0];
    let chosen = |args: &[&str]| {
        let mut found = fetched(&server, "/", args);
        found.retain(|url| url != seed);
        assert!(found.len() > 3, "{found:?}");
        found
    };
    assert!(chosen(&["--include", "/s0[12]/"]).iter().all(|url| url.contains("/s0")));
    assert!(chosen(&["--include", "glob:http://*/s00/**"]).iter().all(|u| u.contains("/s00/")));
    assert!(!chosen(&["--exclude", r"\.html"]).iter().any(|url| url.contains(".html")));
    let both = chosen(&["--include", "/s00/", "--exclude", r"\?"]);
    assert!(both.iter().all(|url| url.contains("/s00/") && !url.contains('?')), "{both:?}");
}
