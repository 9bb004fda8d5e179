//! What a collector is told, by a collector that knows only this much HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};

use serde_json::Value;

use crate::harness::Place;
use crate::webs::{serve, small};

/// Answers every export with `200` and passes it on: path and body.
fn collect(listener: &TcpListener, to: &Sender<(String, Value)>) {
    for stream in listener.incoming() {
        let mut reader = BufReader::new(stream.unwrap());
        while let Some(export) = read_export(&mut reader) {
            let answer =
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
            reader.get_mut().write_all(answer).unwrap();
            if to.send(export).is_err() {
                return;
            }
        }
    }
}

fn read_export(reader: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let (mut length, mut is_json) = (0, false);
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "content-type" => is_json = value == "application/json",
            _ => {}
        }
    }
    assert!(is_json, "{path}");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some((path, serde_json::from_slice(&body).unwrap()))
}

#[test]
fn a_collector_gets_metrics_and_fetches() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let (to, exports) = channel();
    std::thread::spawn(move || collect(&listener, &to));
    let server = serve(small());
    let place = Place::new();
    let ended = place.crawl(&server, &["--otlp-endpoint", &endpoint]).ends(0);
    let exports: Vec<_> = exports.try_iter().collect();

    let (_, metrics) = exports.iter().rfind(|(path, _)| path == "/v1/metrics").unwrap();
    let metrics = &metrics["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let named =
        |name: &str| metrics.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
    let points = named("crawler_fetch")["sum"]["dataPoints"].as_array().unwrap();
    let fetched: f64 = points.iter().map(|point| point["asDouble"].as_f64().unwrap()).sum();
    assert!((fetched - ended.number("pages") as f64).abs() < 0.5, "{fetched}");
    assert_eq!(named("crawler_accounting_error")["gauge"]["dataPoints"][0]["asDouble"], 0.0);

    let (_, traces) = exports.iter().find(|(path, _)| path == "/v1/traces").unwrap();
    let spans = traces["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert!(!spans.is_empty());
    for span in spans {
        assert_eq!(span["traceId"].as_str().unwrap().len(), 32, "{span}");
        let at = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(at("startTimeUnixNano") <= at("endTimeUnixNano"), "{span}");
    }
}

#[test]
fn without_a_collector_the_crawl_goes_on() {
    let server = serve(small());
    let place = Place::new();
    // Nobody listens there (RFC 1078).
    let ended = place.crawl(&server, &["--otlp-endpoint", "http://127.0.0.1:1"]).ends(0);
    ended.says(&["telemetry does not reach", "the crawl goes on"]);
    place.crawler(["--otlp-endpoint", "collector:4318"]).ends(4).says(&["http://127.0.0.1:4318"]);
}
