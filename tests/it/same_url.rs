//! Which URLs are the same URL.

use crate::data::page_urls;
use crate::harness::Place;
use crate::webs::{serve, small};

#[test]
fn parameters_of_tracking_and_sessions_make_no_other_url() {
    let server = serve(small());
    let root = &server.seeds()[0];
    let found_first = format!("{root}?utm_source=a&b=1");
    let seeds = [
        found_first.clone(),
        format!("{root}?b=1"),
        format!("{root}?gclid=2&b=1&PHPSESSID=3#c"),
        format!("{root}?b=2"),
    ];
    let fetched = |more: &[&str]| {
        let place = Place::new();
        let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
        place.crawl_from(&server, &[&["--scope", "page"], more, &seeds[..]].concat()).ends(0);
        page_urls(&place.data())
    };
    assert_eq!(fetched(&[]), [format!("{root}?b=2"), found_first]);
    assert_eq!(fetched(&["--tracking-param", "none", "--session-param", "none"]).len(), 4);
}

#[test]
fn a_crawl_keeps_the_rules_it_remembers_urls_by() {
    let (server, place) = (serve(small()), Place::new());
    place.crawl(&server, &["--max-pages", "3"]).ends(0);
    let ended = place.crawl(&server, &["--query-order", "sort", "--tracking-param", "ref"]).ends(4);
    ended.says(&[
        "remembers its urls by other rules",
        r#"query_order = "sort" instead of "keep""#,
        "tracking_param without gclid",
        "tracking_param with ref",
        "--recrawl",
        "--fresh",
    ]);
    place.crawl(&server, &["--max-pages", "3"]).ends(0);
    place.crawl(&server, &["--query-order", "sort", "--recrawl", "--max-pages", "9"]).ends(0);
    place.crawl(&server, &["--query-order", "sort"]).ends(0);
}
