//! What is sent to some hosts only, and where it must not be found.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::data::{assert_nowhere, records};
use crate::harness::Place;

/// Request heads, as received.
type Heads = Arc<Mutex<Vec<String>>>;

/// A server on this address whose every page links to `/next`; tells what it was asked.
fn start(ip: &str) -> (SocketAddr, Heads) {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            answer(tcp.unwrap(), &seen);
        }
    });
    (at, heads)
}

fn answer(mut tcp: TcpStream, seen: &Heads) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && tcp.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    seen.lock().unwrap().push(String::from_utf8(head).unwrap());
    let page = "<a href=/next>next</a>";
    let len = page.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len}\r\nConnection: close\r\n\
         Set-Cookie: seen=1; Path=/\r\nSet-Cookie: elsewhere=1; Path=/x\r\n\r\n"
    );
    // The crawler may have enough.
    let _ = tcp.write_all(format!("{head}{page}").as_bytes());
}

#[test]
fn credentials_go_to_their_hosts_and_into_no_file() {
    let (known, heads) = start("127.0.0.1");
    let (other, other_heads) = start("127.0.0.2");
    let place = Place::new();
    place.write("login", "me:secret-word\n");
    let args = [
        "--auth=127.0.0.1=basic file:login",
        "--auth=*.example=bearer env:TOKEN",
        "--host-header=127.0.0.2=X-Team: archive",
        "--header=Cookie: secret-word",
        "--header=X-Api-Key: secret-word",
        "--allow-private",
        "--delay=0",
        "--robots=ignore",
        "--progress=off",
        "--output=crawl",
        "-vv",
    ];
    let seeds = [format!("http://me:secret-word@{known}/"), format!("http://{other}/")];
    let args = args.into_iter().map(str::to_owned).chain(seeds);
    let ended = place.crawler(args).env("TOKEN", "secret-word").ends(0);
    assert_eq!(ended.number("pages"), 4);
    let (heads, other_heads) = (heads.lock().unwrap(), other_heads.lock().unwrap());
    let has =
        |heads: &[String], line: &str| heads.iter().filter(|head| head.contains(line)).count();
    // `me:secret-word`
    let authorization = "Authorization: Basic bWU6c2VjcmV0LXdvcmQ=\r\n";
    assert_eq!((has(&heads, authorization), has(&other_heads, "Authorization")), (2, 0));
    assert_eq!((has(&heads, "X-Team"), has(&other_heads, "X-Team: archive\r\n")), (0, 2));
    assert_eq!(has(&heads, "Cookie: secret-word\r\n"), 2);
    assert_eq!(has(&heads, "X-Api-Key: secret-word\r\n"), 2);

    for secret in ["secret-word", "bWU6c2VjcmV0LXdvcmQ"] {
        assert!(!ended.stderr.contains(secret) && !ended.text().contains(secret));
        assert_nowhere(&place.data(), secret);
    }
    let stored = records(&place.data());
    let requests = stored.iter().filter(|record| record.kind() == "request");
    let text = |block: &[u8]| String::from_utf8_lossy(block).into_owned();
    let requests: Vec<String> = requests.map(|record| text(record.block())).collect();
    assert_eq!(
        (has(&requests, "Authorization: ***\r\n"), has(&requests, "Cookie: ***\r\n")),
        (2, 4)
    );
    assert_eq!(has(&requests, "X-Api-Key: ***\r\n"), 4);
}

#[test]
fn credentials_that_cannot_be_read_end_the_crawl_before_it_begins() {
    let place = Place::new();
    let args =
        ["--auth=a.example=basic env:NOT_SET", "--auth=b.example=bearer file:none", "a.example"];
    let ended = place.crawler(args).ends(4);
    ended.says(&["2 problems in the credentials", "NOT_SET is not set", "cannot read none"]);
    assert!(!place.data().exists());
}

#[test]
fn cookies_are_kept_for_their_host_when_asked_for() {
    for (flag, sent) in [(None, 0), (Some("--cookies"), 1)] {
        let servers = [start("127.0.0.1"), start("127.0.0.2")];
        let place = Place::new();
        let args =
            ["--allow-private", "--delay=0", "--progress=off", "--output=crawl", "--robots=ignore"];
        let seeds = servers.each_ref().map(|(at, _)| format!("http://{at}/"));
        let args = args.into_iter().chain(flag).chain(seeds.iter().map(String::as_str));
        assert_eq!(place.crawler(args).ends(0).number("pages"), 4);
        for (_, heads) in &servers {
            let heads = heads.lock().unwrap();
            let first: Vec<_> = heads.iter().filter(|head| head.contains("Cookie:")).collect();
            assert_eq!(first.len(), sent, "{first:?}");
            assert!(first.iter().all(|head| head.starts_with("GET /next ")), "{first:?}");
            assert!(first.iter().all(|head| head.contains("Cookie: seen=1\r\n")), "{first:?}");
        }
    }
}
