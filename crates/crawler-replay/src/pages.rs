//! The server's own pages.

use std::fmt::Write as _;

use crawler_store::IndexRow;

use crate::archive::Part;
use crate::capture_time::shown;
use crate::web_path::{Modifier, PREFIX, path_of};

/// The style sheet of all pages.
pub(crate) const STYLE: &str = include_str!("../assets/replay.css");

/// Search, hosts, and what was captured last.
pub(crate) fn home(hosts: &Part<String>, latest: &[IndexRow]) -> String {
    let mut items = String::new();
    for key in &hosts.rows {
        let (path, host) = (format!("/prefix?key={}", encode(key)), host_of_key(key));
        let _ = writeln!(items, "<li><a href=\"{path}\">{}</a></li>", escape(&host));
    }
    let more = hosts.next.as_ref().map(|next| more(&format!("/?from={}", encode(next))));
    let body = format!(
        "<h2>Hosts</h2>\n<ul>\n{items}</ul>\n{}<h2>Latest captures</h2>\n{}",
        more.unwrap_or_default(),
        table(latest)
    );
    page("Archive", "", &body)
}

/// Captures of one URL, or of those whose keys begin with `key`.
pub(crate) fn list(url: &str, key: &str, part: &Part<IndexRow>) -> String {
    let next = part
        .next
        .as_ref()
        .map(|next| more(&format!("/prefix?key={}&from={}", encode(key), encode(next))));
    let found = match part.rows.as_slice() {
        [] => "<p>There is no capture.</p>".to_owned(),
        rows => table(rows),
    };
    page(&format!("Captures of {url}"), url, &(found + &next.unwrap_or_default()))
}

/// What there is instead of a capture that there is not.
pub(crate) fn not_found(url: &str, near: &[IndexRow]) -> String {
    let body = match near {
        [] => "<p>The archive has no capture of it, nor of anything near.</p>".to_owned(),
        near => format!("<p>The archive has no capture of it. Near are:</p>\n{}", table(near)),
    };
    page(&format!("No capture of {url}"), url, &body)
}

/// A page with one sentence.
pub(crate) fn message(title: &str, text: &str) -> String {
    page(title, "", &format!("<p>{}</p>", escape(text)))
}

/// What stands above a capture. Styled in place: the page around it is not ours.
pub(crate) fn banner(url: &str, timestamp: &str) -> String {
    const BOX: &str = "all:initial;display:block;padding:6px 10px;background:#1f2937;color:#fff;\
                       font:13px/1.4 sans-serif;text-align:left;overflow-wrap:anywhere";
    const LINK: &str = "all:revert;color:#9cf;font:inherit";
    let captures = escape(&[PREFIX, "*/", url].concat());
    format!(
        "<div id=\"crawler-replay-banner\" style=\"{BOX}\">Captured {} from {} \u{2013} \
         <a style=\"{LINK}\" href=\"{captures}\">all captures</a> \u{2013} \
         <a style=\"{LINK}\" href=\"/\">archive</a></div>",
        shown(timestamp),
        escape(url)
    )
    .replace('\u{2013}', "&ndash;")
}

fn table(rows: &[IndexRow]) -> String {
    let mut table =
        "<table>\n<tr><th>Time</th><th>Status</th><th>Type</th><th>URL</th></tr>\n".to_owned();
    for row in rows {
        let path = path_of(&row.timestamp, Modifier::Page, &row.url);
        let status = row.status.map(|status| status.to_string()).unwrap_or_default();
        let _ = writeln!(
            table,
            "<tr><td>{}</td><td>{status}</td><td>{}</td><td><a href=\"{}\">{}</a></td></tr>",
            shown(&row.timestamp),
            escape(row.mime.as_deref().unwrap_or_default()),
            escape(&path),
            escape(&row.url)
        );
    }
    table + "</table>\n"
}

fn more(path: &str) -> String {
    format!("<p><a href=\"{}\">More</a></p>\n", escape(path))
}

fn page(title: &str, url: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/replay.css\">\n</head>\n<body>\n<header>\n\
         <a href=\"/\">Archive</a>\n<form action=\"/search\">\n\
         <label for=\"url\">URL, or its beginning and *</label>\n\
         <input id=\"url\" name=\"url\" value=\"{}\">\n<button>Look up</button>\n</form>\n</header>\n\
         <main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n",
        escape(url),
        title = escape(title)
    )
}

/// `a.example:8080` of `example,a:8080)`.
pub(crate) fn host_of_key(key: &str) -> String {
    let key = key.strip_suffix(')').unwrap_or(key);
    // An IPv6 address is its own key, without brackets: nobody knows whether a port follows.
    if key.matches(':').count() > 1 {
        return key.to_owned();
    }
    let (host, port) = key.split_once(':').map_or((key, None), |(host, port)| (host, Some(port)));
    let labels: Vec<&str> = host.split(',').rev().collect();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    labels.join(".") + &port
}

/// For a query: everything but letters, digits and a few marks as `%XX`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' | b',' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Text within HTML, attributes included.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped() {
        let url = "http://a.example/?<script>\"&";
        for html in [
            list(url, "", &Part { rows: Vec::new(), next: Some("<\"".to_owned()) }),
            not_found(url, &[]),
            banner(url, "2026"),
        ] {
            assert!(
                !html.contains("<script>") && html.contains("?&lt;script&gt;&quot;&amp;"),
                "{html}"
            );
            assert!(!html.contains("<\""), "{html}");
        }
    }

    #[test]
    fn hosts_are_read_from_keys() {
        for (key, host) in [
            ("example,a)", "a.example"),
            ("example,a:8080)", "a.example:8080"),
            ("1,0,0,127)", "127.0.0.1"),
            ("2001:db8::1)", "2001:db8::1"),
        ] {
            assert_eq!(host_of_key(key), host);
        }
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encode("http://a/?b=c&d é"), "http://a/%3Fb%3Dc%26d%20%C3%A9");
    }
}
