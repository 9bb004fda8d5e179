use super::wire;
use crate::WireUrl;
use crate::scope::{
    OutOfScope, Pattern, Scope, ScopeKind, ScopeRule, ScopeRules, UrlLimits, Verdict,
};

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn rules(kind: ScopeKind, include: &[&str], exclude: &[&str]) -> ScopeRules {
    ScopeRules {
        kind,
        include: patterns(include),
        exclude: patterns(exclude),
        rules: Vec::new(),
        depth_max: None,
        limits: UrlLimits::default(),
    }
}

fn kind_of(kind: ScopeKind, seeds: &[WireUrl]) -> Scope {
    Scope::new(rules(kind, &[], &[]), seeds)
}

const KIND: Verdict = Verdict::Out(OutOfScope::Kind);

#[test]
fn kinds_reach_as_far_as_they_say() {
    use ScopeKind::{Any, Domain, Host, Page, Prefix};
    let seed = "http://www.example.co.uk/a/b.html";
    // Each URL with the kinds that hold it.
    let cases: [(&str, &[ScopeKind]); 15] = [
        ("http://www.example.co.uk/a/b.html", &[Page, Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk/a/%62.html?", &[Page, Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk/a/b.html?c", &[Prefix, Host, Domain, Any]),
        ("https://www.example.co.uk/a/b.html", &[Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk/a/", &[Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk/a/c/d", &[Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk./%61/c", &[Prefix, Host, Domain, Any]),
        ("http://www.example.co.uk/a", &[Host, Domain, Any]),
        ("http://www.example.co.uk/ab/", &[Host, Domain, Any]),
        ("http://www.example.co.uk/?/a/", &[Host, Domain, Any]),
        ("http://www.example.co.uk:8080/a/", &[Domain, Any]),
        ("http://example.co.uk/a/", &[Domain, Any]),
        ("http://x.y.example.co.uk/", &[Domain, Any]),
        ("http://wwwexample.co.uk/", &[Any]),
        ("http://example.com/", &[Any]),
    ];
    for (url, kinds) in cases {
        for kind in [Page, Prefix, Host, Domain, Any] {
            let expected = if kinds.contains(&kind) { Verdict::In } else { KIND };
            assert_eq!(kind_of(kind, &[wire(seed)]).judge(&wire(url), 1), expected, "{kind} {url}");
        }
    }
}

#[test]
fn domain_of_addresses_and_unknown_suffixes_is_the_host() {
    for (seed, inside, outside) in [
        ("http://127.0.0.1:81/", "http://127.0.0.1:81/a", "http://127.0.0.1:82/"),
        ("http://[::1]/", "https://[::1]/a", "http://[::2]/"),
        ("http://localhost/", "http://localhost/a", "http://a.localhost/"),
        ("http://a.internal/", "http://a.internal/a", "http://b.internal/"),
        ("http://user.github.io/", "http://x.user.github.io/", "http://other.github.io/"),
    ] {
        let scope = kind_of(ScopeKind::Domain, &[wire(seed)]);
        assert_eq!(scope.judge(&wire(inside), 1), Verdict::In, "{inside}");
        assert_eq!(scope.judge(&wire(outside), 1), KIND, "{outside}");
    }
}

#[test]
fn prefixes_within_and_beside_each_other_all_count() {
    let seeds = ["/b/c/d", "/b/x", "/a!/x", "/a/y/z", "/b/c/", "/a/y", "/z"].map(|path| {
        // The root prefix of `/z` belongs to another host.
        let host = if path == "/z" { "f.org" } else { "e.com" };
        wire(&format!("http://{host}{path}"))
    });
    let scope = kind_of(ScopeKind::Prefix, &seeds);
    let inside = ["/b/", "/b/c/d/e", "/b/q", "/a!/", "/a/", "/a/z"];
    let outside = ["/", "/a", "/a!", "/b", "/c/", "/a\"/x", "/z"];
    for (paths, expected) in [(&inside[..], Verdict::In), (&outside[..], KIND)] {
        for path in paths {
            assert_eq!(scope.judge(&wire(&format!("http://e.com{path}")), 1), expected, "{path}");
        }
    }
    assert_eq!(scope.judge(&wire("http://f.org/anything"), 1), Verdict::In);
}

#[test]
fn patterns_and_depth_narrow_the_scope() {
    let excluded = |pattern_idx| Verdict::Out(OutOfScope::Excluded { pattern_idx });
    let not_included = Verdict::Out(OutOfScope::NotIncluded);
    let mut rules = rules(
        ScopeKind::Host,
        &["/docs/", "glob:http://e.com/*.html"],
        &[r"\.zip$", "glob:**/tmp/**"],
    );
    rules.depth_max = Some(3);
    let scope = Scope::new(rules, &[wire("http://e.com/start"), wire("http://e.com/tmp/seed")]);
    let cases = [
        ("http://e.com/docs/a", 3, Verdict::In),
        ("http://e.com/docs/a", 4, Verdict::Out(OutOfScope::Depth)),
        ("http://e.com/docs/a.zip", 4, excluded(0)),
        ("http://e.com/docs/tmp/a.zip", 1, excluded(0)),
        ("http://e.com/docs/tmp/a", 1, excluded(1)),
        ("http://e.com/a.html", 1, Verdict::In),
        ("http://e.com/b/a.html", 1, not_included),
        ("http://e.com/b", 1, not_included),
        ("http://e.com/start", 0, Verdict::In),
        ("http://e.com/start#again", 9, Verdict::In),
        ("http://e.com/tmp/seed", 0, excluded(1)),
        ("http://f.org/docs/a", 1, KIND),
    ];
    for (url, depth, expected) in cases {
        assert_eq!(scope.judge(&wire(url), depth), expected, "{url} at {depth}");
    }
}

#[test]
fn redirected_seeds_widen_the_scope() {
    for kind in [ScopeKind::Page, ScopeKind::Prefix, ScopeKind::Host, ScopeKind::Domain] {
        let first = kind_of(kind, &[wire("http://example.com/")]);
        let target = wire("https://www.example.org/start");
        let wider = first.with_seeds(&[target.clone(), target.clone()]);
        assert_eq!(first.judge(&target, 0), KIND, "{kind}");
        assert_eq!(wider.judge(&target, 0), Verdict::In, "{kind}");
        assert_eq!(wider.judge(&wire("http://example.com/"), 0), Verdict::In, "{kind}");
        assert_eq!(wider.judge(&wire("https://example.net/"), 0), KIND, "{kind}");
    }
}

#[test]
fn many_added_seeds_are_all_kept() {
    for kind in [ScopeKind::Page, ScopeKind::Prefix, ScopeKind::Host, ScopeKind::Domain] {
        let added: Vec<WireUrl> =
            (0..2100).map(|n| wire(&format!("http://host{n}.com/{n}/x"))).collect();
        let scope = added
            .iter()
            .fold(kind_of(kind, &[]), |scope, seed| scope.with_seeds(std::slice::from_ref(seed)));
        assert!(added.iter().all(|seed| scope.judge(seed, 0) == Verdict::In), "{kind}");
        assert_eq!(scope.judge(&wire("http://host2100.com/"), 0), KIND);
    }
}

#[test]
fn globs_keep_to_segments() {
    let cases = [
        ("glob:http://e.com/*", "http://e.com/a", true),
        ("glob:http://e.com/*", "http://e.com/a/b", false),
        ("glob:http://e.com/**", "http://e.com/a/b", true),
        ("glob:http://e.com/**/z", "http://e.com/a/b/z", true),
        ("glob:**/*.pdf", "http://e.com/a/b.pdf", true),
        ("glob:**/*.pdf", "http://e.com/a/b.pdf?x", false),
        ("glob:http{,s}://e.com/*", "https://e.com/a", true),
        ("e.com/a", "http://e.com/a/b", true),
        ("^http:", "https://e.com/", false),
        ("", "http://e.com/", true),
    ];
    for (pattern, url, expected) in cases {
        let pattern: Pattern = pattern.parse().unwrap();
        assert_eq!(pattern.is_match(url), expected, "{pattern} {url}");
    }
}

#[test]
fn bad_rules_are_explained() {
    for text in ["(", "a{9999999}", "(?=x)", "glob:[", "glob:a**", "glob:**.pdf", "glob:{a"] {
        let error = text.parse::<Pattern>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("invalid pattern {text:?}: ")), "{error}");
    }
    assert_eq!("HOST".parse(), Ok(ScopeKind::Host));
    let error = "site".parse::<ScopeKind>().unwrap_err().to_string();
    assert_eq!(
        error,
        r#"unknown scope "site": expected page, prefix, host, domain, any or custom"#
    );
}

#[test]
fn rules_are_read_from_configuration() {
    let text = r#"{"kind":"domain","exclude":["\\.zip$","glob:**/x/*"]}"#;
    let read: ScopeRules = serde_json::from_str(text).unwrap();
    assert_eq!(read, rules(ScopeKind::Domain, &[], &[r"\.zip$", "glob:**/x/*"]));
    assert!(serde_json::from_str::<ScopeRules>(r#"{"kind":"domain","exclude":["("]}"#).is_err());
    assert!(serde_json::from_str::<ScopeRules>(r#"{"kind":"site"}"#).is_err());
}

#[test]
fn of_the_rules_that_match_the_last_one_holds() {
    let texts = [
        "+com,example,",
        "-http://(com,example,www,)/private",
        "+com,example,www)/private/op%65n/",
        "-glob:**/*.zip",
        "+127.0.0.1:8080)/a",
        "- regex:[?&]sort=",
        "+org,bücher)",
        "+[2001:DB8::1])",
    ];
    let parsed: Vec<ScopeRule> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let custom = ScopeRules { rules: parsed, ..rules(ScopeKind::Custom, &[], &["secret"]) };
    let scope = Scope::new(custom, &[wire("http://seed.net/a")]);
    let by = |rule_idx| Verdict::Out(OutOfScope::Rule { rule_idx });
    let cases = [
        ("http://example.com/", Verdict::In, Some(0)),
        ("https://a.b.example.com:81/x", Verdict::In, Some(0)),
        ("http://www.example.com./private", by(1), None),
        ("http://www.example.com:81/private", Verdict::In, Some(0)),
        ("https://www.example.com/private/open/x", Verdict::In, Some(2)),
        ("http://www.example.com/private/open/x.zip", by(3), None),
        ("http://www.example.com/private/open/x?sort=a", by(5), None),
        ("http://notexample.com/", KIND, None),
        ("http://127.0.0.1:8080/ab", Verdict::In, Some(4)),
        ("http://127.0.0.1/ab", KIND, None),
        ("http://xn--bcher-kva.org/", Verdict::In, Some(6)),
        ("http://a.xn--bcher-kva.org/", KIND, None),
        ("http://[2001:db8::1]/", Verdict::In, Some(7)),
        ("http://seed.net/a", Verdict::In, None),
        ("http://seed.net/b", KIND, None),
        (
            "http://example.com/secret",
            Verdict::Out(OutOfScope::Excluded { pattern_idx: 0 }),
            Some(0),
        ),
    ];
    for (url, expected, accepted_by) in cases {
        assert_eq!(scope.judge(&wire(url), 1), expected, "{url}");
        assert_eq!(scope.accepted_by(&wire(url)), accepted_by, "{url}");
    }
}

#[test]
fn bad_rules_of_a_scope_say_what_is_wrong() {
    for (text, reason) in [
        ("com,example,", "neither + nor -"),
        ("+example.com", "expected a SURT prefix"),
        ("+com,example", "expected a SURT prefix"),
        ("+com,,example,", "its host is not one"),
        ("+com,exam ple)/", "its host is not one"),
        ("+com,example)docs", "begins with /"),
        ("+com,example)/a?b", "has a query"),
        ("+com,example:99999)/", "port"),
        ("-regex:(", "invalid pattern"),
    ] {
        let error = text.parse::<ScopeRule>().unwrap_err();
        assert!(error.reason.contains(reason), "{text}: {error}");
    }
}

#[test]
fn urls_of_traps_are_refused_by_their_shape() {
    let limits = UrlLimits {
        bytes_max: 100,
        segments_max: 10,
        repeats_max: 3,
        calendar_years: Some(1900..2032),
    };
    let limited = ScopeRules { limits, ..rules(ScopeKind::Any, &[], &[]) };
    let scope = Scope::new(limited, &[wire("http://e.com/2040/1/")]);
    let out = |why| Verdict::Out(why);
    let cases = [
        (format!("/{}", "a".repeat(87)), Verdict::In),
        (format!("/{}", "a".repeat(88)), out(OutOfScope::UrlLength)),
        ("/1/2/3/4/5/6/7/8/9/a".to_owned(), Verdict::In),
        ("/1/2/3/4/5/6/7/8/9/a/".to_owned(), out(OutOfScope::PathDepth)),
        ("/a/b/a/c/a".to_owned(), Verdict::In),
        ("/a/b/a/c/a/d/a".to_owned(), out(OutOfScope::RepeatedSegments)),
        ("/x/1/y/1/z/1/w/1".to_owned(), Verdict::In),
        ("/x/1/1/1".to_owned(), Verdict::In),
        ("/x/1/1/1/1".to_owned(), out(OutOfScope::RepeatedSegments)),
        ("/1/2/1/2/1/2/1".to_owned(), Verdict::In),
        ("/1/2/1/2/1/2/1/2".to_owned(), out(OutOfScope::RepeatedSegments)),
        ("/////".to_owned(), Verdict::In),
        ("/2031/12/31".to_owned(), Verdict::In),
        ("/2032/1/".to_owned(), out(OutOfScope::CalendarAhead)),
        ("/2032".to_owned(), Verdict::In),
        ("/2032/13/".to_owned(), Verdict::In),
        ("/9876/12/".to_owned(), Verdict::In),
        ("/1899/12".to_owned(), out(OutOfScope::CalendarBack)),
        ("/1860/12".to_owned(), Verdict::In),
        ("/events/2040-02-01".to_owned(), out(OutOfScope::CalendarAhead)),
        ("/events/2040-02x".to_owned(), Verdict::In),
        ("/cal?date=2040-02-01T10:00".to_owned(), out(OutOfScope::CalendarAhead)),
        ("/cal?month=2&year=2040".to_owned(), out(OutOfScope::CalendarAhead)),
        ("/cal?year=2040".to_owned(), Verdict::In),
        ("/2040/1/".to_owned(), Verdict::In),
        ("/cal?d=é".to_owned(), Verdict::In),
    ];
    for (target, expected) in cases {
        assert_eq!(scope.judge(&wire(&format!("http://e.com{target}")), 1), expected, "{target}");
    }
    let unlimited = kind_of(ScopeKind::Any, &[]);
    assert_eq!(unlimited.judge(&wire("http://e.com/2040/1/a/a/a/a/a/a"), 1), Verdict::In);
}
