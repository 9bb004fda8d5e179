//! The cookies of one host (RFC 6265), for sites that show nothing to those who bring none.
//!
//! A jar is for one host: a cookie with a `Domain` is kept for the host that set it and given to no other.
//! It is bounded in number and bytes, and forgets the oldest cookies first.

use cookie::{Cookie, Expiration};
use crawler_url::{Scheme, WireUrl};
use http::header::{self, HeaderMap, HeaderValue};

/// Cookies kept (RFC 6265 section 6.1 asks for at least as many per domain).
const COOKIES_MAX: usize = 50;
/// Bytes of names, values and paths kept.
const JAR_BYTES_MAX: usize = 8 * 1024;
/// A longer name and value is not kept (RFC 6265 section 6.1).
const COOKIE_BYTES_MAX: usize = 4096;

/// What a host wants to be told again.
#[derive(Clone, Debug, Default)]
pub struct CookieJar {
    /// The oldest first.
    kept: Vec<Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    name: Box<str>,
    value: Box<str>,
    path: Box<str>,
    secure: bool,
    /// In seconds since 1970; none for as long as the jar lasts.
    ends_at: Option<i64>,
}

impl CookieJar {
    /// Takes the cookies of a response to `url`, at `now` in seconds since 1970. What is malformed, too
    /// long, or for another domain is left out (RFC 6265 section 5.3).
    pub fn take(&mut self, url: &WireUrl, response: &HeaderMap, now: i64) {
        for value in response.get_all(header::SET_COOKIE) {
            let cookie = value.to_str().ok().and_then(|text| Cookie::parse(text).ok());
            if let Some(kept) = cookie.and_then(|cookie| Kept::of(&cookie, url, now)) {
                self.put(kept, now);
            }
        }
    }

    /// The `Cookie` header for a request at `now`: what has not expired and is for this path, longer
    /// paths first (RFC 6265 section 5.4).
    #[must_use]
    pub fn header(&self, url: &WireUrl, now: i64) -> Option<HeaderValue> {
        let path = path_of(url);
        let mut due: Vec<&Kept> =
            self.kept.iter().filter(|kept| kept.is_for(url, path, now)).collect();
        due.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<String> =
            due.iter().map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        if pairs.is_empty() { None } else { HeaderValue::from_str(&pairs.join("; ")).ok() }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// In place of one of the same name and path; one that has expired only takes that away.
    fn put(&mut self, new: Kept, now: i64) {
        let is_same = |kept: &Kept| kept.name == new.name && kept.path == new.path;
        self.kept.retain(|kept| !is_same(kept) && !kept.has_ended(now));
        if new.has_ended(now) {
            return;
        }
        self.kept.push(new);
        let mut bytes: usize = self.kept.iter().map(Kept::bytes).sum();
        while self.kept.len() > COOKIES_MAX || bytes > JAR_BYTES_MAX {
            bytes -= self.kept.remove(0).bytes();
        }
    }
}

/// Adds a jar's header to what the operator has sent as cookies.
pub(crate) fn add(cookies: &HeaderValue, headers: &mut HeaderMap) {
    let joined = headers.get(header::COOKIE).and_then(|own| {
        let both = [own.as_bytes(), b"; ", cookies.as_bytes()].concat();
        let mut both = HeaderValue::from_bytes(&both).ok()?;
        both.set_sensitive(own.is_sensitive());
        Some(both)
    });
    headers.insert(header::COOKIE, joined.unwrap_or_else(|| cookies.clone()));
}

impl Kept {
    fn of(cookie: &Cookie<'_>, url: &WireUrl, now: i64) -> Option<Self> {
        let (name, value) = (cookie.name(), cookie.value());
        let secure = cookie.secure().unwrap_or(false);
        let is_ours = cookie.domain().is_none_or(|domain| covers(domain, url.host()));
        let is_plain = |text: &str| text.bytes().all(|byte| (b' '..0x7F).contains(&byte));
        let fits =
            name.len() + value.len() <= COOKIE_BYTES_MAX && is_plain(name) && is_plain(value);
        let may_be_set = !secure || url.scheme() == Scheme::Https;
        if name.is_empty() || !is_ours || !fits || !may_be_set {
            return None;
        }
        let path = cookie.path().filter(|path| path.starts_with('/'));
        let path = path.unwrap_or_else(|| default_path(path_of(url)));
        if path.len() > COOKIE_BYTES_MAX {
            return None;
        }
        let lifetime = cookie.max_age().map(|age| now.saturating_add(age.whole_seconds()));
        let ends_at = lifetime.or_else(|| match cookie.expires()? {
            Expiration::DateTime(at) => Some(at.unix_timestamp()),
            Expiration::Session => None,
        });
        Some(Self { name: name.into(), value: value.into(), path: path.into(), secure, ends_at })
    }

    fn is_for(&self, url: &WireUrl, path: &str, now: i64) -> bool {
        let below = path.strip_prefix(&*self.path).is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        });
        below && !self.has_ended(now) && (!self.secure || url.scheme() == Scheme::Https)
    }

    fn has_ended(&self, now: i64) -> bool {
        self.ends_at.is_some_and(|at| at <= now)
    }

    fn bytes(&self) -> usize {
        self.name.len() + self.value.len() + self.path.len()
    }
}

/// Whether a `Domain` is that of the host or above it (RFC 6265 section 5.1.3). That it may be a whole
/// registry does no harm: the cookie goes to no other host.
fn covers(domain: &str, host: &str) -> bool {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    host.strip_suffix(&*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Up to the last slash, without it (RFC 6265 section 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(at) if at > 0 => &path[..at],
        _ => "/",
    }
}

fn path_of(url: &WireUrl) -> &str {
    url.path_and_query().split('?').next().unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_700_000_000;

    fn url(text: &str) -> WireUrl {
        WireUrl::parse(text).expect("url")
    }

    fn set(jar: &mut CookieJar, at: &str, cookie: &str, now: i64) {
        let mut headers = HeaderMap::new();
        headers.insert(header::SET_COOKIE, HeaderValue::from_str(cookie).expect("header"));
        jar.take(&url(at), &headers, now);
    }

    #[test]
    fn cookies_go_where_they_came_from() {
        let here = "http://www.a.example/x/y";
        // Set at `here`, and what is sent to a URL.
        let table = [
            ("a=1", "http://www.a.example/x/z", "a=1"),
            ("a=1", "http://www.a.example/x", "a=1"),
            ("a=1", "http://www.a.example/xy", ""),
            ("a=1", "http://www.a.example/", ""),
            ("a=1; Path=/", "http://www.a.example/?q", "a=1"),
            ("a=1; Path=/x/", "http://www.a.example/x", ""),
            ("a=1; Path=y", "http://www.a.example/x/", "a=1"),
            ("a=\"q\"; HttpOnly; SameSite=Lax", here, "a=\"q\""),
            ("a=1; Domain=a.example", here, "a=1"),
            ("a=1; Domain=.WWW.a.example", here, "a=1"),
            ("a=1; Domain=b.example", here, ""),
            ("a=1; Domain=w.a.example", here, ""),
            ("a=1; Secure", here, ""),
            ("a=1; Max-Age=60", here, "a=1"),
            ("a=1; Max-Age=0", here, ""),
            ("a=1; Max-Age=-5", here, ""),
            ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", here, ""),
            ("a=1; Expires=Wed, 21-Oct-2065 07:28:00 GMT", here, "a=1"),
            ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=9", here, "a=1"),
            ("a=1; Expires=soon", here, "a=1"),
            ("=1", here, ""),
            ("a", here, ""),
            ("", here, ""),
        ];
        for (cookie, to, expected) in table {
            let mut jar = CookieJar::default();
            set(&mut jar, here, cookie, NOW);
            let sent = jar.header(&url(to), NOW);
            let sent = sent.as_ref().map_or("", |value| value.to_str().expect("text"));
            assert_eq!(sent, expected, "{cookie} to {to}");
        }
    }

    #[test]
    fn later_cookies_replace_expire_and_displace() {
        let here = "https://a.example/x/";
        let mut jar = CookieJar::default();
        for cookie in ["a=1; Path=/", "b=2; Secure", "a=3; Path=/", "c=4; Max-Age=10"] {
            set(&mut jar, here, cookie, NOW);
        }
        let sent = |jar: &CookieJar, at: &str, now| {
            jar.header(&url(at), now).map(|value| value.to_str().expect("text").to_owned())
        };
        // The longer path first, then the older cookie.
        assert_eq!(sent(&jar, here, NOW).as_deref(), Some("b=2; c=4; a=3"));
        assert_eq!(sent(&jar, here, NOW + 10).as_deref(), Some("b=2; a=3"));
        assert_eq!(sent(&jar, "http://a.example/x/", NOW + 10).as_deref(), Some("a=3"));
        set(&mut jar, here, "b=; Max-Age=0; Secure", NOW);
        set(&mut jar, here, "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW + 10);
        assert!(jar.is_empty());

        for n in 0..=COOKIES_MAX {
            set(&mut jar, here, &format!("n{n}=x"), NOW);
        }
        assert_eq!((jar.kept.len(), &*jar.kept[0].name), (COOKIES_MAX, "n1"));
        set(&mut jar, here, &format!("long={}", "x".repeat(COOKIE_BYTES_MAX)), NOW);
        assert_eq!(jar.kept.len(), COOKIES_MAX, "too long");
        for n in 0..3 {
            set(&mut jar, here, &format!("long{n}={}", "x".repeat(COOKIE_BYTES_MAX - 9)), NOW);
        }
        assert!(jar.kept.iter().map(Kept::bytes).sum::<usize>() <= JAR_BYTES_MAX);
        assert_eq!(&*jar.kept.last().expect("kept").name, "long2");
    }

    #[test]
    fn the_operators_cookies_stay_and_stay_secret() {
        let mut headers = HeaderMap::new();
        add(&HeaderValue::from_static("a=1"), &mut headers);
        assert_eq!(headers[header::COOKIE], "a=1");
        headers.get_mut(header::COOKIE).expect("cookie").set_sensitive(true);
        add(&HeaderValue::from_static("b=2"), &mut headers);
        assert!(headers[header::COOKIE] == "a=1; b=2" && headers[header::COOKIE].is_sensitive());
    }

    proptest! {
        #[test]
        fn any_header_is_taken_or_left(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let mut headers = HeaderMap::new();
            headers.insert(header::SET_COOKIE, value);
            let mut jar = CookieJar::default();
            jar.take(&url("https://a.example/"), &headers, NOW);
            let sent = jar.header(&url("https://a.example/"), NOW);
            prop_assert!(sent.is_none() || !jar.is_empty());
        }
    }
}
