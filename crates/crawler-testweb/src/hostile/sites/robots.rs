//! robots.txt: bombs, circles, rules that are costly to match.

use std::io;

use super::codings::gzip_bomb;
use crate::hostile::site::Outcome::Skipped;
use crate::hostile::site::{FORBIDDEN, Site, Step, answer, forever, html, redirect, send, status};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
const RULES: &str = "User-agent: *\nDisallow: /forbidden/\n";

pub(super) fn sites() -> io::Result<Vec<Site>> {
    let text = |body: String| answer("200 OK", "Content-Type: text/plain\r\n", body);
    let stars = format!("User-agent: *\nDisallow: /{}b$\n", "*a".repeat(200));
    let long = format!("/{}", "a".repeat(2000));
    Ok(vec![
        guarded(
            "robots-endless",
            vec![send(HEAD), send(RULES), forever("Allow: /x\n".repeat(100), 0)],
        ),
        guarded("robots-long-line", text(format!("{RULES}# {}\n", "x".repeat(10 << 20)))),
        guarded("robots-many-rules", text(format!("{RULES}{}", "Disallow: /y*z\n".repeat(20_000)))),
        guarded("robots-binary", text(format!("{RULES}\0\x01\u{fffd}\x1b[2J\n\0Disallow: /\n"))),
        open("robots-bomb", gzip_bomb("text/plain")?),
        open("robots-loop", redirect("/robots.txt")),
        Site::new("robots-stars", html(format!("<a href='{long}'>aaa</a>")), status(200))
            .robots(text(stars))
            .page(&long, html("matched in time"), status(200)),
        Site::new("robots-broken", html(""), Skipped("robots")).robots(answer(
            "500 Internal Server Error",
            "",
            "",
        )),
    ])
}

/// Its first rules hold, whatever follows them.
fn guarded(label: &'static str, robots: Vec<Step>) -> Site {
    let trap = format!("{FORBIDDEN}trap.html");
    Site::new(label, html(format!("<a href='{trap}'>trap</a>")), status(200)).robots(robots).page(
        &trap,
        html("a trap"),
        Skipped("robots"),
    )
}

/// It has no rules that could be read.
fn open(label: &'static str, robots: Vec<Step>) -> Site {
    Site::new(label, html("fetched"), status(200)).robots(robots)
}
