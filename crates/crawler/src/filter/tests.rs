use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Field, Filter, PAGE_FIELDS, SKIPPED_FIELDS, fields_in};

fn page() -> Value {
    json!({
        "url": "https://www.example.co.uk:8443/a/b.html?x=1", "ts": "2026-11-01T10:20:30.456Z",
        "status": 404, "mime": "text/html; charset=utf-8", "title": "Not 'here', or (there)",
        "wire_bytes": 1200, "timings_ms": {"total": 12.5}, "rebuilt": true, "language": null,
        "warc": {"file": "a.warc.gz", "offset": 7},
    })
}

#[test]
fn expressions_say_what_they_say() {
    let row = page();
    for (text, expected) in [
        ("status=404", true),
        ("status = 404.0", true),
        ("status != 404", false),
        ("status<404", false),
        ("status <= 404 and status>=404", true),
        ("status > 403", true),
        ("status in (301, 404)", true),
        ("status in(301)", false),
        ("status ~ ^4", true),
        ("host=www.example.co.uk:8443", true),
        ("domain = example.co.uk", true),
        ("path = /a/b.html", true),
        ("path ~ '\\.html$'", true),
        ("url ~ '/(a|z)/b'", true),
        ("mime ~ ^text/html", true),
        ("mime = 'text/html; charset=utf-8'", true),
        ("title = \"Not 'here', or (there)\"", true),
        ("title ~ 'here.*there'", true),
        ("title < O", true),
        ("ts = 2026-11-01", true),
        ("ts > 2026-11-01", false),
        ("ts >= 2026-11-01 and ts <= 2026-11-01", true),
        ("ts > 2026-10 AND ts < '2026-11-01 10:20:31'", true),
        ("ts in (2025, 2026)", true),
        ("timings_ms.total > 12", true),
        ("warc.offset = 7", true),
        ("rebuilt", true),
        ("rebuilt = false", false),
        ("language", false),
        ("redirect", false),
        ("redirect = x", false),
        ("redirect != x", true),
        ("redirect in (x)", false),
        ("redirect ~ .", false),
        ("outlinks < 1", false),
        ("not redirect", true),
        ("not not status=404", true),
        ("status=1 or status=404 and depth", false),
        ("(status=1 or status=404) and not depth", true),
        ("NOT(status=1)and(status=404)", true),
    ] {
        let filter = Filter::parse(text, PAGE_FIELDS);
        let filter = filter.unwrap_or_else(|bad| panic!("{text}: {bad}"));
        assert_eq!(filter.matches(&row), expected, "{text}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (text, mark, says) in [
        ("statsu=404", "^^^^^^", &["no field `statsu`", "did you mean `status`"][..]),
        ("status=404 and hots=a", "               ^^^^", &["`hots`", "`host`"]),
        ("zzz", "^^^", &["no field", "fields: url host"]),
        ("", "^", &["name of a field", "status=404"]),
        ("status=", "       ^", &["a value must stand here"]),
        ("status=4o4", "       ^^^", &["takes a number", "`4o4`"]),
        ("status=nan", "       ^^^", &["takes a number"]),
        ("ts > yesterday", "     ^^^^^^^^^", &["takes a time", "2026-11-01"]),
        ("rebuilt = 1", "          ^", &["true or false"]),
        ("status == 404", "       ^^", &["no `==`", "write `=`"]),
        ("(status=404", "^", &["not closed"]),
        ("status=404)", "          ^", &["`and`, `or` or the end", "quotes"]),
        ("title = a b", "          ^", &["`and`, `or` or the end", "quotes"]),
        ("title = 'a", "        ^^", &["quote is not closed"]),
        ("url ~ '(a'", "      ^^^^", &["no regular expression", "unclosed group"]),
        ("url ~ (a|b)", "      ^^^^", &["no regular expression", "quotes"]),
        ("status in 3", "          ^", &["a list must stand here", "in (301, 302)"]),
        ("status in (3 4)", "             ^", &["`,` or `)`"]),
        ("title = é and x=1", "              ^", &["no field `x`"]),
        ("title = \u{1b} and x=1", "              ^", &["title = ? and"]),
    ] {
        let bad = Filter::parse(text, PAGE_FIELDS).unwrap_err().to_string();
        assert_eq!(bad.lines().nth(2).unwrap(), format!("  {mark}"), "{bad}");
        assert!(says.iter().all(|it| bad.contains(it)), "{bad}");
        assert!(!bad.contains('\u{1b}'));
    }
    let deep = format!("{}status", "not ".repeat(10_000));
    assert!(Filter::parse(&deep, PAGE_FIELDS).unwrap_err().to_string().contains("more than 64"));
}

#[test]
fn lists_of_fields_are_checked() {
    let names = |list| {
        let found: Vec<&Field> = fields_in(list, PAGE_FIELDS).unwrap();
        found.iter().map(|field| field.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("url, status,warc.file"), "url status warc.file");
    let bad = fields_in("url, rason", SKIPPED_FIELDS).unwrap_err().to_string();
    assert!(bad.contains("\n       ^^^^^\n") && bad.contains("`reason`"), "{bad}");
}

proptest! {
    #[test]
    fn no_text_brings_the_parser_down(text in "\\PC{0,60}") {
        if let Err(bad) = Filter::parse(&text, PAGE_FIELDS) {
            prop_assert!(bad.to_string().contains('^'));
        }
    }

    #[test]
    fn no_sequence_of_tokens_brings_the_parser_down(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "status", "title", "ts", "and", "or", "not", "in", "(", ")", ",", "=", "!=", "<",
                "~", "'", "\"", "404", "2026", "é", " ", "*", "\\",
            ]),
            0..40,
        )
    ) {
        let text = tokens.join(" ");
        if let Ok(filter) = Filter::parse(&text, PAGE_FIELDS) {
            filter.matches(&page());
        }
    }
}
