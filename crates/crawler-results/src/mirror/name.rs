//! What the file of a URL is called.

use std::fmt::Write;

use crawler_url::WireUrl;
use sha2::{Digest, Sha256};

/// Longer names are shortened; file systems allow 255 bytes, and [`aside`] adds some.
const NAME_BYTES_MAX: usize = 240;
/// Bytes that are kept of a name that is shortened.
const KEPT_BYTES: usize = 200;
/// An extension longer than this is none.
const EXTENSION_BYTES_MAX: usize = 16;
/// Longer paths are replaced by one name; systems allow 4096 bytes, with the folder all of it is in.
const PATH_BYTES_MAX: usize = 2000;
/// What a page is called whose URL ends like a folder.
const INDEX: &str = "index.html";

/// Folders and file of a URL, from the host on. All are single names of printable ASCII that lead
/// nowhere else. Marks that are added begin with a space, which no URL has: so two URLs have one name
/// only if they differ in scheme, or in `index.html`.
pub(super) fn names(url: &WireUrl) -> Vec<String> {
    let mut host = safe(url.host());
    if url.port() != url.scheme().default_port() {
        // Writing to a String cannot fail.
        let _ = write!(host, "+{}", url.port());
    }
    let mut names = vec![host];
    let path = url.path();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_file = segments.peek().is_none();
        let mut name = match segment {
            "" if is_file => INDEX.to_owned(),
            "" => " [empty]".to_owned(),
            segment => safe(segment),
        };
        if let Some(query) = url.query().filter(|_| is_file) {
            let _ = write!(name, " ({})", safe(query));
        }
        names.push(bounded(name));
    }
    let bytes: usize = names.iter().map(|name| name.len() + 1).sum();
    if bytes > PATH_BYTES_MAX {
        names.truncate(1);
        names.push(format!(" [long {}]", hash(url.as_str())));
    }
    names
}

/// Another name for what cannot have its own, because a folder, or a file, has it already.
pub(super) fn aside(name: &str, mark: &str) -> String {
    format!("{name} [{mark}]")
}

/// Percent-encodes what has a meaning to some file system or shell, and names that mean a folder.
/// What is encoded in the URL stays so, `%2F` too.
fn safe(text: &str) -> String {
    let is_dots = matches!(text, "." | "..");
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=@%".contains(&byte);
        if is_plain && !is_dots {
            safe.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// The beginning of a long name, a digest of all of it, and its extension.
fn bounded(name: String) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_extension = extension.len() <= EXTENSION_BYTES_MAX
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kept = name.get(..KEPT_BYTES).unwrap_or_default();
    let short = format!("{kept} [{}]", hash(&name));
    if is_extension { format!("{short}.{extension}") } else { short }
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> String {
        names(&WireUrl::parse(url).unwrap()).join("/")
    }

    #[test]
    fn urls_have_readable_names() {
        for (url, expected) in [
            ("http://a.test/", "a.test/index.html"),
            ("https://a.test", "a.test/index.html"),
            ("http://a.test:8080/x", "a.test+8080/x"),
            ("https://a.test:443/x/", "a.test/x/index.html"),
            ("http://a.test/b/c.html", "a.test/b/c.html"),
            ("http://a.test/b/?q=1&r=/x", "a.test/b/index.html (q=1&r=%2Fx)"),
            ("http://a.test/b?", "a.test/b ()"),
            ("http://a.test//b", "a.test/ [empty]/b"),
            ("http://a.test/%2e%2e/%2F..%2Fetc", "a.test/%2F..%2Fetc"),
            ("http://a.test/a%20b/é", "a.test/a%20b/%C3%A9"),
            ("http://a.test/a:b*c|d", "a.test/a%3Ab%2Ac%7Cd"),
            ("http://a.test/~me/.profile", "a.test/~me/.profile"),
            ("http://[::1]/x", "%3A%3A1/x"),
        ] {
            let found = path(url);
            // With or without the brackets of an IPv6 address.
            assert_eq!(found.replace("%5B", "").replace("%5D", ""), expected, "{url}");
        }
    }

    #[test]
    fn names_are_bounded_and_differ() {
        let long =
            |end: &str| format!("http://a.test/{}/{}{end}", "d".repeat(300), "x".repeat(500));
        let (one, other) = (path(&long("1.html")), path(&long("2.html")));
        assert!(one != other && one.ends_with("].html"), "{one}");
        assert!(one.split('/').all(|name| name.len() <= 255));
        let deep = format!("http://a.test{}", "/deep".repeat(1000));
        let (one, other) = (path(&deep), path(&format!("{deep}/er")));
        assert!(one != other && one.starts_with("a.test/ [long ") && one.len() < 40, "{one}");
    }

    #[test]
    fn no_name_leads_elsewhere() {
        for text in ["..", ".", "/", "a/b", "\\", "..\\x", "\0", "a\nb", "C:", "%2e"] {
            let name = safe(text);
            assert!(!matches!(&*name, "." | ".."), "{text:?}");
            let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"/\\:*?\"<>|".contains(&byte);
            assert!(name.bytes().all(is_plain), "{text:?} {name}");
        }
    }
}
