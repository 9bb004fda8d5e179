//! Response heads: late, endless, broken, or no HTTP at all.

use crate::hostile::site::Outcome::Failed;
use crate::hostile::site::{Site, Step, forever, html, send, status};

const OK: &str = "HTTP/1.1 200 OK\r\n";

pub(super) fn sites() -> Vec<Site> {
    [late(), too_large(), broken(), odd()].into_iter().flatten().collect()
}

fn late() -> Vec<Site> {
    let late = Failed("timeout_first_byte");
    vec![
        Site::new("silent", vec![Step::Stall], late),
        Site::new("slow-head", vec![send(OK), forever("X-Slow: yes\r\n", 200)], late),
        Site::new(
            "interim-flood",
            vec![forever("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100), 5)],
            late,
        ),
    ]
}

fn too_large() -> Vec<Site> {
    let too_large = Failed("head_too_large");
    vec![
        Site::new(
            "endless-head",
            vec![send(OK), forever("X-More: yes\r\n".repeat(100), 0)],
            too_large,
        ),
        Site::new(
            "endless-line",
            vec![send(OK), send("X: "), forever("y".repeat(4096), 0)],
            too_large,
        ),
        Site::new(
            "many-headers",
            vec![send(format!("{OK}{}\r\n", "A: b\r\n".repeat(300)))],
            too_large,
        ),
    ]
}

fn broken() -> Vec<Site> {
    let head = |text: &'static str, reason| (vec![send(text)], Failed(reason));
    let cases = [
        ("ssh", head("SSH-2.0-OpenSSH_9.6\r\n", "protocol")),
        ("http-0-9", head("<html>no head at all", "protocol")),
        ("status-000", head("HTTP/1.1 000 None\r\n\r\n", "protocol")),
        ("negative-length", head("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "protocol")),
        (
            "two-lengths",
            head("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "protocol"),
        ),
        // RFC 9110 section 5.5: such a message is rejected.
        ("nul-in-head", head("HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\n\r\nhello", "protocol")),
        ("half-head", head("HTTP/1.1 200 OK\r\nContent-", "reset")),
        ("no-answer", (Vec::new(), Failed("reset"))),
        ("reset-at-once", (vec![Step::Reset], Failed("reset"))),
        ("reset-in-head", (vec![send(OK), Step::Reset], Failed("reset"))),
    ];
    cases.map(|(label, (steps, outcome))| Site::new(label, steps, outcome)).into()
}

/// What is wrong in one line is no reason to lose the page.
fn odd() -> Vec<Site> {
    let whole = |headers: &str| send(format!("{OK}{headers}Content-Length: 2\r\n\r\nok"));
    vec![
        Site::new(
            "terminal-codes",
            vec![whole(
                "Server: \x1b]0;owned\x07\r\nContent-Type: text/html; charset=\x1b[2J\r\n\
                 Content-Encoding: \u{9b}31m\r\nX-\x1b[31m: red\r\n",
            )],
            status(200),
        ),
        Site::new("no-colon", vec![whole("this is no header\r\n")], status(200)),
        Site::new(
            "status-999",
            vec![send("HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno")],
            status(999),
        ),
        Site::new("unasked-304", vec![send("HTTP/1.1 304 Not Modified\r\n\r\n")], status(304)),
        Site::new("much-white-space", html(" ".repeat(1 << 20)), status(200)),
    ]
}
