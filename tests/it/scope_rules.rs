//! Rules of the scope, and the list of what they refuse.

use crate::data::{page_urls, skipped};
use crate::harness::Place;
use crate::webs::{serve, small};

#[test]
fn rules_widen_and_narrow_a_custom_scope() {
    let (server, place) = (serve(small()), Place::new());
    let [own, other] = [0, 1].map(|host| server.web().origin(host));
    let rule = |origin: &str| format!("+{})/", origin.trim_start_matches("http://"));
    let rules = format!("# hosts\n{}\n{}\n\n-regex:/odd/\n", rule(&own), rule(&other));
    place.write("scope.txt", &rules);
    let seed = &server.seeds()[0];
    let args = ["--scope", "custom", "--scope-rule", "@scope.txt", "--list-refused", seed];
    let ended = place.crawl_from(&server, &args).ends(0);
    let found = page_urls(&place.data());
    assert!(found.iter().filter(|url| url.starts_with(&other)).count() > 3, "{found:?}");
    assert!(found.iter().all(|url| url.starts_with(&own) || url.starts_with(&other)), "{found:?}");
    assert!(!found.iter().any(|url| url.contains("/odd/")));
    let refused = skipped(&place.data());
    let listed = |reason: &str| refused.iter().filter(|row| row["reason"] == reason).count() as u64;
    assert!(listed("scope_rule") > 0 && listed("out_of_scope") > 0, "{refused:?}");
    assert!(listed("scope_rule") <= ended.number("links_out_of_scope/scope_rule"));
    for row in refused.iter().filter(|row| row["reason"] == "scope_rule") {
        assert_eq!(row["detail"], "-regex:/odd/");
        assert!(row["via"].as_str().unwrap().starts_with("http://"));
    }
}

#[test]
fn a_bad_rule_is_named_with_its_line() {
    let place = Place::new();
    place.write("scope.txt", "+com,example,\n+example.com\n");
    let ended = place.crawler(["--scope-rule", "@scope.txt", "http://e.com/"]).ends(4);
    ended.says(&["scope.txt:2", "`+example.com` is not a rule", "com,example,"]);
}

#[test]
fn shapes_of_traps_are_refused_with_a_reason() {
    let (server, place) = (serve(small()), Place::new());
    let seed = &server.seeds()[0];
    let ended =
        place.crawl_from(&server, &["--max-path-depth", "1", "--list-refused", seed]).ends(0);
    assert!(ended.number("links_out_of_scope/path_depth") > 0);
    assert!(skipped(&place.data()).iter().any(|row| row["reason"] == "path_depth"));
}
