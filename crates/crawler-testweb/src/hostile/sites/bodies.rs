//! Bodies that are late, endless, or not as long as announced.

use std::time::Duration;

use crate::hostile::site::{Site, Step, forever, partial, send, status};

const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
/// Long enough for what was sent before a reset to be read: a reset discards it.
const BEFORE_RESET: Duration = Duration::from_millis(500);

pub(super) fn sites() -> Vec<Site> {
    let sized = |len: usize| send(format!("{HTML}Content-Length: {len}\r\n\r\n"));
    let unsized_ = || send(format!("{HTML}\r\n"));
    let block = "<p>more</p>\n".repeat(1000);
    let chunk = format!("{:x}\r\n{block}\r\n", block.len());
    let extended = format!("1;{}\r\nx\r\n", "e".repeat(200)).repeat(200);
    let cases = [
        ("slow-body", vec![sized(10_000), forever("x", 100)], partial("time")),
        ("slow-chunks", vec![send(CHUNKED), forever("1\r\nx\r\n", 100)], partial("time")),
        ("stalled-body", vec![sized(100), send("hello"), Step::Stall], partial("time")),
        ("endless-body", vec![unsized_(), forever(block, 0)], partial("length")),
        ("endless-chunks", vec![send(CHUNKED), forever(chunk, 0)], partial("length")),
        ("short-body", vec![sized(1000), send("hello")], partial("disconnect")),
        ("long-body", vec![sized(5), send("hello world, and more")], status(200)),
        (
            "reset-in-body",
            vec![sized(1000), send("hello"), Step::Pause(BEFORE_RESET), Step::Reset],
            partial("disconnect"),
        ),
        ("bad-chunk", vec![send(CHUNKED), send("5\r\nhello\r\nzz\r\n")], partial("disconnect")),
        (
            "huge-chunk",
            vec![send(CHUNKED), send("7fffffffffffffff\r\nhello")],
            partial("disconnect"),
        ),
        ("chunk-extensions", vec![send(CHUNKED), send(extended)], partial("disconnect")),
        (
            "endless-trailers",
            vec![send(CHUNKED), send("5\r\nhello\r\n0\r\n"), forever("T: t\r\n".repeat(100), 0)],
            partial("disconnect"),
        ),
    ];
    cases.map(|(label, steps, outcome)| Site::new(label, steps, outcome)).into()
}
