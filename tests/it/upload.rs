//! Uploads to a store that knows only this much of S3, and fails as told.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::harness::{Place, Run, until};
use crate::webs::{serve, small};

const SECRET: &str = "wJalrXUtnFEMI";

/// A store of objects that gives some answers first, whatever it is asked.
struct Store {
    url: String,
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// Objects put more than once.
    again: Arc<Mutex<Vec<String>>>,
}

impl Store {
    fn new(first: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let store = Self { url, objects: Arc::default(), again: Arc::default() };
        let (objects, again) = (Arc::clone(&store.objects), Arc::clone(&store.again));
        std::thread::spawn(move || {
            let mut first = first.iter();
            for stream in listener.incoming() {
                // A crawler that was killed leaves half a request.
                let _ = answer(&stream.unwrap(), first.next().copied(), &objects, &again);
            }
        });
        store
    }

    fn environment(&self, run: Run) -> Run {
        run.env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "us-east-1")
    }

    /// The objects of a kind, one behind the other in the order of their names.
    fn joined(&self, prefix: &str) -> Vec<u8> {
        let objects = self.objects.lock().unwrap();
        let prefix = format!("/crawls/a/b/{prefix}");
        let of_kind = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
        of_kind.flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    /// Fails unless all that the crawl has left is there, once.
    fn has_all_of(&self, place: &Place) {
        let file = |name: &str| fs::read(place.data().join(name)).unwrap();
        assert_eq!(self.joined("pages/"), file("pages/pages.jsonl"));
        assert_eq!(self.joined("cdxj/"), file("cdxj/index.cdxj"));
        if place.data().join("content").exists() {
            assert_eq!(self.joined("content/"), file("content/content.jsonl"));
        }
        let mut warcs: Vec<_> =
            fs::read_dir(place.data().join("warc")).unwrap().map(|entry| entry.unwrap()).collect();
        warcs.sort_by_key(fs::DirEntry::file_name);
        let warcs: Vec<u8> = warcs.iter().flat_map(|warc| fs::read(warc.path()).unwrap()).collect();
        assert!(!warcs.is_empty());
        assert_eq!(self.joined("warc/"), warcs);
    }
}

fn answer(
    mut stream: &TcpStream,
    first: Option<&str>,
    objects: &Mutex<BTreeMap<String, Vec<u8>>>,
    again: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut lines, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
        lines.push(line);
    }
    assert!(lines.iter().any(|line| line.starts_with("authorization: aws4-hmac-sha256 ")));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = lines[0].split(' ');
    let (method, key) = (words.next()?, words.next()?.to_owned());
    let mut objects = objects.lock().unwrap();
    let answer = match (first, method) {
        (Some(first), _) => format!("HTTP/1.1 {first}\r\nContent-Length: 0\r\n"),
        (None, "put") => {
            if objects.insert(key.clone(), body).is_some() {
                again.lock().unwrap().push(key);
            }
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0\r\n".to_owned()
        }
        (None, "head") => {
            let length = objects.get(&key).map_or(0, Vec::len);
            let date = "Sun, 22 Nov 2026 00:00:00 GMT";
            format!(
                "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nLast-Modified: {date}\r\nContent-Length: {length}\r\n"
            )
        }
        _ => "HTTP/1.1 405 No\r\nContent-Length: 0\r\n".to_owned(),
    };
    stream.write_all(format!("{answer}Connection: close\r\n\r\n").as_bytes()).ok()
}

#[test]
fn a_crawl_is_uploaded_although_the_store_fails_at_times() {
    let server = serve(small());
    let place = Place::new();
    let store = Store::new(&["503 Slow Down", "500 Oops", "503 Slow Down", "503 Slow Down"]);
    let args = ["--upload", "s3://crawls/a/b", "--warc-size", "1M"];
    let ended = store.environment(place.crawl(&server, &args)).ends(0);
    ended.says(&["the object store takes no pages", "takes pages again"]);
    store.has_all_of(&place);
    store.environment(place.crawl(&server, &args)).ends(0);
    assert!(store.again.lock().unwrap().is_empty(), "each object once");
}

#[test]
fn after_kill_9_no_rows_are_in_two_objects() {
    let server = serve(small());
    let place = Place::new();
    let store = Store::new(&[]);
    let args = ["--upload", "s3://crawls/a/b/", "--warc-size", "1M", "--format", "content"];
    let slow = [&args[..], &["--delay", "100ms"]].concat();
    for pages in [20, 40] {
        let pages_max = pages.to_string();
        let args = [&slow[..], &["--max-pages", &pages_max]].concat();
        store.environment(place.crawl(&server, &args)).ends(0);
        let running = store.environment(place.crawl(&server, &slow)).start();
        until("more rows than before", || {
            let list = fs::read_to_string(place.data().join("pages/pages.jsonl")).ok()?;
            (list.lines().count() > pages + 5).then_some(())
        });
        running.kill();
    }
    store.environment(place.crawl(&server, &args)).ends(0);
    store.has_all_of(&place);
}

#[test]
fn a_store_that_refuses_is_named_without_secrets() {
    let server = serve(small());
    let place = Place::new();
    for (answer, says) in [
        ("403 Forbidden", "refuses a/b/pages/pages-"),
        ("404 Not Found", "not found"),
        ("400 Bad Request", "400 Bad Request"),
    ] {
        let answers: &'static [&'static str] = Box::leak(vec![answer; 20].into_boxed_slice());
        let store = Store::new(answers);
        let run = place.crawl(&server, &["--upload", "s3://crawls/a/b"]);
        let ended = store.environment(run).ends(1);
        ended.says(&[says, "the pages are safe"]);
        assert!(!ended.stderr.contains(SECRET), "{}", ended.stderr);
    }
    let store = Store::new(&[]);
    let plain = |target| store.environment(place.crawl(&server, &["--upload", target]));
    plain("s3://crawls/a/b").env("AWS_ALLOW_HTTP", "").ends(1).says(&["AWS_ALLOW_HTTP=true"]);
    plain("s3://crawls/other").ends(1).says(&["uploads.jsonl", "s3://crawls/a/b"]);
    plain("https://crawls/").ends(4).says(&["s3://BUCKET/PREFIX"]);
    plain("s3://crawls/a/b").ends(0);
    store.has_all_of(&place);
}

#[test]
fn a_crawl_that_has_ended_is_uploaded_as_well() {
    let server = serve(small());
    let place = Place::new();
    let store = Store::new(&[]);
    let export = || store.environment(place.crawler(["export", "s3", "--to", "s3://crawls/a/b"]));
    export().ends(1).says(&["there is no crawl in"]);
    place.crawl(&server, &["--warc-size", "1M", "--max-pages", "30"]).ends(0);
    export().ends(0).says(&["uploaded to s3://crawls/a/b"]);
    store.has_all_of(&place);
    place.crawl(&server, &["--warc-size", "1M"]).ends(0);
    export().ends(0);
    export().ends(0);
    store.has_all_of(&place);
    assert!(store.again.lock().unwrap().is_empty(), "each object once");
    store.environment(place.crawler(["export", "s3"])).ends(1).says(&["--to s3://BUCKET/PREFIX"]);
}
