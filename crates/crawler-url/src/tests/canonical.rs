use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::{texts, wire};
use crate::{Canonicalizer, WireUrl};

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

proptest! {
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
