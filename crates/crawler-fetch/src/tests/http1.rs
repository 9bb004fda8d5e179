use super::server::{ScriptedServer, Step, config, fetch_once, fetcher, get, run, send};
use crate::{
    FailureKind, FetchConfig, FetchRequest, FetchSetupError, Phase, Protocol, TlsRoots, Truncated,
    Validators,
};
use http::{HeaderName, HeaderValue};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct Case {
    name: &'static str,
    sent: &'static str,
    head: &'static str,
    body: &'static str,
    truncated: Option<Truncated>,
    reusable: bool,
}

/// Each server closes after what it sent.
const CASES: &[Case] = &[
    Case {
        name: "content length",
        sent: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        head: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        body: "hello",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "chunked with extension and trailer",
        sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: v\r\n\r\n",
        head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        body: "hello",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "connection: close",
        sent: "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nhi",
        head: "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\n",
        body: "hi",
        truncated: None,
        reusable: false,
    },
    Case {
        name: "http/1.0, framed by the end of the connection",
        sent: "HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello",
        head: "HTTP/1.0 200 OK\r\nServer: old\r\n\r\n",
        body: "hello",
        truncated: None,
        reusable: false,
    },
    Case {
        name: "interim heads first",
        sent: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        head: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
        body: "x",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "not modified",
        sent: "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        head: "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        body: "",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "sloppy head",
        sent: "HTTP/1.1 200 \r\nbad line without colon\r\nSpaced : yes\r\nFolded: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
        head: "HTTP/1.1 200 \r\nbad line without colon\r\nSpaced : yes\r\nFolded: a\r\n b\r\nContent-Length: 2\r\n\r\n",
        body: "ok",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "bare line feeds",
        sent: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        head: "HTTP/1.1 200 OK\nContent-Length: 2\n\n",
        body: "ok",
        truncated: None,
        reusable: true,
    },
    Case {
        name: "shorter than announced",
        sent: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        head: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        body: "hello",
        truncated: Some(Truncated::Disconnect),
        reusable: false,
    },
    Case {
        name: "broken chunk",
        sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
        head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        body: "hello",
        truncated: Some(Truncated::Disconnect),
        reusable: false,
    },
];

#[test]
fn responses_are_taken_as_they_come() {
    for case in CASES {
        let steps = vec![send(case.sent)];
        let keeps_open = case.reusable;
        let got = run(async move {
            let open = if keeps_open { vec![Step::Hold] } else { Vec::new() };
            fetch_once([steps, open].concat(), config()).await
        });
        let response = got.outcome.expect(case.name);
        assert_eq!(response.head, case.head, "{}", case.name);
        assert_eq!(response.body, case.body, "{}", case.name);
        assert_eq!(response.truncated, case.truncated, "{}", case.name);
        assert_eq!(response.chunked, case.head.contains("chunked"), "{}", case.name);
        assert_eq!(got.connection.is_some(), case.reusable, "{}", case.name);
        let old = case.sent.starts_with("HTTP/1.0");
        assert_eq!(response.version == Protocol::Http10, old, "{}", case.name);
    }
}

#[test]
fn failures_are_told_apart() {
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(300));
    let huge_head = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(80_000));
    let table: &[(&str, &str, FailureKind)] = &[
        ("no answer", "", FailureKind::Reset),
        ("half a head", "HTTP/1.1 200 OK\r\nContent-", FailureKind::Reset),
        ("not http", "SSH-2.0-OpenSSH_9.6\r\n", FailureKind::Protocol),
        ("bad status", "HTTP/1.1 xyz OK\r\n\r\n", FailureKind::Protocol),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            FailureKind::Protocol,
        ),
        ("many headers", &many_headers, FailureKind::HeadTooLarge),
        ("huge head", &huge_head, FailureKind::HeadTooLarge),
    ];
    for (name, sent, kind) in table {
        let got = run(fetch_once(vec![send(sent)], config()));
        assert_eq!(got.outcome.expect_err(name).kind, *kind, "{name}");
        assert!(got.connection.is_none(), "{name}");
    }
}

/// What comes besides the body is bounded too: such bodies are cut off, and the connection with them.
#[test]
fn framing_is_bounded() {
    let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let many_chunks = format!("1;{}\r\nx\r\n", "e".repeat(100)).repeat(1000);
    for (name, rest) in [
        ("one long chunk extension", format!("5;{}\r\nworld\r\n0\r\n\r\n", "e".repeat(20_000))),
        ("many chunk extensions", format!("{many_chunks}0\r\n\r\n")),
        ("a long trailer", format!("0\r\nT: {}\r\n\r\n", "t".repeat(80_000))),
        ("many trailers", format!("0\r\n{}\r\n", "T: t\r\n".repeat(20_000))),
        ("a chunk size that overflows", "ffffffffffffffff1\r\nx".to_owned()),
        ("a signed chunk size", "-1\r\nx\r\n".to_owned()),
    ] {
        let steps = vec![send(start), send(rest), Step::Hold];
        let got = run(fetch_once(steps, config()));
        let response = got.outcome.expect(name);
        assert!(response.body.starts_with(b"hello") && response.body.len() < 1000, "{name}");
        assert_eq!(response.truncated, Some(Truncated::Disconnect), "{name}");
        assert!(got.connection.is_none(), "{name}");
    }
}

/// Interim heads without end count against the time to the first byte of the answer.
#[test]
fn interim_heads_without_end_end_in_time() {
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(5000);
    let patience = FetchConfig { first_byte_timeout: Duration::from_secs(3), ..config() };
    let got = run(fetch_once(vec![send(early), Step::Stall], patience));
    assert_eq!(got.outcome.expect_err("failure").kind, FailureKind::Timeout(Phase::FirstByte));
}

#[test]
fn a_kept_connection_serves_again_and_again() {
    run(async {
        let body = "x".repeat(10_000);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let server = ScriptedServer::start(vec![vec![vec![send(answer)]; 5]]).await;
        let fetcher = fetcher(config());
        let mut connection = None;
        for idx in 0..5 {
            let got = fetcher.fetch(&get(server.url(&format!("/{idx}"))), connection).await;
            let response = got.outcome.expect("response");
            assert_eq!(response.body, body);
            let sent_head = String::from_utf8(response.request_head.to_vec()).expect("ascii");
            assert!(
                sent_head.starts_with(&format!("GET /{idx} HTTP/1.1\r\nHost: ")),
                "{sent_head}"
            );
            assert!(sent_head.ends_with("\r\n\r\n"));
            assert!(idx == 0 || got.timings.connect.is_zero());
            connection = got.connection;
        }
        assert_eq!(server.accepted.get(), 1);
    });
}

#[test]
fn a_stale_connection_is_replaced_unnoticed() {
    run(async {
        let word = Rc::new(Notify::new());
        let closed_idle = vec![vec![send(OK), Step::CloseOn(Rc::clone(&word))]];
        let closed_when_asked = vec![vec![send(OK)], vec![Step::Close]];
        for first in [closed_idle, closed_when_asked] {
            let server = ScriptedServer::start(vec![first, vec![vec![send(OK), Step::Hold]]]).await;
            let fetcher = fetcher(config());
            let request = get(server.url("/"));
            let got = fetcher.fetch(&request, None).await;
            assert!(got.connection.is_some());
            word.notify_one();
            let got = fetcher.fetch(&request, got.connection).await;
            assert_eq!(got.outcome.expect("response").body, "hello");
            assert_eq!(server.accepted.get(), 2);
        }
    });
}

#[test]
fn a_request_is_repeated_once_and_not_after_an_answer_began() {
    for (answer, accepted) in [(vec![Step::Close], 2), (vec![send("HTT"), Step::Close], 1)] {
        run(async move {
            let first = vec![vec![send(OK)], answer.clone()];
            let scripts = vec![first, vec![answer.clone()], vec![vec![send(OK)]]];
            let server = ScriptedServer::start(scripts).await;
            let fetcher = fetcher(config());
            let request = get(server.url("/"));
            let got = fetcher.fetch(&request, None).await;
            let got = fetcher.fetch(&request, got.connection).await;
            assert_eq!(got.outcome.expect_err("failure").kind, FailureKind::Reset);
            assert_eq!(server.accepted.get(), accepted);
        });
    }
}

#[test]
fn a_connection_to_elsewhere_is_not_used() {
    run(async {
        let there = ScriptedServer::start(vec![vec![vec![send(OK)]; 2]]).await;
        let here = ScriptedServer::start(vec![vec![vec![send(OK)]; 2]]).await;
        let fetcher = fetcher(config());
        let got = fetcher.fetch(&get(there.url("/")), None).await;
        let got = fetcher.fetch(&get(here.url("/")), got.connection).await;
        assert_eq!(got.outcome.expect("response").remote, here.addr);
        assert_eq!(here.accepted.get(), 1);
    });
}

#[test]
fn is_open_notices_a_close() {
    run(async {
        let word = Rc::new(Notify::new());
        let steps = vec![send(OK), Step::CloseOn(Rc::clone(&word))];
        let server = ScriptedServer::start(vec![vec![steps]]).await;
        let got = fetcher(config()).fetch(&get(server.url("/")), None).await;
        let mut connection = got.connection.expect("connection");
        assert!(connection.is_open());
        word.notify_one();
        // The server's task has to run and its close to be seen by the poller.
        while connection.is_open() {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn bodies_are_cut_at_the_limit() {
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    for (sent, limit, body, truncated) in [
        (OK, 5, "hello", None),
        (OK, 4, "hell", Some(Truncated::Length)),
        (OK, 0, "", Some(Truncated::Length)),
        (chunked, 5, "hello", None),
        (chunked, 4, "hell", Some(Truncated::Length)),
        (chunked, 3, "hel", Some(Truncated::Length)),
    ] {
        run(async move {
            let server = ScriptedServer::start(vec![vec![vec![send(sent), Step::Hold]]]).await;
            let request = FetchRequest { body_bytes_max: Some(limit), ..get(server.url("/")) };
            let got = fetcher(config()).fetch(&request, None).await;
            let response = got.outcome.expect("response");
            assert_eq!(response.body, body);
            assert_eq!(response.truncated, truncated);
            assert_eq!(got.connection.is_some(), truncated.is_none());
        });
    }
}

#[test]
fn headers_are_as_configured() {
    run(async {
        let server = ScriptedServer::start(vec![vec![vec![send(OK)]]]).await;
        let header = |name: &'static str, value: &'static str| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let config = FetchConfig {
            user_agent: "test/1 (+https://example.org/)".to_owned(),
            headers: vec![header("accept", "text/*"), header("accept-language", "de")],
            ..config()
        };
        let validators = Validators {
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some("Thu, 01 Jan 1970 00:00:00 GMT".to_owned()),
        };
        let request = FetchRequest { validators: Some(validators), ..get(server.url("/a?b=c|d")) };
        let got = fetcher(config).fetch(&request, None).await;
        let expected = format!(
            "GET /a?b=c|d HTTP/1.1\r\n\
             Host: {}\r\n\
             User-Agent: test/1 (+https://example.org/)\r\n\
             Accept: text/*\r\n\
             Accept-Encoding: gzip, deflate, br, zstd\r\n\
             Accept-Language: de\r\n\
             If-None-Match: \"v1\"\r\n\
             If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
            server.addr
        );
        assert_eq!(got.outcome.expect("response").request_head, expected);
    });
}

#[test]
fn unusable_settings_are_refused() {
    let framing = HeaderName::from_static("transfer-encoding");
    let bad_agent = FetchConfig { user_agent: "a\nb".to_owned(), ..config() };
    let bad_header =
        FetchConfig { headers: vec![(framing, HeaderValue::from_static("x"))], ..config() };
    let roots = TlsRoots::load(&config()).expect("roots");
    run(async {
        let refused = crate::Fetcher::new(bad_agent, &roots).err();
        assert!(matches!(refused, Some(FetchSetupError::UserAgent(_))));
        let refused = crate::Fetcher::new(bad_header, &roots).err();
        assert!(matches!(refused, Some(FetchSetupError::Header(_))));
    });
}
