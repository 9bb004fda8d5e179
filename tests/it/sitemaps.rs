//! Pages that no page links to are found by sitemaps and feeds.

use crawler_testweb::{Web, WebConfig};

use crate::data::{assert_consistent, assert_polite, assert_same, page_urls, pages, sorted, texts};
use crate::harness::{Place, at_once};
use crate::webs::{serve, small};

/// Every URL that a crawl with sitemaps fetches.
fn with_sitemaps(web: &Web) -> Vec<String> {
    let sitemaps = web.prerequisites().filter(|file| file.url.contains("sitemap"));
    sorted(web.expected().chain(web.listed()).chain(sitemaps).map(|expected| expected.url))
}

#[test]
fn what_sitemaps_and_feeds_list_is_fetched_at_any_number_of_workers() {
    for workers in ["1", "3"] {
        let server = serve(WebConfig { hosts: 9, ..small() });
        let place = Place::new();
        let ended = place.crawl(&server, &["--sitemaps", "robots", "--workers", workers]).ends(0);
        assert_same(&page_urls(&place.data()), &with_sitemaps(server.web()));
        assert_consistent(&ended, &place.data());
        assert_polite(&server);
        // Every host but the one without robots.txt has five sitemaps and a feed.
        assert_eq!((ended.number("sitemaps"), ended.number("feeds")), (8 * 5, 8));
        assert_eq!(ended.number("sitemaps_and_feeds_cut"), 0);
        let hops = texts(&pages(&place.data()), "hops");
        for (path, n) in [("P", 2 * 8), ("PP", 3 * 8)] {
            assert_eq!(hops.iter().filter(|hops| **hops == path).count(), n, "{path}");
        }
    }
}

#[test]
fn what_has_not_changed_since_is_skipped_and_counted() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let place = Place::new();
    let args = ["--sitemaps", "robots", "--sitemap-from", "2025-06-01"];
    let ended = place.crawl(&server, &args).ends(0);
    let mut expected = with_sitemaps(server.web());
    expected.retain(|url| !url.contains("old"));
    assert_same(&page_urls(&place.data()), &expected);
    // A page and a whole sitemap.
    assert_eq!(ended.number("links_out_of_scope/sitemap_from"), 2);
    assert_consistent(&ended, &place.data());
}

#[test]
fn well_known_places_are_asked_where_robots_txt_names_none() {
    // The third host has no robots.txt, and its sitemap lists its pages only.
    let server = serve(WebConfig { hosts: 3, ..small() });
    let place = Place::new();
    let ended = place.crawl(&server, &["--sitemaps", "well-known"]).ends(0);
    let origin = server.web().origin(2);
    let usual = ["/sitemap.xml", "/sitemap_index.xml"].map(|target| format!("{origin}{target}"));
    let expected = with_sitemaps(server.web()).into_iter().chain(usual);
    assert_same(&page_urls(&place.data()), &sorted(expected));
    assert_eq!(ended.number("status/404"), 1 + missing(server.web()));
}

fn missing(web: &Web) -> u64 {
    web.expected().filter(|expected| expected.status == 404).count() as u64
}

#[test]
fn sitemaps_serve_a_scope_they_lie_outside_of() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let place = Place::new();
    let origin = server.web().origin(0);
    place.write("seeds.txt", &format!("{origin}/listed/new.html"));
    let args = ["--seeds", "seeds.txt", "--sitemaps", "robots", "--scope", "prefix"];
    place.crawl_from(&server, &args).ends(0);
    let expected = with_sitemaps(server.web()).into_iter();
    let expected = expected.filter(|url| url.contains("/listed/") || url.contains("/sitemap"));
    assert_same(&page_urls(&place.data()), &sorted(expected));
}

#[test]
fn sitemaps_are_sought_whatever_becomes_of_the_first_page() {
    // Denied by robots.txt, redirected to another host, not there.
    at_once(&[(0, "/private/a.html"), (1, "/odd/away"), (0, "/nothing-here")], |(host, seed)| {
        let server = serve(WebConfig { hosts: 2, ..small() });
        let place = Place::new();
        let origin = server.web().origin(*host);
        place.write("seeds.txt", &format!("{origin}{seed}"));
        let args = ["--seeds", "seeds.txt", "--sitemaps", "robots", "--depth", "0"];
        let ended = place.crawl_from(&server, &args).ends(0);
        let found = page_urls(&place.data());
        let sitemaps = server.web().prerequisites().map(|file| file.url);
        let own = sitemaps.filter(|url| url.starts_with(&origin) && url.contains("sitemap"));
        let missing: Vec<_> = own.filter(|url| !found.contains(url)).collect();
        assert!(missing.is_empty(), "{seed}: not {missing:?} but {found:?}");
        assert!(ended.number("sitemaps") >= 5, "{seed}");
        assert_consistent(&ended, &place.data());
    });
}

#[test]
fn excluded_sitemaps_are_not_asked_for() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let place = Place::new();
    let args = ["--sitemaps", "robots", "--exclude", "/sitemap-more"];
    place.crawl(&server, &args).ends(0);
    let sitemap = format!("{}/sitemap.xml", server.web().origin(0));
    let expected = server.web().expected().map(|expected| expected.url).chain([sitemap]);
    assert_same(&page_urls(&place.data()), &sorted(expected));
}

#[test]
fn a_recrawl_reads_sitemaps_again() {
    let server = serve(WebConfig { hosts: 2, ..small() });
    let place = Place::new();
    for args in [&["--sitemaps", "robots"][..], &["--sitemaps", "robots", "--recrawl"]] {
        let ended = place.crawl(&server, args).ends(0);
        assert_eq!(ended.stat("accounting_error"), "0");
    }
    let all = page_urls(&place.data());
    let expected = with_sitemaps(server.web());
    assert_same(&all, &sorted(expected.iter().chain(&expected).cloned()));
}

#[test]
fn sitemaps_may_be_longer_than_pages() {
    let server = serve(WebConfig { hosts: 1, ..small() });
    let place = Place::new();
    let args = ["--sitemaps", "robots", "--max-body", "200"];
    let ended = place.crawl(&server, &args).ends(0);
    let found = page_urls(&place.data());
    let listed = server.web().listed().map(|listed| listed.url);
    let beyond_the_feed = |url: &String| !url.ends_with("/listed/in-feed.html");
    for url in listed.filter(beyond_the_feed) {
        assert!(found.contains(&url), "{url}");
    }
    // The feed is a page, and was cut.
    assert_eq!((ended.number("sitemaps"), ended.number("sitemaps_and_feeds_cut")), (5, 1));
}
