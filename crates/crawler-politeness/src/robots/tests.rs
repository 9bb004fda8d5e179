use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::cases::{CASES, EXAMPLE_5_1};
use super::line::LINE_BYTES_MAX;
use super::token_cases::TOKEN_CASES;
use super::*;
use crate::UnixMillis;

fn verdict(rules: &RobotsRules, path: &str) -> Option<u32> {
    match rules.judge(path) {
        RobotsVerdict::Allowed => None,
        RobotsVerdict::Disallowed { line } => Some(line),
    }
}

#[test]
fn every_rule_of_the_standard() {
    for (section, body, verdicts) in CASES {
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        for expected in verdicts.split(' ') {
            let (line, path) = expected.split_once(':').unwrap();
            assert_eq!(verdict(&rules, path), line.parse().ok(), "{section}: {path}");
        }
    }
}

#[test]
fn what_each_token_is_told() {
    for (section, body, told) in TOKEN_CASES {
        for (token, verdicts) in *told {
            let rules = RobotsRules::parse(body.as_bytes(), token);
            for expected in verdicts.split(' ') {
                let (line, path) = expected.split_once(':').unwrap();
                assert_eq!(verdict(&rules, path), line.parse().ok(), "{section}: {token:?} {path}");
            }
        }
    }
}

#[test]
fn the_rest_of_a_long_line_is_not_read() {
    let value = format!("/x/{}", "a".repeat(LINE_BYTES_MAX - "disallow: /x/".len()));
    let body = format!("user-agent: *\ndisallow: {value}/more\ndisallow: /y\n");
    let rules = RobotsRules::parse(body.as_bytes(), "foobot");
    let cut = format!("{value}/other");
    for (path, expected) in [(&*cut, Some(2)), (&value[..value.len() - 1], None), ("/y", Some(3))] {
        assert_eq!(verdict(&rules, path), expected, "{} bytes", path.len());
    }
}

#[test]
fn the_simple_example_for_its_other_readers() {
    let cases = [
        ("barbot", "/example/page.html", Some(11)),
        ("barbot", "/example/other.html", None),
        ("BazBot", "/example/page.html", Some(11)),
        ("quxbot", "/example/page.html", None),
        ("quxbot", "/a.gif", None),
        ("anybot", "/a.gif", Some(2)),
        ("anybot", "/example/page.html", Some(3)),
        ("anybot", "/publications/", None),
        ("anybot", "/publications/a.gif", None),
        ("anybot", "/", None),
    ];
    for (token, path, expected) in cases {
        let rules = RobotsRules::parse(EXAMPLE_5_1.as_bytes(), token);
        assert_eq!(verdict(&rules, path), expected, "{token} {path}");
    }
}

#[test]
fn our_token_as_configured() {
    let cases = [
        ("foobot/1.0 (+https://a.example)", "foobot", Some(2)),
        (" foobot ", "foobot", Some(2)),
        ("foobot", "foobot4j", Some(2)),
        ("bot9", "bot9", Some(2)),
        ("bot9", "bot", None),
        ("", "", None),
        ("", "x", None),
        ("", "*", Some(2)),
    ];
    for (token, agent, expected) in cases {
        let body = format!("user-agent: {agent}\ndisallow: /\n");
        let rules = RobotsRules::parse(body.as_bytes(), token);
        assert_eq!(verdict(&rules, "/x"), expected, "{token:?} in {agent:?}");
    }
}

#[test]
fn paths_are_taken_as_they_come() {
    let rules = RobotsRules::parse(b"user-agent: *\ndisallow: /?a\ndisallow: /b\n", "foobot");
    for (path, expected) in [("", None), ("?a", Some(2)), ("b", Some(3)), ("*", None)] {
        assert_eq!(verdict(&rules, path), expected, "{path:?}");
    }
}

#[test]
fn the_two_rule_sets_without_a_file() {
    assert!(RobotsRules::allow_all().judge("/x").is_allowed());
    let closed = RobotsRules::disallow_all();
    assert_eq!(closed.judge("/x"), RobotsVerdict::Disallowed { line: 0 });
    assert!(closed.judge("/robots.txt").is_allowed());
}

#[test]
fn crawl_delay_of_the_chosen_group() {
    let cases: &[(&str, Option<u64>)] = &[
        ("user-agent: *\ncrawl-delay: 10\n", Some(10_000)),
        ("user-agent: *\nCrawl-Delay: 0.5\n", Some(500)),
        ("user-agent: *\ncrawl-delay: .25\n", Some(250)),
        ("user-agent: *\ncrawl-delay: 1.0004\n", Some(1_001)),
        ("user-agent: *\ncrawl-delay: 2 # slow\n", Some(2_000)),
        ("user-agent: *\ncrawl-delay: 7s\n", Some(7_000)),
        ("user-agent: *\ncrawl-delay 3\n", Some(3_000)),
        ("user-agent: *\ncrawldelay: 3\n", Some(3_000)),
        ("user-agent: *\ncrawl-delay: 0\n", None),
        ("user-agent: *\ncrawl-delay: -1\n", None),
        ("user-agent: *\ncrawl-delay: .\n", None),
        ("user-agent: *\ncrawl-delay: NaN\n", None),
        ("user-agent: *\ncrawl-delay:\n", None),
        ("crawl-delay: 5\nuser-agent: *\n", None),
        ("user-agent: x\ncrawl-delay: 5\n", None),
        // several in a group: the longest
        ("user-agent: *\ncrawl-delay: 5\ncrawl-delay: 9\ncrawl-delay: 1\n", Some(9_000)),
        // ours, not everyone's, even when ours has none
        (
            "user-agent: *\ncrawl-delay: 5\ndisallow: /x\nuser-agent: foobot\ncrawl-delay: 2\n",
            Some(2_000),
        ),
        ("user-agent: *\ncrawl-delay: 5\ndisallow: /x\nuser-agent: foobot\ndisallow: /\n", None),
        // meant for the agents named so far
        ("user-agent: x\ncrawl-delay: 5\nuser-agent: foobot\ndisallow: /\n", None),
        ("user-agent: *\ncrawl-delay: 99999999999999999999\n", Some(31_622_400_000)),
    ];
    for (body, expected) in cases {
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        assert_eq!(rules.crawl_delay(), expected.map(Duration::from_millis), "{body:?}");
    }
}

#[test]
fn sitemaps_from_anywhere() {
    let body = b"Sitemap: https://a.example/1.xml\nuser-agent: x\nsite-map: /2.xml # two\n\
        disallow: /\nSITEMAP:https://a.example/3?\xFF\nsitemap:\nsitemap https://a.example/4\n\
        User-agent: *\nsitemap: https://a.example/5";
    let rules = RobotsRules::parse(body, "foobot");
    let expected = [
        "https://a.example/1.xml",
        "/2.xml",
        "https://a.example/3?\u{FFFD}",
        "https://a.example/4",
        "https://a.example/5",
    ];
    assert_eq!(rules.sitemaps(), expected);
    let many = "sitemap: x\n".repeat(SITEMAPS_MAX + 1);
    assert_eq!(RobotsRules::parse(many.as_bytes(), "foobot").sitemaps().len(), SITEMAPS_MAX);
}

#[test]
fn content_signals_of_the_chosen_group() {
    let cases: &[(&str, Option<&str>)] = &[
        (
            "user-agent: *\ncontent-signal: search=yes, ai-train=no\nallow: /\n",
            Some("search=yes, ai-train=no"),
        ),
        ("user-agent: *\ncontent-signal: a=yes\ncontent-signal: b=no\n", Some("a=yes, b=no")),
        ("content-signal: a=yes\nuser-agent: *\ndisallow: /\n", Some("a=yes")),
        ("content-signal: a=yes\nuser-agent: *\ncontent-signal: b=no\n", Some("b=no")),
        ("user-agent: x\ncontent-signal: a=yes\n", None),
        ("user-agent: *\ncontent-signal:\n", None),
        ("", None),
    ];
    for (body, expected) in cases {
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        assert_eq!(rules.content_signal(), *expected, "{body:?}");
    }
    let long =
        format!("user-agent: *\ncontent-signal: {}\n", "x".repeat(CONTENT_SIGNAL_BYTES_MAX + 1));
    assert_eq!(RobotsRules::parse(long.as_bytes(), "foobot").content_signal(), None);
}

#[test]
fn the_limit_is_honored_and_the_line_it_cuts_is_not() {
    let start = "user-agent: *\ndisallow: /a\n#";
    let filler = BODY_BYTES_MAX - start.len();
    let cases = [
        // the last line of a body within the limit counts without its end
        (format!("{start}{}\ndisallow: /bb", "x".repeat(filler - 15)), Some(4)),
        // cut after "/b": not known to be meant
        (format!("{start}{}\ndisallow: /bb", "x".repeat(filler - 13)), None),
        (format!("{start}{}\ndisallow: /bb\n", "x".repeat(filler - 15)), Some(4)),
        (format!("{start}{}\ndisallow: /bb\n", "x".repeat(filler)), None),
    ];
    for (body, expected) in cases {
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        let of = body.len();
        assert_eq!(verdict(&rules, "/a"), Some(2), "{of} bytes");
        assert_eq!(verdict(&rules, "/bb"), expected, "{of} bytes");
    }
    let one_line = vec![b'a'; BODY_BYTES_MAX + 1];
    assert!(RobotsRules::parse(&one_line, "foobot").is_empty());
}

#[test]
fn hostile_bodies_and_paths_end() {
    let path = format!("/{}", "a".repeat(2_000));
    let fill = |line: &str| format!("user-agent: *\n{}", line.repeat(BODY_BYTES_MAX / line.len()));
    let cases = [
        (format!("user-agent: *\ndisallow: /{}b\n", "*a".repeat(200_000)), None),
        (format!("user-agent: *\ndisallow: /{}$\n", "*a".repeat(200_000)), None),
        (format!("user-agent: *\ndisallow: /{}\n", "*".repeat(400_000)), Some(2)),
        (format!("user-agent: *\ndisallow: /{}b$\n", "a*".repeat(900)), None),
        (format!("user-agent: *\ndisallow: /{}\n", "a*".repeat(900)), Some(2)),
        (format!("user-agent: *\ndisallow: /{}\n", "\u{FF}".repeat(200_000)), None),
        (fill("disallow:*b\n"), None),
        (fill("disallow:*a*ab\n"), None),
        (fill("disallow:/aaaaaaaaab\n"), None),
        (fill("user-agent:*\n"), None),
        (fill("\r"), None),
        (fill("%"), None),
        (fill("\0"), None),
        (fill("disallow:\0\n"), None),
    ];
    for (body, expected) in cases {
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        assert_eq!(verdict(&rules, &path), expected, "{}", &body[..40]);
    }
}

#[test]
fn answers_and_how_long_they_hold() {
    use RobotsAnswer::{Body, Status, TooManyRedirects, Unreachable};
    let now = UnixMillis(1_000);
    let previous = RobotsEntry::from_answer(
        Body(b"user-agent: *\ndisallow: /old\n"),
        None,
        "foobot",
        UnixMillis(0),
        None,
    );
    let day = UnixMillis(1_000 + 86_400_000);
    let soon = UnixMillis(1_000 + 600_000);
    // answer; verdict on /old without and with previous rules; time of the next fetch
    let cases = [
        (Body(b"user-agent: *\ndisallow: /new\n"), None, None, day),
        (Body(b"<html>not found</html>"), None, None, day),
        (Status(204), None, None, day),
        (Status(400), None, None, day),
        (Status(401), None, None, day),
        (Status(403), None, None, day),
        (Status(404), None, None, day),
        (Status(410), None, None, day),
        (TooManyRedirects, None, None, day),
        (Status(429), Some(0), Some(2), soon),
        (Status(500), Some(0), Some(2), soon),
        (Status(503), Some(0), Some(2), soon),
        (Status(599), Some(0), Some(2), soon),
        (Status(301), Some(0), Some(2), soon),
        (Status(100), Some(0), Some(2), soon),
        (Status(0), Some(0), Some(2), soon),
        (Status(999), Some(0), Some(2), soon),
        (Unreachable, Some(0), Some(2), soon),
    ];
    for (answer, alone, after_previous, expires_at) in cases {
        let entry = RobotsEntry::from_answer(answer, None, "foobot", now, None);
        assert_eq!(verdict(&entry.rules, "/old"), alone, "{answer:?}");
        assert_eq!(entry.expires_at, expires_at, "{answer:?}");
        assert!(entry.is_fresh(UnixMillis(expires_at.0 - 1)) && !entry.is_fresh(expires_at));
        let entry = RobotsEntry::from_answer(answer, None, "foobot", now, Some(&previous));
        assert_eq!(verdict(&entry.rules, "/old"), after_previous, "{answer:?} after others");
        let kept = Arc::ptr_eq(&entry.rules, &previous.rules);
        assert_eq!(kept, after_previous.is_some(), "{answer:?}");
    }
}

#[test]
fn an_answer_says_how_long_it_is_fresh() {
    let now = UnixMillis(1_000);
    let two_hours = Some(Duration::from_secs(7_200));
    let cases = [
        (RobotsAnswer::Body(b""), 7_200),
        (RobotsAnswer::Status(404), 7_200),
        (RobotsAnswer::Status(503), 600),
        (RobotsAnswer::Unreachable, 600),
    ];
    for (answer, seconds) in cases {
        let entry = RobotsEntry::from_answer(answer, two_hours, "foobot", now, None);
        assert_eq!(entry.expires_at, now + Duration::from_secs(seconds), "{answer:?}");
    }
}

#[test]
fn rules_travel_between_threads() {
    fn travels<T: Send + Sync>() {}
    travels::<RobotsRules>();
    travels::<RobotsEntry>();
}

/// Texts of the octets that mean something, so that matches are not rare.
fn path_text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "/",
        "a",
        "b",
        "A",
        "%61",
        "%41",
        "%2F",
        "%2f",
        "%2A",
        "%24",
        "$",
        "*",
        "%",
        "%E3",
        "ツ",
        "%e3%83%84",
        "~",
        "%7e",
        "?",
        "=",
        " ",
        "%20",
        "{",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..8)
        .prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn pattern_text() -> impl Strategy<Value = String> {
    let ends = proptest::sample::select(&["", "", "*", "$", "*$", "**"][..]);
    let starts = proptest::sample::select(&["", "", "*", "a", "$"][..]);
    let text = (starts, path_text(), ends).prop_map(|(start, path, end)| {
        let text = format!("{start}{path}{end}");
        text.trim().to_owned()
    });
    prop_oneof![1 => Just(String::new()), 20 => text]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn judges_like_the_reference(
        lines in proptest::collection::vec((any::<bool>(), pattern_text()), 0..6),
        paths in proptest::collection::vec(path_text(), 1..6),
    ) {
        let mut body = String::from("user-agent: foobot\n");
        let mut plain = Vec::new();
        for (line, (allows, value)) in (2..).zip(&lines) {
            writeln!(body, "{}: {value}", if *allows { "allow" } else { "disallow" }).unwrap();
            plain.push((*allows, line, value.as_str()));
        }
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        for path in &paths {
            prop_assert_eq!(verdict(&rules, path), reference::judge(&plain, path), "{} on {}", path, body);
        }
    }

    #[test]
    fn any_bytes_are_a_file(body: Vec<u8>, token in "\\PC{0,6}", path in "\\PC{0,20}") {
        let _ = RobotsRules::parse(&body, &token).judge(&path);
    }

    #[test]
    fn almost_a_file_is_one(
        pieces in proptest::collection::vec(proptest::sample::select(&[
            "user-agent", "disallow", "allow", "crawl-delay", "sitemap", "content-signal", ":", " ",
            "\t", "*", "foobot", "/", "$", "%", "%4", "#", "\r", "\n", "\r\n", "\u{FEFF}", "1.5",
        ][..]), 0..40),
        path in path_text(),
    ) {
        let body = pieces.concat();
        let rules = RobotsRules::parse(body.as_bytes(), "foobot");
        if let Some(line) = verdict(&rules, &path) {
            prop_assert!(line >= 1 && line as usize <= body.split(['\r', '\n']).count());
        }
    }
}
