use proptest::prelude::*;

use super::texts;
use super::{assert_same, reference, wire};
use crate::{Scheme, UrlError, WireUrl};

#[test]
fn urls_are_serialized_as_requested() {
    let cases = [
        ("http://example.com", "http://example.com/"),
        (" \t\nhttp://example.com/a b\r ", "http://example.com/a%20b"),
        ("ht\ntp://exa\tmple.com/a\r\nb", "http://example.com/ab"),
        ("HTTP://EXAMPLE.com:80/%7Ea/../b?q#f", "http://example.com/b?q"),
        ("https://example.com:443?q", "https://example.com/?q"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://user:secret@example.com/", "http://example.com/"),
        ("http://user@example.com:8080/", "http://example.com:8080/"),
        (r"http:\\example.com\a\b?c\d", r"http://example.com/a/b?c\d"),
        ("http:example.com/a", "http://example.com/a"),
        ("http:///example.com/a", "http://example.com/a"),
        ("http://bücher.example/ü?ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC"),
        ("http://example.com./", "http://example.com./"),
        ("http://example.com/?", "http://example.com/?"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[2001:DB8:0::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("http://example.com/a//b", "http://example.com/a//b"),
        ("http://example.com/#a#b?c", "http://example.com/"),
        ("http://example.com/a #b", "http://example.com/a%20"),
    ];
    for (text, expected) in cases {
        assert_eq!(wire(text).as_str(), expected, "{text:?}");
    }
}

#[test]
fn what_is_no_web_url_is_refused_with_a_reason() {
    let scheme = |name: &str| UrlError::Scheme(name.to_owned());
    let cases = [
        ("", UrlError::Empty),
        (" \n", UrlError::Empty),
        ("mailto:a@example.com", scheme("mailto")),
        ("FTP://example.com/", scheme("ftp")),
        ("localhost:8080", scheme("localhost")),
        ("file:///etc/passwd", scheme("file")),
        ("http://", UrlError::NoHost),
        ("https:///", UrlError::NoHost),
        ("http://user@/", UrlError::NoHost),
        ("http://:80/", UrlError::NoHost),
    ];
    for (text, expected) in cases {
        assert_eq!(WireUrl::parse(text), Err(expected), "{text:?}");
    }
    for text in [
        "example.com",
        "//example.com/",
        "/a",
        "#a",
        "http://[::1",
        "http://a:99999/",
        "http://a b/",
    ] {
        let refused = WireUrl::parse(text);
        assert!(matches!(refused, Err(UrlError::Syntax(_))), "{text:?}: {refused:?}");
    }
}

#[test]
fn length_is_limited_after_serializing() {
    let fitting = |path_len: usize| format!("http://e.com/{}", "a".repeat(path_len));
    let path_len_max = WireUrl::LEN_MAX - "http://e.com/".len();
    assert_eq!(wire(&fitting(path_len_max)).as_str().len(), WireUrl::LEN_MAX);
    assert_eq!(
        WireUrl::parse(&fitting(path_len_max + 1)),
        Err(UrlError::TooLong { len: WireUrl::LEN_MAX + 1 })
    );
    let escaped = format!("http://e.com/{}", "é".repeat(path_len_max / 2));
    assert!(matches!(WireUrl::parse(&escaped), Err(UrlError::TooLong { .. })));
    let huge = fitting(1 << 20);
    assert_eq!(WireUrl::parse(&huge), Err(UrlError::TooLong { len: huge.len() }));
    let long_fragment = format!("http://e.com/a#{}", "f".repeat(1 << 20));
    assert_eq!(wire(&long_fragment).as_str(), "http://e.com/a");
    let long_scheme = "s".repeat(1 << 20) + ":";
    assert!(matches!(WireUrl::parse(&long_scheme), Err(UrlError::TooLong { .. })));
}

#[test]
fn parts_are_where_they_belong() {
    let url = wire("https://[2001:db8::1]:8443/a/b?c=d?e");
    assert_eq!(url.scheme(), Scheme::Https);
    assert_eq!(url.host(), "2001:db8::1");
    assert_eq!(url.host_ip(), "2001:db8::1".parse().ok());
    assert_eq!(url.port(), 8443);
    assert_eq!(url.authority(), "[2001:db8::1]:8443");
    assert_eq!(url.path_and_query(), "/a/b?c=d?e");
    assert_eq!(url.path(), "/a/b");
    assert_eq!(url.query(), Some("c=d?e"));
    assert_eq!(wire("http://e.com/?").query(), Some(""));
    assert_eq!(wire("http://e.com/").query(), None);
    assert_eq!(wire("http://127.0.0.1:81/").host_ip(), "127.0.0.1".parse().ok());
    assert_eq!(wire("http://1.example.com/").host_ip(), None);
}

#[test]
fn serde_keeps_urls_and_refuses_others() {
    let url = wire("http://e.com/a\"b?c'd");
    let json = serde_json::to_string(&url).unwrap();
    assert_eq!(serde_json::from_str::<WireUrl>(&json).unwrap(), url);
    assert_eq!(serde_json::from_slice::<WireUrl>(json.as_bytes()).unwrap(), url);
    assert!(serde_json::from_str::<WireUrl>("\"mailto:a\"").is_err());
    assert!(serde_json::from_str::<WireUrl>("7").is_err());
}

#[test]
fn equality_and_order_are_those_of_the_text() {
    let (a, b) = (wire("http://e.com:80/a"), wire("http://e.com/b"));
    assert!(a < b);
    assert_eq!(a, wire("http://E.com/a#x"));
    assert!(wire("http://z.com/") < wire("https://a.com/"));
}

proptest! {
    #[test]
    fn parsing_agrees_with_url(text in prop_oneof![texts::absolute(), texts::href()]) {
        assert_same(&WireUrl::parse(&text), reference(None, &text).as_ref(), &text);
    }

    #[test]
    fn a_wire_url_is_its_own_serialization(text in texts::absolute()) {
        if let Ok(url) = WireUrl::parse(&text) {
            prop_assert_eq!(&wire(url.as_str()), &url);
        }
    }
}
