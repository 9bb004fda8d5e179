use std::borrow::Cow;

use proptest::prelude::*;

use super::{assert_same, reference, texts, wire};
use crate::{Base, UrlError, WireUrl};

const BASES: [&str; 8] = [
    "http://example.com/",
    "https://www.example.com:8443/a/b/c.html?q=1",
    "http://example.com/a/b/",
    "http://example.com//a//b//",
    "http://example.com/c:/d|/x",
    "http://127.0.0.1:8080/a:b/%2F..x/y",
    "https://[::1]/a/%7e/é?x=/../",
    "http://example.com./a?",
];

#[test]
fn links_are_joined() {
    let base = Base::new(&wire("https://e.com/a/b/c.html?q=1"));
    let cases = [
        ("d.html", "https://e.com/a/b/d.html"),
        ("./d.html", "https://e.com/a/b/d.html"),
        ("../x.html?q=1#f", "https://e.com/a/x.html?q=1"),
        ("../../../x", "https://e.com/x"),
        ("..", "https://e.com/a/"),
        (".", "https://e.com/a/b/"),
        ("d/../e/./f", "https://e.com/a/b/e/f"),
        ("/abs/path", "https://e.com/abs/path"),
        ("/", "https://e.com/"),
        ("?p=2", "https://e.com/a/b/c.html?p=2"),
        ("?", "https://e.com/a/b/c.html?"),
        ("//other.org/x", "https://other.org/x"),
        ("//other.org:443", "https://other.org/"),
        ("http://other.org", "http://other.org/"),
        ("HTTP://Other.org/", "http://other.org/"),
        ("https:d.html", "https://e.com/a/b/d.html"),
        (r"\x\y", "https://e.com/x/y"),
        (r"\\other.org\x", "https://other.org/x"),
        ("1:2", "https://e.com/a/b/1:2"),
        ("./a:b", "https://e.com/a/b/a:b"),
        ("d e\n.html", "https://e.com/a/b/d%20e.html"),
        ("d.html #f", "https://e.com/a/b/d.html%20"),
        ("  d.html\t", "https://e.com/a/b/d.html"),
        ("é?é", "https://e.com/a/b/%C3%A9?%C3%A9"),
        ("http://u:p@e.com/", "http://e.com/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("//10.0.0.255/x", "https://10.0.0.255/x"),
        ("//10.0.0.010/x", "https://10.0.0.8/x"),
        ("//0x7f.1/x", "https://127.0.0.1/x"),
    ];
    for (href, expected) in cases {
        assert_eq!(base.join(href).map(|url| url.to_string()), Ok(expected.to_owned()), "{href:?}");
    }
}

#[test]
fn links_that_lead_nowhere_are_refused() {
    let base = Base::new(&wire("https://e.com/a"));
    for href in ["", "  ", "#", "#top", "\n#a b"] {
        assert_eq!(base.join(href), Err(UrlError::Empty), "{href:?}");
    }
    let long = "x".repeat(1 << 20) + ":y";
    let schemes = [
        ("mailto:a@b.c", "mailto"),
        ("JavaScript:void(0)", "javascript"),
        ("data:text/html,<a href='/x'>", "data"),
        ("tel:+1", "tel"),
        ("java\nscript:x", "javascript"),
        (&long, &long[..32]),
    ];
    for (href, scheme) in schemes {
        assert_eq!(base.join(href), Err(UrlError::Scheme(scheme.to_owned())), "{scheme}");
    }
    for href in ["//", "http://", "https:///"] {
        assert_eq!(base.join(href), Err(UrlError::NoHost), "{href:?}");
    }
    assert!(matches!(base.join("//a b/"), Err(UrlError::Syntax(_))));
}

#[test]
fn length_is_limited() {
    let base = Base::new(&wire(&format!("http://e.com/{}/", "d".repeat(8000))));
    assert!(base.join(&"x".repeat(100)).is_ok());
    assert_eq!(base.join(&"x".repeat(1000)), Err(UrlError::TooLong { len: 9014 }));
    assert!(base.join(&format!("../{}", "x".repeat(1000))).is_ok());
    assert_eq!(base.join(&"é".repeat(1 << 20)), Err(UrlError::TooLong { len: 2 << 20 }));
    assert!(base.join(&format!("/x#{}", "f".repeat(1 << 20))).is_ok());
}

#[test]
fn only_the_first_base_href_counts() {
    let document = wire("http://e.com/a/b");
    let cases: [(&[&str], &str); 6] = [
        (&["/x/"], "http://e.com/x/l"),
        (&["x/y"], "http://e.com/a/x/l"),
        (&["//f.org", "/x/"], "http://f.org/l"),
        (&["mailto:x", "/x/"], "http://e.com/a/l"),
        (&["http://[", "/x/"], "http://e.com/a/l"),
        (&["", "/x/"], "http://e.com/a/l"),
    ];
    for (hrefs, expected) in cases {
        let mut base = Base::new(&document);
        // A base that was used already must forget what it prepared.
        assert!(base.join("é").is_ok());
        for href in hrefs {
            base.set_href(href);
        }
        assert_eq!(base.join("l"), Ok(wire(expected)), "{hrefs:?}");
        assert_eq!(base.join("l\t"), Ok(wire(expected)), "{hrefs:?}");
        assert_eq!(base.join("\\é"), Ok(wire(expected).host_root("%C3%A9")), "{hrefs:?}");
    }
}

impl WireUrl {
    fn host_root(&self, path: &str) -> Self {
        wire(&format!("{}://{}/{path}", self.scheme(), self.authority()))
    }
}

#[test]
fn queries_are_encoded_in_the_charset_of_the_page() {
    fn latin1(text: &str) -> Cow<'_, [u8]> {
        text.chars().map(|c| c as u32 as u8).collect::<Vec<u8>>().into()
    }
    let mut base = Base::new(&wire("http://e.com/a?b"));
    base.set_encoding(latin1);
    assert_eq!(
        base.join("/é?é=1").map(|url| url.to_string()).unwrap(),
        "http://e.com/%C3%A9?%E9=1"
    );
    assert_eq!(base.join("c?d").map(|url| url.to_string()).unwrap(), "http://e.com/c?d");
}

#[test]
fn usual_links_are_joined_by_hand() {
    let base = Base::new(&wire("https://e.com/a/b/c.html?q=1"));
    for href in [
        "d.html",
        "./d",
        "../d?x=%20&y",
        "../../../d",
        "/a/b?c",
        "?d=e",
        "//f.org/x",
        "..",
        "/",
        "d~(1)!$*+,;=@:|[]",
        "/%C3%A9",
    ] {
        assert!(base.splice(href).is_some(), "{href:?}");
    }
}

/// Links on the border of what is joined by hand.
const BORDER: [&str; 36] = [
    "..?x",
    ".?x",
    "../?x",
    "./?x",
    "...",
    "..a",
    ".a",
    "../...",
    "../..a/..",
    "a/..",
    "a/.",
    "a/../b",
    "a/./b",
    "/..",
    "/.",
    "/../a",
    "/./a",
    "/a/..",
    "/.a",
    "a/%2e",
    "%2E%2e/a",
    "a/.%2e/b",
    "a%2eb",
    "?a'b",
    "a'b",
    "?a`b{c}|d^",
    "a^b",
    "?a/../b",
    "a?b?c",
    "a//../b",
    "..//a",
    "../../c:/../x",
    "c|/..",
    "//e.com:80",
    "//e.com?a",
    "//1.2.3.4.5/",
];

#[test]
fn links_on_the_border_agree_with_url() {
    for base in BASES.map(wire) {
        for href in BORDER {
            let context = format!("{base} + {href:?}");
            let ours = Base::new(&base).join(href);
            assert_same(&ours, reference(Some(&base), href).as_ref(), &context);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn joining_agrees_with_url(
        base in prop_oneof![proptest::sample::select(&BASES[..]).prop_map(str::to_owned), texts::absolute()],
        href in texts::href(),
    ) {
        let Ok(base) = WireUrl::parse(&base) else { return Ok(()) };
        let ours = Base::new(&base).join(&href);
        let reference = reference(Some(&base), &href);
        let context = format!("{base} + {href:?}");
        if ours == Err(UrlError::Empty) {
            let unfragmented = reference.map(String::from);
            prop_assert_eq!(unfragmented.as_deref(), Some(base.as_str()), "{}", context);
        } else {
            assert_same(&ours, reference.as_ref(), &context);
        }
    }
}
