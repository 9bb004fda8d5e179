use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::{texts, wire};
use crate::{CanonicalRules, Canonicalizer, ParamName, QueryOrder, UrlError, WireUrl};

#[test]
fn spellings_of_one_url_are_one() {
    let cases = [
        ("http://Example.com:80", "http://example.com/"),
        ("http://example.com./a", "http://example.com/a"),
        ("http://example.com.:81/a", "http://example.com:81/a"),
        ("http://example.com/a?", "http://example.com/a"),
        ("http://example.com/%7euser/%c3%a9", "http://example.com/~user/%C3%A9"),
        ("http://example.com/a?b=%2f%41#c", "http://example.com/a?b=%2FA"),
        ("http://example.com/100%/%4", "http://example.com/100%/%4"),
        ("http://example.com/%%36%31", "http://example.com/%%361"),
        ("http://example.com/%6%31", "http://example.com/%6%31"),
        ("http://example.com/%2561", "http://example.com/%2561"),
        ("http://example.com/a//b/", "http://example.com/a//b/"),
        ("http://example.com/A?b&a", "http://example.com/A?b&a"),
        ("http://example.com../", "http://example.com../"),
    ];
    for (text, expected) in cases {
        let canonical = Canonicalizer::default().canonicalize(&wire(text));
        assert_eq!(canonical.as_str(), expected, "{text}");
    }
}

#[test]
fn different_urls_stay_apart() {
    let texts = [
        "http://e.com/a",
        "https://e.com/a",
        "http://e.com/A",
        "http://e.com/a/",
        "http://e.com:81/a",
        "http://e.com/a?b",
        "http://e.com/a?b=",
        "http://e.com/a%2Fb",
        "http://e.com/a/b",
        "http://www.e.com/a",
    ];
    let mut prints: Vec<_> =
        texts.iter().map(|text| Canonicalizer::default().fingerprint(&wire(text))).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), texts.len());
}

#[test]
fn odd_spellings_have_one_key() {
    let long = format!("http://e.com/{}", "%41".repeat(2_700));
    let long_key = format!("http://e.com/{}", "A".repeat(2_700));
    let cases = [
        ("http://BÜCHER.example/", "http://xn--bcher-kva.example/"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://ex%41mple.com/", "http://example.com/"),
        ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
        ("http://0x7f.1:8080/", "http://127.0.0.1:8080/"),
        ("http://user:pass@e.com/a", "http://e.com/a"),
        ("http://user@e.com:8080/a", "http://e.com:8080/a"),
        ("https://e.com:0443/a", "https://e.com/a"),
        ("http://e.com:00080/a", "http://e.com/a"),
        ("https://e.com:80/a", "https://e.com:80/a"),
        ("http://e.com//a//../b", "http://e.com//a/b"),
        (r"http:\\e.com\a\..\b?c\d", r"http://e.com/b?c\d"),
        ("http://e.com/%2e%2E/%7Ea%2Fb", "http://e.com/~a%2Fb"),
        ("http://e.com/?utm_source=a#utm_source=b", "http://e.com/"),
        (&long, &long_key),
    ];
    for (text, expected) in cases {
        let canonical = by_rules(&CanonicalRules::default(), text);
        assert_eq!(canonical, expected, "{text}");
    }
    for text in
        ["data:text/html,a", "mailto:a@e.com", "javascript:void(0)", "tel:+1", "ftp://e.com"]
    {
        assert!(matches!(WireUrl::parse(text), Err(UrlError::Scheme(_))), "{text}");
    }
}

fn by_rules(rules: &CanonicalRules, text: &str) -> String {
    Canonicalizer::default().with_rules(rules).canonicalize(&wire(text)).as_str().to_owned()
}

#[test]
fn parameters_are_left_out_and_sorted_as_the_rules_say() {
    let cases = [
        // As found, with the order kept, and sorted.
        ("?utm_source=a&b=1&a=2&UTM_x", "?b=1&a=2", "?a=2&b=1"),
        ("?utm%5Fsource=a&gclid", "", ""),
        ("?utm=a&xgclid=b", "?utm=a&xgclid=b", "?utm=a&xgclid=b"),
        ("?a=2&a=1&fbclid=x", "?a=2&a=1", "?a=2&a=1"),
        ("?b&a&", "?b&a&", "?&a&b"),
        ("?&", "?&", "?&"),
        ("?a=utm_source=b", "?a=utm_source=b", "?a=utm_source=b"),
        ("x?PHPSESSID=1&q=%2f", "x?q=%2F", "x?q=%2F"),
        ("a;jsessionid=0A1B?q", "a?q", "a?q"),
        ("a;jsessionid=0A/b;v=1;JSESSIONID=2;w/c", "a/b;v=1;w/c", "a/b;v=1;w/c"),
        ("..a;jsessionid=1/", "..a/", "..a/"),
        ("a/..;jsessionid=1/b", "a/..;jsessionid=1/b", "a/..;jsessionid=1/b"),
        ("a;gclid=1", "a;gclid=1", "a;gclid=1"),
        ("?aspsessionidABC=x", "", ""),
    ];
    let keep = CanonicalRules::default();
    let sort = CanonicalRules { query_order: QueryOrder::Sort, ..keep.clone() };
    for (tail, kept, sorted) in cases {
        let text = format!("http://e.com./{tail}");
        assert_eq!(by_rules(&keep, &text), format!("http://e.com/{kept}"), "{tail}");
        assert_eq!(by_rules(&sort, &text), format!("http://e.com/{sorted}"), "{tail}");
    }
    assert_eq!(by_rules(&CanonicalRules::none(), "http://e.com/?gclid=1"), "http://e.com/?gclid=1");
}

#[test]
fn rules_tell_how_they_differ() {
    let before = CanonicalRules::default();
    assert!(before.differences(&before).is_empty());
    let mut now = before.clone();
    now.query_order = QueryOrder::Sort;
    now.tracking_params.retain(|name| name.as_str() != "gclid");
    now.session_params.push("SID".parse().unwrap());
    let differences = before.differences(&now);
    let expected = [
        r#"query_order = "sort" instead of "keep""#,
        "tracking_param without gclid",
        "session_param with sid",
    ];
    assert_eq!(differences, expected);
    let read: CanonicalRules = serde_json::from_str(&serde_json::to_string(&now).unwrap()).unwrap();
    assert_eq!(read, now);
    for bad in ["", "*", "a*b", "a=b", "a b", "é"] {
        assert!(bad.parse::<ParamName>().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn canonicalizing_by_all_rules_twice_changes_nothing(text in texts::absolute()) {
        let Ok(url) = WireUrl::parse(&text) else { return Ok(()) };
        let mut rules = CanonicalRules { query_order: QueryOrder::Sort, ..CanonicalRules::default() };
        rules.session_params.extend(["x*", "a"].map(|name| name.parse().unwrap()));
        let canonicalizer = Canonicalizer::keyed(7).with_rules(&rules);
        let once = canonicalizer.canonicalize(&url);
        let print = canonicalizer.fingerprint(&url);
        prop_assert_eq!(print.url, xxhash_rust::xxh3::xxh3_64_with_seed(once.as_str().as_bytes(), 7));
        let again = canonicalizer.canonicalize(&wire(once.as_str()));
        prop_assert_eq!(again, once);
    }

    #[test]
    fn canonicalizing_twice_changes_nothing(text in texts::absolute()) {
        let Ok(url) = WireUrl::parse(&text) else { return Ok(()) };
        let canonicalizer = Canonicalizer::default();
        let once = canonicalizer.canonicalize(&url);
        let again = canonicalizer.canonicalize(&wire(once.as_str()));
        prop_assert_eq!(&again, &once);
        prop_assert!(once.as_str().len() <= url.as_str().len());
    }

    #[test]
    fn fingerprint_is_the_hash_of_the_canonical_url(text in texts::absolute()) {
        let Ok(url) = WireUrl::parse(&text) else { return Ok(()) };
        let canonicalizer = Canonicalizer::default();
        let canonical = canonicalizer.canonicalize(&url);
        let print = canonicalizer.fingerprint(&url);
        prop_assert_eq!(print.url, xxh3_64(canonical.as_str().as_bytes()));
        prop_assert_eq!(print.host, url.host_key().hash());
        prop_assert_eq!(canonicalizer.fingerprint(&wire(canonical.as_str())), print);
    }
}
