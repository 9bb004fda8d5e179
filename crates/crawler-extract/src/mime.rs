//! Media types: what is HTML, and what charset a header names.

/// Whether a response is a page to scan for links: `text/html` and XHTML by its `Content-Type`.
/// Without one, or with one that says nothing, the start of the body decides, by the patterns of
/// the WHATWG MIME Sniffing Standard (7.1); the first 512 bytes are more than enough.
#[must_use]
pub fn is_html(content_type: Option<&str>, body_start: &[u8]) -> bool {
    let essence = content_type.map(essence).unwrap_or_default();
    let is = |name: &&str| essence.eq_ignore_ascii_case(name);
    if ["text/html", "application/xhtml+xml"].iter().any(is) {
        return true;
    }
    // A value that is no media type counts as absent, like those that mean "unknown".
    let unknown =
        !essence.contains('/') || ["unknown/unknown", "application/unknown", "*/*"].iter().any(is);
    unknown && sniffs_as_html(body_start)
}

/// Whether a page is XML, by its `Content-Type`; what a page claims itself does not count.
pub(crate) fn is_xhtml(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| essence(value).eq_ignore_ascii_case("application/xhtml+xml"))
}

/// A media type without its parameters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim_ascii()
}

fn sniffs_as_html(body_start: &[u8]) -> bool {
    const TAGS: &[&str] = &[
        "!DOCTYPE HTML",
        "HTML",
        "HEAD",
        "SCRIPT",
        "IFRAME",
        "H1",
        "DIV",
        "FONT",
        "TABLE",
        "A",
        "STYLE",
        "TITLE",
        "B",
        "BODY",
        "BR",
        "P",
    ];
    let text = body_start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body_start);
    let Some(markup) = text.trim_ascii_start().strip_prefix(b"<") else { return false };
    let begins_with = |tag: &&str| {
        markup.split_at_checked(tag.len()).is_some_and(|(name, after)| {
            name.eq_ignore_ascii_case(tag.as_bytes()) && matches!(after.first(), Some(b' ' | b'>'))
        })
    };
    markup.starts_with(b"!--") || TAGS.iter().any(begins_with)
}

/// The `charset` parameter of a `Content-Type`, unquoted.
pub(crate) fn charset_parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim_ascii().trim_matches(['"', '\'']).trim_ascii();
        (name.trim_ascii().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_or_not() {
        let table: &[(Option<&str>, &[u8], bool)] = &[
            (Some("text/html"), b"", true),
            (Some("Text/HTML; charset=utf-8"), b"", true),
            (Some("application/xhtml+xml"), b"", true),
            (Some("text/plain"), b"<html>", false),
            (Some("application/pdf"), b"<html>", false),
            (Some("application/xml"), b"<html>", false),
            (Some("text/html2"), b"<html>", false),
            (None, b"<html>", true),
            (None, b"\xEF\xBB\xBF \n<!doctype html>", true),
            (None, b"<!DOCTYPE html PUBLIC", true),
            (None, b"<!-- x", true),
            (None, b"<a href=x>", true),
            (None, b"<p>", true),
            (None, b"<ab>", false),
            (None, b"<html", false),
            (None, b"<?xml version='1.0'?>", false),
            (None, b"%PDF", false),
            (None, b"", false),
            (Some(""), b"<html>", true),
            (Some("html"), b"<html>", true),
            (Some("*/*"), b"<html>", true),
        ];
        for (content_type, body, html) in table {
            let what = body.escape_ascii();
            assert_eq!(is_html(*content_type, body), *html, "{content_type:?} {what}");
        }
    }

    #[test]
    fn charset_parameters() {
        let table = [
            ("text/html; charset=utf-8", Some("utf-8")),
            ("text/html;CHARSET=\"utf-8\"", Some("utf-8")),
            ("text/html; charset = 'utf-8' ; x=y", Some("utf-8")),
            ("text/html; x=y; charset=a; charset=b", Some("a")),
            ("text/html; charset=", None),
            ("text/html", None),
            ("charset=utf-8", None),
        ];
        for (content_type, charset) in table {
            assert_eq!(charset_parameter(content_type), charset, "{content_type}");
        }
    }
}
