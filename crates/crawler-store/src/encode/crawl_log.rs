//! Rows of the crawl log: how each URL ended, with the fields of Heritrix's `crawl.log` under the
//! names that its JSON form has.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::rows::push_json;
use super::warc_headers::bounded;
use crate::time::CaptureTime;

/// The end of one URL.
#[derive(Debug, Clone, Copy)]
pub struct LogRow<'a> {
    /// The URL as requested.
    pub url: &'a str,
    /// HTTP status, or one of Heritrix's negative codes for what is no response.
    pub status_code: i32,
    /// Bytes of the response, head and body; none without a response.
    pub size: Option<u64>,
    /// One letter per hop from the seed.
    pub hop_path: &'a str,
    /// The page where the URL was found.
    pub via: Option<&'a str>,
    /// Media type without parameters.
    pub mimetype: Option<&'a str>,
    /// Which thread fetched it: the shard.
    pub thread: u16,
    /// When its last fetch began, and how long it took; none if nothing was asked.
    pub fetched: Option<(SystemTime, Duration)>,
    /// `sha1:BASE32` of the payload.
    pub content_digest: Option<&'a str>,
    /// Whether it is a seed.
    pub is_seed: bool,
    /// Remarks, separated by commas.
    pub annotations: &'a str,
}

/// One line of `logs/crawl.jsonl`, ready for
/// [`StoreWriter::append_log`](crate::StoreWriter::append_log).
pub fn encode_log_row(row: &LogRow<'_>, at: SystemTime, out: &mut Vec<u8>) {
    let begun = row
        .fetched
        .map(|(at, took)| format!("{}+{}", CaptureTime::new(at).timestamp17(), took.as_millis()));
    let line = LogLine {
        timestamp: &CaptureTime::new(at).date(),
        status_code: row.status_code,
        size: row.size,
        url: bounded(row.url),
        hop_path: row.hop_path,
        via: row.via.map(bounded),
        mimetype: row.mimetype.map(bounded),
        thread: row.thread,
        start_time_plus_duration: begun.as_deref(),
        content_digest: row.content_digest,
        seed: row.is_seed.then_some(bounded(row.url)),
        annotations: bounded(row.annotations),
    };
    push_json(out, &line);
    out.push(b'\n');
}

#[derive(Serialize)]
struct LogLine<'a> {
    timestamp: &'a str,
    status_code: i32,
    size: Option<u64>,
    url: &'a str,
    hop_path: &'a str,
    via: Option<&'a str>,
    mimetype: Option<&'a str>,
    thread: u16,
    start_time_plus_duration: Option<&'a str>,
    content_digest: Option<&'a str>,
    seed: Option<&'a str>,
    annotations: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_fields_of_the_field() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_453_929_579_200);
        let row = LogRow {
            url: "http://a.example/\"x",
            status_code: 404,
            size: Some(511),
            hop_path: "LE",
            via: Some("http://a.example/"),
            mimetype: Some("text/html"),
            thread: 3,
            fetched: Some((at, Duration::from_millis(230))),
            content_digest: Some("sha1:X"),
            is_seed: false,
            annotations: "2t",
        };
        let mut text = Vec::new();
        encode_log_row(&row, at, &mut text);
        let expected = concat!(
            r#"{"timestamp":"2016-01-27T21:19:39.200Z","status_code":404,"size":511,"#,
            r#""url":"http://a.example/\"x","hop_path":"LE","via":"http://a.example/","#,
            r#""mimetype":"text/html","thread":3,"#,
            r#""start_time_plus_duration":"20160127211939200+230","content_digest":"sha1:X","#,
            r#""seed":null,"annotations":"2t"}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        let nothing_asked = LogRow {
            status_code: -9998,
            size: None,
            mimetype: None,
            fetched: None,
            content_digest: None,
            is_seed: true,
            ..row
        };
        let mut text = Vec::new();
        encode_log_row(&nothing_asked, at, &mut text);
        let line: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(line["seed"], line["url"]);
        assert!(
            ["size", "mimetype", "start_time_plus_duration"].iter().all(|key| line[key].is_null())
        );
    }
}
