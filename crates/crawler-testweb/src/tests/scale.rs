//! Determinism, ranges, and webs that are too large to store.

use super::config;
use crate::{Latency, Naming, PageMix, Role, Tls, Web, WebConfig, WebError};

#[test]
fn the_same_configuration_gives_the_same_bytes_and_another_seed_others() {
    let bytes = |config: WebConfig| {
        let web = Web::build(config).unwrap();
        web.expected()
            .filter(|expected| expected.url.starts_with(&web.origin(1)))
            .map(|expected| web.page(1, &expected.url[web.origin(1).len()..]).body.to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(config(1)), bytes(WebConfig { threads: 3, ..config(1) }));
    assert_ne!(bytes(config(1)), bytes(config(2)));
}

#[test]
fn a_page_keeps_its_bytes_across_versions() {
    let web = Web::build(WebConfig { port: 8080, ..config(1) }).unwrap();
    let page = web.page(0, "/s01/p00004.html").body.to_vec();
    // A change of content changes what benchmarks measure: change this number knowingly.
    assert_eq!((page.len(), crc32fast::hash(&page)), (3944, 4_266_778_164));
}

#[test]
fn a_large_web_is_computed_and_not_stored() {
    let config = WebConfig {
        hosts: 20_000,
        pages_per_host: 50,
        naming: Naming::Names,
        mix: PageMix::Live,
        ..config(6)
    };
    let web = Web::build(config).unwrap();
    assert_eq!(web.seeds().len(), 20_000);
    assert_eq!(web.expected_count(), web.expected().count() as u64);
    let last = web.expected().last().unwrap();
    assert!(last.url.starts_with("http://h19999.testweb.test:"), "{}", last.url);
    assert!(web.is_expected(&last.url));
}

#[test]
fn counts_are_right_for_any_number_of_hosts() {
    for hosts in 1..=19 {
        let web = Web::build(WebConfig { hosts, ..config(6) }).unwrap();
        assert_eq!(web.expected_count(), web.expected().count() as u64, "{hosts} hosts");
    }
}

#[test]
fn long_sitemaps_are_split_and_complete() {
    let web = Web::build(WebConfig { pages_per_host: 10_001, hosts: 1, ..config(6) }).unwrap();
    let text = |target| String::from_utf8(web.page(0, target).body.to_vec()).unwrap();
    let index = text("/sitemap.xml");
    assert!(index.contains("<sitemapindex") && index.contains("/sitemap-001.xml</loc>"));
    let urls = text("/sitemap-000.xml").matches("<loc>").count();
    assert_eq!(urls + text("/sitemap-001.xml").matches("<loc>").count(), 10_001);
    assert_eq!(web.page(0, "/sitemap-002.xml").status, 404);
    assert_eq!(web.prerequisites().count(), 4 + 4, "with the four that list pages of their own");
}

#[test]
fn foreign_urls_and_traps_have_no_role() {
    let web = Web::build(config(6)).unwrap();
    let origin = web.origin(0);
    for url in ["", "http://", "http://127.1.0.1/", "https://example.com/", "http://127.1.0.99:0/"]
    {
        assert_eq!(web.role(url), Role::Unexpected, "{url}");
    }
    for target in ["/trap/x.html", "/odd/nothing", "/s00/", "/s00"] {
        let expected = target == "/s00/";
        assert_eq!(web.is_expected(&format!("{origin}{target}")), expected, "{target}");
    }
    assert_eq!(web.page(99, "/").status, 404);
}

#[test]
fn wrong_configurations_are_named() {
    let base = WebConfig::default;
    let latency = Latency::LogNormal { median_ms: 20, sigma: 9.0, ms_max: 30 };
    let cases = [
        (WebConfig { hosts: 0, ..base() }, "hosts is 0, it must be from 1 to 1000000"),
        (WebConfig { pages_per_host: 0, ..base() }, "pages_per_host is 0, it must"),
        (WebConfig { threads: 0, ..base() }, "threads is 0, it must be from 1 to 256"),
        (
            WebConfig { hosts: 300, tls: Tls::On, ..base() },
            "hosts is 300, it must be from 1 to 200",
        ),
        (WebConfig { latency, ..base() }, "latency sigma is 9, it must be from 0 to 3"),
    ];
    for (config, message) in cases {
        let error = Web::build(config).unwrap_err();
        assert!(matches!(error, WebError::OutOfRange { .. }));
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let error = "huge".parse::<PageMix>().unwrap_err();
    assert_eq!(error.to_string(), "unknown page mix \"huge\", it must be one of: tiny, docs, live");
    assert_eq!("live".parse::<PageMix>().unwrap().to_string(), "live");
}
