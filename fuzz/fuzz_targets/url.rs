//! Any text as a URL and as a link of a page: what is accepted is stable.
#![no_main]

use crawler_url::{Base, Canonicalizer, WireUrl, surt};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (base, href) = text.split_once('\n').unwrap_or(("http://a.example/b/c?d", text));
    check(WireUrl::parse(href).ok());
    let Ok(base) = WireUrl::parse(base) else { return };
    check(Base::new(&base).join(href).ok());
    let mut document = Base::new(&base);
    document.set_href(href);
    check(document.join("../x?y").ok());
});

fn check(url: Option<WireUrl>) {
    let Some(url) = url else { return };
    let text = url.as_str();
    assert!(text.len() <= WireUrl::LEN_MAX && text.is_ascii());
    assert!(!text.contains(|c: char| c.is_ascii_control() || c == '#'), "{text}");
    assert!(!url.authority().contains('@'), "credentials: {text}");
    assert_eq!(WireUrl::parse(text).as_ref(), Ok(&url), "stable");
    assert!(url.path().starts_with('/') && !url.host().is_empty());
    let canonicalizer = Canonicalizer::keyed(7);
    let canonical = canonicalizer.canonicalize(&url);
    let again = WireUrl::parse(canonical.as_str()).expect("a canonical url is a url");
    assert_eq!(canonicalizer.canonicalize(&again).as_str(), canonical.as_str(), "idempotent");
    assert_eq!(canonicalizer.fingerprint(&again), canonicalizer.fingerprint(&url));
    assert!(!surt(&url).contains([' ', '\n']));
    let _ = (url.host_key(), url.host_hash(), url.host_ip());
}
