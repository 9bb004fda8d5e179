//! The content of a capture, with links to other captures in the place of its own.

use std::borrow::Cow;

use bytes::Bytes;
use crawler_extract::{
    LinkVisitor, PageInput, UrlRole, Want, encode_query, extract, is_html, page_text, rewrite_css,
    rewrite_html,
};
use crawler_url::{Base, UrlError, WireUrl};

use crate::pages::{banner, encode};
use crate::server::Banner;
use crate::web_path::{Modifier, path_of};

/// Where a capture stands: what its links are relative to, and lead to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'c> {
    pub(crate) url: &'c WireUrl,
    pub(crate) timestamp: &'c str,
    pub(crate) modifier: Modifier,
}

/// Content to be sent.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) bytes: Bytes,
    /// The value of `Content-Type`.
    pub(crate) content_type: Option<String>,
}

/// Brings decoded content into the form that is wanted.
pub(crate) fn replayed(
    place: Place<'_>,
    bytes: Bytes,
    content_type: Option<String>,
    shown: Banner,
) -> Content {
    let essence = content_type.as_deref().and_then(|it| it.split(';').next()).unwrap_or_default();
    let is_css = essence.trim().eq_ignore_ascii_case("text/css");
    match place.modifier {
        Modifier::Page | Modifier::Frame if is_html(content_type.as_deref(), &bytes) => {
            page(place, &bytes, content_type.as_deref(), shown)
        }
        Modifier::Stylesheet => style_sheet(place, bytes, content_type),
        Modifier::Page | Modifier::Frame if is_css => style_sheet(place, bytes, content_type),
        _ => Content { bytes, content_type },
    }
}

/// The path to the capture of a link of this one; `None` for what leads nowhere on the web. One that
/// cannot be understood leads to a page that says so, and not out.
pub(crate) fn path_to(place: Place<'_>, base: &Base, href: &str, role: UrlRole) -> Option<String> {
    let url = match role {
        UrlRole::Base => Base::new(place.url).join(href),
        _ => base.join(href),
    };
    let modifier = place.modifier.of_role(role);
    match url {
        Ok(url) => {
            let fragment = href.find('#').and_then(|at| href.get(at..)).unwrap_or_default();
            Some(path_of(place.timestamp, modifier, url.as_str()) + fragment)
        }
        Err(UrlError::Empty | UrlError::Scheme(_)) => None,
        Err(_) => Some(path_of(place.timestamp, modifier, &encode(href))),
    }
}

fn page(place: Place<'_>, bytes: &[u8], content_type: Option<&str>, shown: Banner) -> Content {
    let text = page_text(bytes, content_type);
    let base = base_of(place, bytes, content_type);
    let mut replace = |href: &str, role| path_to(place, &base, href, role);
    let rewritten = rewrite_html(&text.bytes, content_type, &mut replace);
    let mut html = rewritten.html;
    if place.modifier == Modifier::Page && shown == Banner::On {
        let at = rewritten.body.unwrap_or(html.len());
        html.splice(at..at, banner(place.url.as_str(), place.timestamp).into_bytes());
    }
    let is_utf8 = text.charset == "UTF-8";
    let (bytes, charset) = if is_utf8 { (html, "UTF-8") } else { encoded(html, text.charset) };
    let essence = content_type.and_then(|it| it.split(';').next()).filter(|it| it.contains('/'));
    let content_type = format!("{}; charset={charset}", essence.unwrap_or("text/html").trim());
    Content { bytes: bytes.into(), content_type: Some(content_type) }
}

/// Back into the page's encoding. There is no writing UTF-16 on the web, so that becomes UTF-8.
fn encoded(html: Vec<u8>, charset: &'static str) -> (Vec<u8>, &'static str) {
    if charset.starts_with("UTF-16") {
        return (html, "UTF-8");
    }
    (encode_query(charset, &String::from_utf8_lossy(&html)).into_owned(), charset)
}

fn style_sheet(place: Place<'_>, bytes: Bytes, content_type: Option<String>) -> Content {
    let base = Base::new(place.url);
    let text = page_text(&bytes, content_type.as_deref());
    let sheet = String::from_utf8_lossy(&text.bytes);
    let mut replace = |href: &str, role| path_to(place, &base, href, role);
    let rewritten = rewrite_css(&sheet, &mut replace);
    let bytes = match rewritten.map(|css| encode_query(text.charset, &css).into_owned()) {
        Some(css) => Bytes::from(css),
        None => bytes,
    };
    Content { bytes, content_type }
}

/// What the links of a page are relative to, and how their queries are written.
fn base_of(place: Place<'_>, bytes: &[u8], content_type: Option<&str>) -> Base {
    struct Found(Base);
    impl LinkVisitor for Found {
        fn charset(&mut self, name: &'static str) {
            self.0.set_encoding(move |query| -> Cow<'_, [u8]> { encode_query(name, query) });
        }
        fn base(&mut self, href: &str) {
            self.0.set_href(href);
        }
        fn link(&mut self, _: crawler_extract::Link<'_>) {}
    }
    let want = Want::default();
    let input = PageInput { bytes, content_type, want, outlinks_max: 0, product_token: None };
    let mut found = Found(Base::new(place.url));
    extract(&input, &mut found);
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(modifier: Modifier, content_type: &str, bytes: &[u8]) -> Content {
        let url = WireUrl::parse("http://a.example/dir/page?x").unwrap();
        let place = Place { url: &url, timestamp: "20261121230000", modifier };
        let bytes = Bytes::copy_from_slice(bytes);
        replayed(place, bytes, Some(content_type.to_owned()), Banner::Off)
    }

    fn text(modifier: Modifier, content_type: &str, page: &str) -> String {
        String::from_utf8(content(modifier, content_type, page.as_bytes()).bytes.to_vec()).unwrap()
    }

    #[test]
    fn links_lead_to_captures() {
        for (page, expected) in [
            ("<a href='b'>", "<a href='/web/20261121230000/http://a.example/dir/b'>"),
            ("<a href='/b?c#d'>", "<a href='/web/20261121230000/http://a.example/b?c#d'>"),
            ("<a href='//b.example'>", "<a href='/web/20261121230000/http://b.example/'>"),
            ("<a href='?y'>", "<a href='/web/20261121230000/http://a.example/dir/page?y'>"),
            ("<a href='#d'>", "<a href='#d'>"),
            ("<a href='mailto:a@b.example'>", "<a href='mailto:a@b.example'>"),
            ("<a href='ftp://b.example/'>", "<a href='ftp://b.example/'>"),
            ("<a href='http://b c/'>", "<a href='/web/20261121230000/http://b%20c/'>"),
            ("<img src='b'>", "<img src='/web/20261121230000im_/http://a.example/dir/b'>"),
            ("<iframe src='b'>", "<iframe src='/web/20261121230000if_/http://a.example/dir/b'>"),
            (
                "<a href='b'><base href='/c/'>",
                "<a href='/web/20261121230000/http://a.example/c/b'>\
                 <base href='/web/20261121230000/http://a.example/c/'>",
            ),
            (
                "<base href='c/'><style>@import 'b';</style>",
                "<base href='/web/20261121230000/http://a.example/dir/c/'>\
                 <style>@import \"/web/20261121230000cs_/http://a.example/dir/c/b\";</style>",
            ),
        ] {
            assert_eq!(text(Modifier::Page, "text/html", page), expected);
        }
        let frame = text(Modifier::Frame, "text/html", "<a href=b>");
        assert_eq!(frame, "<a href=\"/web/20261121230000if_/http://a.example/dir/b\">");
        let css = "p{b:url(c)}";
        let expected = "p{b:url(\"/web/20261121230000oe_/http://a.example/dir/c\")}";
        assert_eq!(text(Modifier::Stylesheet, "text/plain", css), expected);
        assert_eq!(text(Modifier::Page, "text/css; charset=utf-8", css), expected);
    }

    #[test]
    fn what_is_not_a_page_stays() {
        let page = "<a href=b>";
        for (modifier, content_type) in [
            (Modifier::Raw, "text/html"),
            (Modifier::Image, "text/html"),
            (Modifier::Script, "text/html"),
            (Modifier::Page, "text/plain"),
            (Modifier::Page, "application/json"),
        ] {
            assert_eq!(text(modifier, content_type, page), page, "{modifier:?} {content_type}");
        }
    }

    #[test]
    fn the_charset_is_kept_and_told() {
        let page = b"<meta charset=windows-1251><a href='?q=\xE9'>\xCF\xF0\xE8</a>";
        let content = content(Modifier::Page, "text/html", page);
        assert_eq!(content.content_type.as_deref(), Some("text/html; charset=windows-1251"));
        let shown = content.bytes.escape_ascii().to_string();
        assert!(shown.contains("?q=%E9\\'>\\xcf\\xf0\\xe8</a>"), "{shown}");
        let utf16: Vec<u8> = "\u{feff}<p>é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let content = super::tests::content(Modifier::Page, "text/html", &utf16);
        assert_eq!(content.content_type.as_deref(), Some("text/html; charset=UTF-8"));
        assert_eq!(&content.bytes[..], "<p>é".as_bytes());
    }

    #[test]
    fn the_banner_is_the_first_in_the_body() {
        let url = WireUrl::parse("http://a.example/").unwrap();
        let place = Place { url: &url, timestamp: "20261121230000", modifier: Modifier::Page };
        let with = |place| {
            let page = Bytes::from_static(b"<html><body class=a><p>x");
            let content = replayed(place, page, Some("text/html".to_owned()), Banner::On);
            String::from_utf8(content.bytes.to_vec()).unwrap()
        };
        let html = with(place);
        assert!(html.starts_with("<html><body class=a><div"), "{html}");
        assert!(html.contains("2026-11-21 23:00:00 UTC") && html.ends_with("<p>x"), "{html}");
        let frame = with(Place { modifier: Modifier::Frame, ..place });
        assert_eq!(frame, "<html><body class=a><p>x");
    }
}
