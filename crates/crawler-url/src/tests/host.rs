use proptest::prelude::*;

use super::{texts, wire};
use crate::{HostHash, HostKey, WireUrl, owner_domain, registrable_domain};

#[test]
fn keys_name_host_and_odd_port() {
    let cases = [
        ("http://Example.com/a", "example.com", "example.com"),
        ("https://example.com/", "example.com", "example.com"),
        ("http://example.com./", "example.com", "example.com"),
        ("http://example.com.:8080/", "example.com:8080", "example.com"),
        ("https://example.com:80/", "example.com:80", "example.com"),
        ("http://example.com:443/", "example.com:443", "example.com"),
        ("http://[::1]/", "[::1]", "::1"),
        ("http://[::1]:81/", "[::1]:81", "::1"),
        ("http://127.0.0.1:81/", "127.0.0.1:81", "127.0.0.1"),
    ];
    for (url, key, host) in cases {
        let found = wire(url).host_key();
        assert_eq!((found.as_str(), found.host()), (key, host), "{url}");
        assert_eq!(key.parse(), Ok(found), "{url}");
    }
}

#[test]
fn keys_are_normalized_when_read() {
    assert_eq!("EXAMPLE.com.".parse(), Ok(wire("http://example.com/").host_key()));
    for text in ["", "a/b", "a@b", "a b", "a?", "a#", "[::1", ":80", "a\\b"] {
        assert!(text.parse::<HostKey>().is_err(), "{text:?}");
    }
}

#[test]
fn hashes_stay_what_they_were() {
    // Frontiers on disk are sorted by them.
    let hash = wire("http://example.com/").host_hash();
    assert_eq!(hash, HostHash(0x8b66_107e_8045_bb73));
    assert_eq!(hash.slot().get(), 0x8b66 >> 6);
}

#[test]
fn registrable_domains_follow_the_public_suffix_list() {
    let cases = [
        ("www.example.com", Some("example.com")),
        ("example.com", Some("example.com")),
        ("www.example.com.", Some("example.com")),
        ("a.b.example.co.uk", Some("example.co.uk")),
        ("user.github.io", Some("user.github.io")),
        ("xn--bcher-kva.xn--fiqs8s", Some("xn--bcher-kva.xn--fiqs8s")),
        ("com", None),
        ("co.uk", None),
        ("localhost", None),
        ("a.build.internal", None),
        ("127.0.0.1", None),
        ("2001:db8::1", None),
        ("[2001:db8::1]", None),
        ("", None),
        (".", None),
        ("a..", None),
    ];
    for (host, expected) in cases {
        assert_eq!(registrable_domain(host), expected, "{host:?}");
    }
}

#[test]
fn every_host_has_an_owner() {
    for (host, owner) in [
        ("www.example.co.uk", "example.co.uk"),
        ("a.build.internal", "build.internal"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("", ""),
    ] {
        assert_eq!(owner_domain(host), owner);
    }
}

proptest! {
    #[test]
    fn hash_is_that_of_the_key_and_keys_read_back(text in texts::absolute()) {
        let Ok(url) = WireUrl::parse(&text) else { return Ok(()) };
        let key = url.host_key();
        prop_assert_eq!(url.host_hash(), key.hash());
        let json = serde_json::to_string(&key).unwrap();
        prop_assert_eq!(serde_json::from_str::<HostKey>(&json).unwrap(), key);
    }

    #[test]
    fn registrable_domain_ends_the_host(host in any::<String>()) {
        if let Some(domain) = registrable_domain(&host) {
            prop_assert!(host.trim_end_matches('.').ends_with(domain));
        }
    }
}
