//! Rules that go through several modules, most of them as tables or as comparisons with
//! `url::Url`.

mod canonical;
mod host;
mod join;
mod scope;
mod surt;
mod texts;
mod wire;

use url::Url;

use crate::{UrlError, WireUrl};

fn wire(text: &str) -> WireUrl {
    WireUrl::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// What `url::Url` makes of a text, without what is not sent.
fn reference(base: Option<&WireUrl>, text: &str) -> Option<Url> {
    let base = base.map(|base| Url::parse(base.as_str()).unwrap());
    let mut url = Url::options().base_url(base.as_ref()).parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_fragment(None);
    url.set_username("").unwrap();
    url.set_password(None).unwrap();
    (url.as_str().len() <= WireUrl::LEN_MAX).then_some(url)
}

/// Fails unless both agree on the URL and all its parts.
fn assert_same(ours: &Result<WireUrl, UrlError>, reference: Option<&Url>, context: &str) {
    let (ours, reference) = match (ours, reference) {
        (Ok(ours), Some(reference)) => (ours, reference),
        (Err(_), None) => return,
        (ours, reference) => panic!("{context}: {ours:?}, reference {reference:?}"),
    };
    assert_eq!(ours.as_str(), reference.as_str(), "{context}");
    assert_eq!(ours.scheme().as_str(), reference.scheme(), "{context}");
    assert_eq!(Some(ours.host_and_brackets()), reference.host_str(), "{context}");
    assert_eq!(Some(ours.port()), reference.port_or_known_default(), "{context}");
    assert_eq!(ours.authority(), reference.authority(), "{context}");
    assert_eq!(ours.path(), reference.path(), "{context}");
    assert_eq!(ours.query(), reference.query(), "{context}");
    let ip = match reference.host() {
        Some(url::Host::Ipv4(ip)) => Some(ip.into()),
        Some(url::Host::Ipv6(ip)) => Some(ip.into()),
        _ => None,
    };
    assert_eq!(ours.host_ip(), ip, "{context}");
}
