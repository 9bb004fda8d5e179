//! What the records of a capture look like.

use super::*;
use crate::{RecordChoice, Revisit, StoreWriter, content_digest};

/// Appends one capture and reads its file back; the first record is the `warcinfo`.
fn written(capture: &Capture<'_>) -> Vec<WarcRecord> {
    written_with(WarcCodec::Gzip, capture)
}

fn written_with(codec: WarcCodec, capture: &Capture<'_>) -> Vec<WarcRecord> {
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    store.append(&encoder(codec).encode(capture)).unwrap();
    store.close().unwrap();
    assert_consistent(dir.path());
    records(&warc_path(dir.path(), 0))
}

fn block(record: &WarcRecord) -> String {
    String::from_utf8(record.block().to_vec()).unwrap()
}

#[test]
fn a_capture_is_four_records() {
    for codec in WarcCodec::ALL {
        let url = url("https://example.com/a?b");
        let body = "text ".repeat(500);
        let records = written_with(codec, &capture(&url, HEAD, body.as_bytes()));
        let kinds: Vec<_> = records.iter().map(WarcRecord::kind).collect();
        assert_eq!(kinds, ["warcinfo", "response", "request", "metadata"]);
        let [warcinfo, response, request, metadata] = &records[..] else { unreachable!() };

        let info = block(warcinfo);
        assert!(info.contains("http-header-user-agent: crawler/0 (+https://example.org)\r\n"));
        assert!(info.contains("format: WARC File Format 1.1\r\n"));
        assert_eq!(
            warcinfo.header("WARC-Filename"),
            Some(&*format!("crawl-20251018125022045-00001{}", codec.extension()))
        );

        for record in &records {
            assert_eq!(record.header("WARC-Date"), Some("2025-10-18T12:50:22.045Z"));
            assert_eq!(record.header("WARC-Block-Digest"), Some(&*content_digest(record.block())));
            assert!(record.header("WARC-Record-ID").unwrap().starts_with("<urn:uuid:"));
        }
        for record in &records[1..] {
            assert_eq!(record.header("WARC-Target-URI"), Some("https://example.com/a?b"));
        }
        for record in &records[2..] {
            assert_eq!(record.header("WARC-Concurrent-To"), response.header("WARC-Record-ID"));
        }
        assert_eq!(response.block(), [HEAD, body.as_bytes()].concat());
        assert_eq!(response.header("WARC-Payload-Digest"), Some(&*content_digest(body.as_bytes())));
        assert_eq!(response.header("WARC-IP-Address"), Some("192.0.2.7"));
        assert_eq!(response.header("WARC-Protocol"), Some("http/1.1"));
        assert_eq!(response.header("content-type"), Some("application/http; msgtype=response"));
        assert_eq!(response.header("WARC-Truncated"), None);
        assert_eq!(request.block(), REQUEST);
        assert_eq!(
            block(metadata),
            "via: https://example.com/\r\nhopsFromSeed: LR\r\nfetchTimeMs: 12\r\n\
         charsetForLinkExtraction: UTF-8\r\noutlinkCount: 12\r\n\
         pageTitle: A \"title\"  Injected: yes é\r\npageLanguage: en\r\ngeneration: 1\r\n"
        );
    }
}

#[test]
fn the_wishes_of_the_owner_are_stored_with_the_page() {
    let url = url("https://example.com/");
    let usage = UsagePreferences {
        robots_content_signal: Some("search=yes, ai-train=no"),
        robots_content_usage: Some("train-ai=n"),
        x_robots_tag: Some("noai"),
        ..UsagePreferences::default()
    };
    let capture = Capture { usage, ..capture(&url, HEAD, b"x") };
    let metadata = block(written(&capture).last().unwrap());
    assert!(
        metadata.contains(
            "robotsContentSignal: search=yes, ai-train=no\r\nrobotsContentUsage: train-ai=n\r\n"
        ),
        "{metadata}"
    );
    let dir = tempfile::tempdir().unwrap();
    let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
    store.append(&CaptureEncoder::default().encode(&capture)).unwrap();
    store
        .append(
            &CaptureEncoder::default()
                .encode(&Capture { usage: UsagePreferences::default(), ..capture }),
        )
        .unwrap();
    store.close().unwrap();
    let rows = lines(&dir.path().join("pages/pages.jsonl"));
    let rows = rows.iter().map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap());
    let usages: Vec<_> = rows.map(|row| row.get("usage").map(ToString::to_string)).collect();
    let said = "{\"robots_content_signal\":\"search=yes, ai-train=no\",\
                \"robots_content_usage\":\"train-ai=n\",\"x_robots_tag\":\"noai\"}";
    assert_eq!(usages, [Some(said.to_owned()), None]);
}

#[test]
fn accompanying_records_can_be_left_out() {
    use RecordChoice::{Omit, Write};
    let url = url("http://example.com/");
    for (requests, metadata, len) in [(Write, Omit, 2), (Omit, Write, 2), (Omit, Omit, 1)] {
        let dir = tempfile::tempdir().unwrap();
        let mut encoder =
            CaptureEncoder::new(EncoderConfig { requests, metadata, ..EncoderConfig::default() });
        let mut store = StoreWriter::open(dir.path(), config(), None).unwrap();
        store.append(&encoder.encode(&capture(&url, HEAD, b"x"))).unwrap();
        store.close().unwrap();
        assert_eq!(records(&warc_path(dir.path(), 0)).len(), 1 + len);
    }
}

#[test]
fn stored_heads() {
    let cases: [(&[u8], bool, &[u8]); 7] = [
        (b"HTTP/1.1 200 OK\r\nA:b\r\n\r\n", true, b"HTTP/1.1 200 OK\r\nA:b\r\n\r\n"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-Encoding : chunked\r\nContent-Length: 9\r\nB: c\r\n\r\n",
            true,
            b"HTTP/1.1 200 OK\r\nX-Crawler-transfer-Encoding : chunked\r\n\
              X-Crawler-Content-Length: 9\r\nB: c\r\n\r\n",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
            false,
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
        ),
        (b"HTTP/1.0 200\nA: b\n\n", false, b"HTTP/1.0 200\nA: b\n\n"),
        (b"\r\nHTTP/1.0 200\r\n\r\n", false, b"HTTP/1.0 200\r\n\r\n"),
        (b"HTTP/1.0 200\r\nA: \xff", false, b"HTTP/1.0 200\r\nA: \xff\r\n\r\n"),
        (b"", false, b"\r\n"),
    ];
    let url = url("http://example.com/");
    for (head, chunked, expected) in cases {
        let capture = Capture { chunked, ..capture(&url, head, b"body") };
        assert_eq!(written(&capture)[1].block(), [expected, b"body"].concat(), "{head:?}");
    }
}

#[test]
fn compressed_bodies_are_stored_and_text_is_compressed() {
    let url = url("http://example.com/");
    let body = vec![b'a'; 100_000];
    let encoded_head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n";
    let identity_head = b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n";
    for (head, mime, stored) in [
        (HEAD, Some("text/html"), false),
        (HEAD, None, false),
        (HEAD, Some("image/svg+xml"), false),
        (HEAD, Some("Image/JPEG; q=1"), true),
        (HEAD, Some("video/mp4"), true),
        (&encoded_head[..], Some("text/html"), true),
        (&identity_head[..], Some("text/html"), false),
    ] {
        let records = written(&Capture { mime, ..capture(&url, head, &body) });
        assert_eq!(records[1].length() > body.len() as u64, stored, "{mime:?}");
        assert_eq!(records[1].block(), [head, &body].concat());
    }
}

#[test]
fn truncation_and_protocol_are_said() {
    let url = url("http://example.com/");
    for (protocol, tls, token) in
        [("h2", true, "h2"), ("h2", false, "h2c"), ("http/1.0", false, "http/1.0")]
    {
        let truncated = Some("time");
        let records = written(&Capture { protocol, tls, truncated, ..capture(&url, HEAD, b"x") });
        assert_eq!(records[1].header("WARC-Protocol"), Some(token));
        assert_eq!(records[1].header("WARC-Truncated"), Some("time"));
    }
}

#[test]
fn revisits_hold_the_head_only() {
    let url = url("http://example.com/");
    let (refers_to_date, digest) = ("2025-01-01T00:00:00.000Z", "sha1:AAAA");
    for (revisit, profile, truncated) in [
        (
            Revisit::ServerNotModified { refers_to_date, digest },
            "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
            None,
        ),
        (
            Revisit::IdenticalPayload { refers_to_date, digest },
            "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            Some("length"),
        ),
    ] {
        let capture = Capture { revisit: Some(revisit), ..capture(&url, HEAD, b"not stored") };
        assert_eq!(CaptureEncoder::default().encode(&capture).payload_digest(), digest);
        let records = written(&capture);
        let record = &records[1];
        assert_eq!(record.kind(), "revisit");
        assert_eq!(record.block(), HEAD);
        assert_eq!(record.header("WARC-Profile"), Some(profile));
        assert_eq!(record.header("WARC-Refers-To-Target-URI"), Some("http://example.com/"));
        assert_eq!(record.header("WARC-Refers-To-Date"), Some(refers_to_date));
        assert_eq!(record.header("WARC-Payload-Digest"), Some(digest));
        assert_eq!(record.header("WARC-Truncated"), truncated);
    }
}

#[test]
fn hostile_values_stay_on_their_line() {
    let url = url("http://example.com/");
    let long = "é".repeat(10_000);
    let capture = Capture {
        title: Some(&long),
        via: Some("http://x/\r\n\r\nWARC/1.1"),
        mime: Some("text/html\u{7f}\"}\n, x"),
        truncated: Some("a\r\nb"),
        protocol: "http/1.1\r\nX: y",
        ..capture(&url, HEAD, b"x")
    };
    let records = written(&capture);
    assert_eq!(records.len(), 4);
    assert_eq!(records[1].header("X"), None);
    let fields = block(&records[3]);
    assert!(fields.lines().all(|line| line.contains(": ")), "{fields}");
    assert!(fields.len() < 10_000);
}
