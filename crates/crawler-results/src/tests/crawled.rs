//! A data directory as a crawl leaves it.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crawler_store::{
    Capture, CaptureEncoder, CaptureTimings, StoreConfig, StoreWriter, UsagePreferences,
};
use crawler_url::WireUrl;

/// 2026-11-21T12:00:00Z
pub(crate) const NOON: Duration = Duration::from_secs(1_795_262_400);

/// A capture to change fields of.
pub(crate) fn capture<'a>(url: &'a WireUrl, head: &'a str, body: &'a [u8]) -> Capture<'a> {
    Capture {
        url,
        at: SystemTime::UNIX_EPOCH + NOON,
        status: 200,
        protocol: "http/1.1",
        remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        tls: false,
        response_head: head.as_bytes(),
        body,
        chunked: false,
        truncated: None,
        undecoded: None,
        request_head: b"GET / HTTP/1.1\r\n\r\n",
        via: None,
        depth: 0,
        hops: "",
        mime: Some("text/html"),
        charset: None,
        title: None,
        language: None,
        outlinks: 0,
        redirect: None,
        canonical: None,
        simhash: None,
        robots: None,
        usage: UsagePreferences::default(),
        content_bytes: Some(body.len() as u64),
        timings_ms: CaptureTimings::default(),
        generation: 1,
        revisit: None,
    }
}

pub(crate) fn url(text: &str) -> WireUrl {
    WireUrl::parse(text).unwrap()
}

/// Stores captures in an empty `data_dir`; the WARC file stays open, as while crawling.
pub(crate) fn store(data_dir: &Path, captures: &[Capture<'_>]) {
    let mut writer = StoreWriter::open(data_dir, StoreConfig::default(), None).unwrap();
    let mut encoder = CaptureEncoder::default();
    for capture in captures {
        writer.append(&encoder.encode(capture)).unwrap();
    }
    writer.sync().unwrap();
}
