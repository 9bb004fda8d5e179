//! Pages and style sheets whose links lead from file to file.

use std::borrow::Cow;
use std::fmt::Write;

use crawler_extract::{
    Link, LinkVisitor, PageInput, UrlRole, Want, encode_query, extract, is_html, page_text,
    rewrite_css, rewrite_html,
};
use crawler_url::{Base, WireUrl};

/// What has links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linking {
    Page,
    StyleSheet,
}

/// What a body of this type is; none if it has no links that are understood.
pub(super) fn linking(mime: Option<&str>, body: &[u8]) -> Option<Linking> {
    let essence = mime.and_then(|mime| mime.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("text/css") {
        return Some(Linking::StyleSheet);
    }
    is_html(mime, body).then_some(Linking::Page)
}

/// The body with what `file` gives for a URL in the place of links to it: a way from file to file; else
/// the whole URL. `<base>` is emptied, for the ways begin at the file itself.
pub(super) fn converted(
    body: &[u8],
    mime: Option<&str>,
    url: &WireUrl,
    linking: Linking,
    mut file: impl FnMut(&WireUrl) -> Option<String>,
) -> Vec<u8> {
    let text = page_text(body, mime);
    let base = match linking {
        Linking::Page => base_of(body, mime, url),
        Linking::StyleSheet => Base::new(url),
    };
    let mut replace = |href: &str, role: UrlRole| match role {
        UrlRole::Base => Some(String::new()),
        // It stays within the page.
        _ if href.starts_with('#') => None,
        _ => {
            let to = base.join(href).ok()?;
            let fragment = href.find('#').and_then(|at| href.get(at..)).unwrap_or_default();
            Some(file(&to).unwrap_or_else(|| to.as_str().to_owned()) + fragment)
        }
    };
    let bytes = match linking {
        Linking::Page => rewrite_html(&text.bytes, mime, &mut replace).html,
        Linking::StyleSheet => {
            let sheet = String::from_utf8_lossy(&text.bytes);
            match rewrite_css(&sheet, &mut replace) {
                Some(css) => css.into_bytes(),
                None => return body.to_vec(),
            }
        }
    };
    in_charset(bytes, text.charset)
}

/// Back into the encoding it was in. There is no writing UTF-16 on the web: that becomes UTF-8, and a
/// byte order mark says so, before which no other word on it counts (WHATWG Encoding, 6).
fn in_charset(bytes: Vec<u8>, charset: &'static str) -> Vec<u8> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    match charset {
        "UTF-8" => bytes,
        charset if charset.starts_with("UTF-16") => [MARK, &bytes].concat(),
        charset => encode_query(charset, &String::from_utf8_lossy(&bytes)).into_owned(),
    }
}

/// What the links of a page are relative to, and how their queries are written.
fn base_of(body: &[u8], mime: Option<&str>, url: &WireUrl) -> Base {
    struct Found(Base);
    impl LinkVisitor for Found {
        fn charset(&mut self, name: &'static str) {
            self.0.set_encoding(move |query| -> Cow<'_, [u8]> { encode_query(name, query) });
        }
        fn base(&mut self, href: &str) {
            self.0.set_href(href);
        }
        fn link(&mut self, _: Link<'_>) {}
    }
    let input = PageInput {
        bytes: body,
        content_type: mime,
        want: Want::default(),
        outlinks_max: 0,
        product_token: None,
    };
    let mut found = Found(Base::new(url));
    extract(&input, &mut found);
    found.0
}

/// The way from a file to another, both by their names from one folder on, as a relative URL.
pub(super) fn way(from: &[String], to: &[String]) -> String {
    let folders = from.len().saturating_sub(1);
    let shared = from.iter().take(folders).zip(to).take_while(|(one, other)| one == other).count();
    let shared = shared.min(to.len().saturating_sub(1));
    let mut way = "../".repeat(folders - shared);
    for (idx, name) in to.iter().skip(shared).enumerate() {
        if idx > 0 {
            way.push('/');
        }
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=@".contains(&byte) {
                way.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(way, "%{byte:02X}");
            }
        }
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Vec<String> {
        path.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn ways_are_relative_and_escaped() {
        for (from, to, expected) in [
            ("a/index.html", "a/b", "b"),
            ("a/index.html", "a/index.html", "index.html"),
            ("a/b/c", "a/d/e", "../d/e"),
            ("a/b/c", "a/b", "../b"),
            ("a/b", "a/b [folder]/c", "b%20%5Bfolder%5D/c"),
            ("a/b", "c/d (q=1%2F)", "../c/d%20(q=1%252F)"),
            ("a/b", "c", "../c"),
        ] {
            assert_eq!(way(&names(from), &names(to)), expected, "{from} {to}");
        }
    }

    fn text(mime: &str, body: &[u8]) -> Vec<u8> {
        let url = WireUrl::parse("http://a.test/dir/page").unwrap();
        let file = |to: &WireUrl| to.path().strip_prefix("/stored/").map(str::to_owned);
        let linking = linking(Some(mime), body).unwrap();
        converted(body, Some(mime), &url, linking, file)
    }

    #[test]
    fn links_lead_to_files_or_out() {
        for (page, expected) in [
            ("<a href=/stored/x#y>", "<a href=\"x#y\">"),
            ("<a href=other?q#y>", "<a href=\"http://a.test/dir/other?q#y\">"),
            (
                "<a href='#y'><a href=''><a href=mailto:x@y>",
                "<a href='#y'><a href=''><a href=mailto:x@y>",
            ),
            ("<base href='/stored/'><img src=x>", "<base href=''><img src=\"x\">"),
            ("<p style='background:url(/stored/x)'>", "<p style='background:url(&quot;x&quot;)'>"),
        ] {
            assert_eq!(text("text/html", page.as_bytes()), expected.as_bytes(), "{page}");
        }
        assert_eq!(text("text/css", b"p{b:url(/stored/x)}"), b"p{b:url(\"x\")}");
        assert_eq!(text("text/css; charset=x", b"p{}\xFF"), b"p{}\xFF");
        assert_eq!(linking(Some("image/png"), b"<html>"), None);
    }

    #[test]
    fn the_charset_is_kept() {
        let page = b"<meta charset=windows-1251><a href=/stored/x>\xCF</a>";
        assert_eq!(text("text/html", page), b"<meta charset=windows-1251><a href=\"x\">\xCF</a>");
        let utf16: Vec<u8> =
            "\u{feff}<p>\u{e9}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text("text/html", &utf16), "\u{feff}<p>\u{e9}".as_bytes());
    }
}
