//! Pages that are too much for a parser: too long, too deep, too many.

use std::fmt::Write;

use crate::hostile::site::{Site, authority, html, status};

const MEGABYTE: usize = 1 << 20;

pub(super) fn sites(port: u16) -> Vec<Site> {
    let page = |label, body: String| Site::new(label, html(body), status(200));
    let whole = vec![
        page("long-line", format!("<p>{}", "word ".repeat(2 * MEGABYTE))),
        page("many-links", many_links()),
        page("nuls", "\0<a\0 href='\0'>\0</a>".repeat(10_000)),
        page("deep-tags", "<div><b><i>".repeat(100_000)),
        page("deep-tables", "<table><tr><td>".repeat(50_000)),
        page("open-attribute", format!("<a href=\"{}", "x".repeat(5 * MEGABYTE))),
        page("open-tags", "<a href=<a href='".repeat(100_000)),
        page("many-attributes", format!("<a {}>", "a=b ".repeat(500_000))),
        page("open-comments", "<!--".repeat(500_000)),
        page("open-scripts", "<script><!--<script>".repeat(100_000)),
        page("half-entities", "&amp&#x&#99999999999;&notit".repeat(100_000)),
        page("many-bases", "<base href='/a/'><base href='//b/'>".repeat(50_000)),
        page(
            "title-codes",
            "<title>\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}</title>".to_owned(),
        ),
        page(
            "odd-links",
            "<a href='http://'><a href='//'><a href='http://%zz/'>\
                           <a href='http://a:99999/'><a href='mailto:x'><a href='data:,x'>"
                .repeat(1000),
        ),
    ];
    whole.into_iter().chain([credentials(port)]).collect()
}

/// 100 000 links to hosts that no crawl of this host visits.
fn many_links() -> String {
    let mut body = String::new();
    for n in 0..100_000 {
        // Writing to a String cannot fail.
        let _ = writeln!(body, "<a href='http://n{n}.elsewhere.test/'>{n}</a>");
    }
    body
}

/// A link with a user name and a password, which must not show up anywhere.
fn credentials(port: u16) -> Site {
    let host = authority("credentials", port);
    Site::new(
        "credentials",
        html(format!("<a href='//user:hunter2@{host}/inside'>x</a>")),
        status(200),
    )
    .page("/inside", html("inside"), status(200))
}
