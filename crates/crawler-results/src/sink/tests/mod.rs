//! Sinks against real pipes and a server on loopback.

mod server;
mod stdout;
mod upload;
mod webhook;

use crate::follow::{Delivery, Follower, PageRow, RowRange};

/// A row as it stands in the page list.
fn line(n: usize) -> String {
    format!(
        r#"{{"url":"http://a.test/{n}","ts":"2026-11-21T00:00:00.000Z","status":200,"depth":0,"hops":"","digest":"sha1:A","wire_bytes":1,"outlinks":0,"protocol":"http/1.1","generation":1,"warc":{{"file":"a.warc.gz","offset":0,"length":1}}}}"#
    ) + "\n"
}

/// Gives rows until the sink is full; what they are.
fn give(sink: &mut dyn Follower, rows: std::ops::Range<usize>) -> String {
    let mut all = String::new();
    for n in rows {
        let line = line(n);
        let row: PageRow<'_> = serde_json::from_str(&line).unwrap();
        sink.take(&PageRow { line: line.as_bytes(), ..row }).unwrap();
        all.push_str(&line);
    }
    all
}

/// Has the sink deliver what it holds, and seal it.
fn deliver(sink: &mut dyn Follower, range: RowRange) {
    while sink.deliver(range).unwrap() != Delivery::Done {}
    sink.seal(range).unwrap();
}
