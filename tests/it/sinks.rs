//! Pages on their way out: to standard output and to web hooks.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::harness::{Place, until};
use crate::webs::{serve, small};

/// A body and the part of the page list that it is.
type Batch = (std::ops::Range<usize>, Vec<u8>);

/// A hook that gives one answer after the other, the last one for ever, and keeps what it accepts.
struct Hook {
    url: String,
    batches: Arc<Mutex<Vec<Batch>>>,
}

impl Hook {
    fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/pages?key=secret", listener.local_addr().unwrap());
        let batches = Arc::default();
        let accepted = Arc::clone(&batches);
        std::thread::spawn(move || {
            let mut answers = answers.iter().chain(std::iter::repeat(answers.last().unwrap()));
            for stream in listener.incoming() {
                // A crawler that was killed leaves half a request.
                let _ = take(&stream.unwrap(), answers.next().unwrap(), &accepted);
            }
        });
        Self { url, batches }
    }

    fn rows(&self) -> usize {
        let batches = self.batches.lock().unwrap();
        batches.iter().map(|(_, body)| rows_of(body)).sum()
    }

    /// The page list by what was accepted: what comes twice comes as it came before.
    fn page_list(&self) -> Vec<u8> {
        let mut list = Vec::new();
        for (range, body) in self.batches.lock().unwrap().iter() {
            assert_eq!(range.len(), body.len());
            assert!(range.start <= list.len(), "out of order: {range:?} after {}", list.len());
            let known = list.len().min(range.end) - range.start;
            assert_eq!(list[range.start..range.start + known], body[..known]);
            list.extend_from_slice(&body[known..]);
        }
        list
    }
}

fn rows_of(body: &[u8]) -> usize {
    String::from_utf8_lossy(body).lines().count()
}

fn take(mut stream: &TcpStream, answer: &str, accepted: &Mutex<Vec<Batch>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut range) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "x-crawler-batch" => {
                let (from, to) = value.split_once('-')?;
                range = Some(from.parse().ok()?..to.parse().ok()?);
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if answer.starts_with('2') {
        accepted.lock().unwrap().push((range?, body));
    }
    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok()
}

fn page_list(place: &Place) -> Vec<u8> {
    fs::read(place.data().join("pages/pages.jsonl")).unwrap()
}

#[test]
fn pages_go_to_standard_output_and_nothing_else_does() {
    let server = serve(small());
    let place = Place::new();
    let first = place.crawl(&server, &["--stdout", "pages", "--max-pages", "5"]).ends(0);
    first.says(&["finish_reason: page_limit"]);
    assert_eq!(first.stdout, page_list(&place));
    let rest = place.crawl(&server, &["--stdout", "pages"]).ends(0);
    assert!(!rest.stdout.is_empty());
    assert_eq!([first.stdout, rest.stdout].concat(), page_list(&place), "each page once");
    let nothing = place.crawl(&server, &["--stdout", "pages"]).ends(0);
    assert_eq!(nothing.text(), "");
    place.crawler(["--stdout", "page"]).ends(4).says(&["did you mean `pages`?"]);
}

#[test]
fn a_web_hook_gets_every_page_in_order() {
    let server = serve(small());
    let place = Place::new();
    let hook = Hook::new(&["503 Busy", "200 OK"]);
    let args = ["--webhook", &hook.url, "--webhook-rows", "7"];
    let ended = place.crawl(&server, &args).ends(0);
    ended.says(&["takes no pages: it answers 503", "takes pages again"]);
    assert_eq!(hook.page_list(), page_list(&place));
    assert_eq!(hook.rows() as u64, ended.number("pages"));
    assert!(
        hook.batches.lock().unwrap().iter().all(|(_, body)| { (1..=7).contains(&rows_of(body)) })
    );
    place.crawl(&server, &args).ends(0);
    assert_eq!(hook.rows() as u64, ended.number("pages"), "a page comes once");
}

#[test]
fn after_kill_9_the_hook_gets_the_rest() {
    let server = serve(small());
    let place = Place::new();
    let hook = Hook::new(&["200 OK"]);
    let args = ["--webhook", &hook.url, "--webhook-wait", "100ms", "--delay", "200ms"];
    let running = place.crawl(&server, &args).start();
    until("rows at the hook", || (hook.rows() > 0).then_some(()));
    running.kill();
    place.crawl(&server, &["--webhook", &hook.url]).ends(0);
    assert_eq!(hook.page_list(), page_list(&place));
}

#[test]
fn a_hook_that_is_away_holds_up_no_end() {
    let server = serve(small());
    let place = Place::new();
    // Nobody listens there (RFC 1078).
    let running = place.crawl(&server, &["--webhook", "http://127.0.0.1:1/"]).start();
    running.says("takes no pages");
    running.says("its results are being completed");
    let asked_at = Instant::now();
    running.signal("INT");
    running.ends(0).says(&["of the page list are left for the next run"]);
    assert!(asked_at.elapsed() < Duration::from_secs(20), "{:?}", asked_at.elapsed());
    let hook = Hook::new(&["200 OK"]);
    place.crawl(&server, &["--webhook", &hook.url]).ends(0);
    assert_eq!(hook.page_list(), page_list(&place));
}

#[test]
fn a_hook_that_refuses_is_named_without_its_secrets() {
    let server = serve(small());
    let place = Place::new();
    let hook = Hook::new(&["403 Forbidden"]);
    let ended = place.crawl(&server, &["--webhook", &hook.url]).ends(1);
    ended.says(&["refuses pages: it answers 403", "the pages are safe"]);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
    assert_eq!(ended.stat("finish_reason"), "done");
    for (args, says) in [
        (["--webhook", "ftp://a.example/"], "not the URL of a web hook"),
        (["--webhook", "http://u:p@a.example/"], "webhook_auth"),
        (["--webhook-auth", "bearer secret"], "env:NAME"),
        (["--webhook-secret", "secret"], "env:NAME"),
        (["--webhook-rows", "0"], "1 to 100000"),
    ] {
        let ended = place.crawl(&server, &args).ends(4);
        ended.says(&[says]);
    }
    let auth = ["--webhook", &hook.url, "--webhook-auth", "bearer env:NO_SUCH_TOKEN"];
    place.crawl(&server, &auth).ends(4).says(&["NO_SUCH_TOKEN is not set"]);
}
