//! Tests over the whole crate: what is encoded and appended is read back.

mod codecs;
mod crashes;
mod find;
mod fuzz;
mod list;
mod records;
mod sorted;
mod verify;
mod writer;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crawler_url::WireUrl;

use crate::{
    Capture, CaptureEncoder, CaptureTimings, EncodedCapture, EncoderConfig, StoreConfig,
    UsagePreferences, WarcCodec, WarcReader, WarcRecord,
};

/// 2025-10-18T12:50:22.045Z
const AT: Duration = Duration::from_millis(1_760_791_822_045);
const REQUEST: &[u8] = b"GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n";

/// A capture to change fields of.
fn capture<'a>(url: &'a WireUrl, head: &'a [u8], body: &'a [u8]) -> Capture<'a> {
    Capture {
        url,
        at: SystemTime::UNIX_EPOCH + AT,
        status: 200,
        protocol: "http/1.1",
        remote_ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        tls: true,
        response_head: head,
        body,
        chunked: false,
        truncated: None,
        undecoded: None,
        request_head: REQUEST,
        via: Some("https://example.com/"),
        depth: 2,
        hops: "LR",
        mime: Some("text/html; charset=utf-8"),
        charset: Some("UTF-8"),
        title: Some("A \"title\"\r\nInjected: yes é"),
        language: Some("en"),
        outlinks: 12,
        redirect: None,
        canonical: None,
        simhash: None,
        robots: None,
        usage: UsagePreferences::default(),
        content_bytes: Some(body.len() as u64),
        timings_ms: CaptureTimings { total: 12.3456, ..CaptureTimings::default() },
        generation: 1,
        revisit: None,
    }
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";

fn url(text: &str) -> WireUrl {
    WireUrl::parse(text).unwrap()
}

/// A small capture of page `n`.
fn encoded(encoder: &mut CaptureEncoder, n: usize) -> EncodedCapture {
    let url = url(&format!("https://example.com/{n}"));
    let body = format!("<p>page {n}</p>");
    encoder.encode(&capture(&url, HEAD, body.as_bytes()))
}

fn encoder(codec: WarcCodec) -> CaptureEncoder {
    CaptureEncoder::new(EncoderConfig { codec, ..EncoderConfig::default() })
}

/// A member of a WARC file, made otherwise than the store makes it.
fn member(codec: WarcCodec, record: &[u8]) -> Vec<u8> {
    match codec {
        WarcCodec::Gzip => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut gzip, record).unwrap();
            gzip.finish().unwrap()
        }
        WarcCodec::Zstd => zstd::encode_all(record, 9).unwrap(),
    }
}

fn config() -> StoreConfig {
    StoreConfig { user_agent: "crawler/0 (+https://example.org)".into(), ..StoreConfig::default() }
}

/// Names in a folder, sorted.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn warc_path(data_dir: &Path, idx: usize) -> PathBuf {
    let dir = data_dir.join("warc");
    dir.join(&names(&dir)[idx])
}

fn records(path: &Path) -> Vec<WarcRecord> {
    WarcReader::open(path).unwrap().map(Result::unwrap).collect()
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

/// Fails unless every record parses and every row of index and page list leads to its record.
fn assert_consistent(data_dir: &Path) {
    let warc_dir = data_dir.join("warc");
    let mut responses = Vec::new();
    for name in names(&warc_dir) {
        let file = name.trim_end_matches(".open").to_owned();
        for record in records(&warc_dir.join(&name)) {
            if matches!(record.kind(), "response" | "revisit") {
                let url = record.header("WARC-Target-URI").unwrap().to_owned();
                responses.push((file.clone(), record.offset(), record.length(), url));
            }
        }
    }
    let number = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.parse().unwrap(),
        other => other.as_u64().unwrap(),
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut indexed = Vec::new();
    for line in lines(&data_dir.join("cdxj/index.cdxj")) {
        let json = line.splitn(3, ' ').nth(2).unwrap();
        let row: serde_json::Value = serde_json::from_str(json).unwrap();
        let place = (number(&row["offset"]), number(&row["length"]));
        indexed.push((text(&row["filename"]), place.0, place.1, text(&row["url"])));
    }
    let mut listed = Vec::new();
    for line in lines(&data_dir.join("pages/pages.jsonl")) {
        let row: serde_json::Value = serde_json::from_str(&line).unwrap();
        let warc = &row["warc"];
        let place = (number(&warc["offset"]), number(&warc["length"]));
        listed.push((text(&warc["file"]), place.0, place.1, text(&row["url"])));
    }
    assert_eq!(indexed, responses);
    assert_eq!(listed, responses);
}
