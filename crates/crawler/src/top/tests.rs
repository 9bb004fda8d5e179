use std::time::Duration;

use crawler_admin::api::{FetchEvent, HostSort, HostState, HostView, Status};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::App;
use super::draw::draw;
use super::feed::{HostQuery, News, Order};

pub(crate) fn status(state: &str) -> Box<Status> {
    let totals = serde_json::json!({"discovered": 9, "fetched": 1_234_567, "failed": 44,
        "skipped": 3, "queued": 500, "in_flight": 12, "seen": 70_000, "retried": 0,
        "revisited": 0, "links_found": 0, "wire_bytes": 0, "content_bytes": 0, "warc_bytes": 0});
    let shard = |n: u16, busy: u32| {
        serde_json::json!({"shard": n, "fetched": 1, "queued": 2, "in_flight": 7,
            "in_flight_max": 64, "busy_permille": busy, "idle_secs": {}})
    };
    let status = serde_json::json!({
        "state": state, "held": null, "version": "0.1.0", "pid": 7, "data_dir": "/crawl",
        "started_at_ms": 0, "elapsed_secs": 3723.0, "generation": 2,
        "rates": {"pages_per_second": 184.0, "bytes_per_second": 3.9e6, "failed_per_second": 0.4},
        "totals": totals, "status": {"200": 5}, "failed": {"timeout": 40, "dns_error": 4},
        "skipped": {}, "hosts": {"known": 3, "ready": 1, "waiting": 1, "in_flight": 1},
        "shards": [shard(0, 500), shard(1, 1000)],
        "why_not_faster": {"sentence": "82 % of capacity waits for politeness",
            "parts": [{"reason": "politeness", "share": 0.82}, {"reason": "first_byte", "share": 0.06}]},
        "memory_bytes": 1, "memory_limit_bytes": null, "disk_free_bytes": null,
        "restarts": 0, "stalls": 0, "accounting_error": 0,
    });
    serde_json::from_value(status).unwrap()
}

fn host(name: &str, state: HostState) -> HostView {
    HostView {
        host: name.to_owned(),
        state,
        shard: 0,
        queued: 1200,
        fetched: 30,
        failed: 0,
        skipped: 0,
        bytes: 0,
        errors: 2,
        next_fetch_at_ms: 0,
        delay_ms: 2000,
        response_ms: None,
        backoff_level: 0,
        failures_in_a_row: 0,
        overridden: None,
    }
}

/// A view of a running crawl.
fn app() -> App {
    let mut app = App::default();
    app.take(News::Status(status("running")));
    app.take(News::Hosts(vec![
        host("a.example", HostState::Ready),
        host("b.example\u{202e}", HostState::Blocked),
        host("c.example:8080", HostState::Dead),
    ]));
    app.take(News::Fetch(FetchEvent {
        at_ms: 3_723_000,
        url: "https://a.example/\u{1b}[2J".to_owned(),
        status: None,
        reason: Some("timeout".to_owned()),
        bytes: 1500,
        elapsed_ms: 30_000,
        shard: 0,
        depth: 1,
        mime: None,
    }));
    app
}

fn press(app: &mut App, keys: &[KeyCode]) -> Vec<Order> {
    let key = |code: &KeyCode| app.key(KeyEvent::new(*code, KeyModifiers::NONE));
    keys.iter().filter_map(key).collect()
}

fn written(text: &str) -> Vec<KeyCode> {
    text.chars().map(KeyCode::Char).chain([KeyCode::Enter]).collect()
}

/// The lines of a screen of 80 by 24.
fn screen(app: &App) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(frame, app)).unwrap();
    let buffer = terminal.backend().buffer();
    let cells: Vec<&str> = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    cells.chunks(80).map(|line| line.concat().trim_end().to_owned()).collect()
}

fn shows(app: &App, texts: &[&str]) {
    let screen = screen(app).join("\n");
    for text in texts {
        assert!(screen.contains(text), "no {text:?} in\n{screen}");
    }
}

#[test]
fn the_first_screen_has_everything_at_80_columns() {
    let lines = screen(&app());
    let line = "crawler running   184 pages/s   3.9 MB/s   0.4 failed/s   12 in flight   1h02m";
    assert_eq!(lines[0], line);
    assert_eq!(lines[2], "82 % of capacity waits for politeness");
    assert!(
        lines[1].starts_with("1.23M fetched   500 queued   70.0k seen   44 failed   3 skipped")
    );
    shows(
        &app(),
        &[
            " Pages/s ",
            "  0 ██░░  50%    7",
            "  1 ████ 100%    7",
            "│politeness    82.0%│",
            "│first byte     6.0%│",
            "│timeout          40│",
            "│dns error         4│",
            "Hosts, longest queue first",
            "a.example",
            "b.example\\u{202e}",
            "c.example:8080",
            "blocked",
            "1,200",
            "2.0 s",
            "01:02:03 timeout        1.5 kB  30.0 s  https://a.example/\\u{1b}[2J",
            "q quit",
        ],
    );
}

#[test]
fn nothing_known_is_a_screen_too() {
    let mut app = App::default();
    shows(&app, &[" Hosts, longest queue first ", " Fetches "]);
    app.take(News::Status(status("paused")));
    shows(&app, &["crawler paused"]);
    app.take(News::Lost("nobody answers".to_owned()));
    shows(&app, &["not live: nobody answers"]);
    app.take(News::Status(status("running")));
    shows(&app, &["crawler running"]);
    assert!(press(&mut app, &[KeyCode::Char('b'), KeyCode::Down]).is_empty());
}

#[test]
fn the_keys_are_explained() {
    let mut app = app();
    press(&mut app, &[KeyCode::Char('?')]);
    shows(&app, &[" Keys ", "pause or resume the crawl", "quit; the crawl goes on"]);
    press(&mut app, &[KeyCode::Esc]);
    assert!(!screen(&app).join("\n").contains(" Keys "));
}

#[test]
fn keys_steer_the_crawl() {
    let mut app = app();
    let key = KeyCode::Char;
    assert_eq!(press(&mut app, &[key('p')]), [Order::Pause]);
    app.take(News::Status(status("paused")));
    assert_eq!(press(&mut app, &[key('p')]), [Order::Resume]);
    assert_eq!(press(&mut app, &[key('b')]), [Order::Block("a.example".to_owned())]);
    let second = "b.example\u{202e}".to_owned();
    assert_eq!(press(&mut app, &[KeyCode::Down, key('b')]), [Order::Unblock(second.clone())]);
    // A refresh keeps the selection, wherever its row goes.
    app.take(News::Hosts(vec![
        host("z.example", HostState::Ready),
        host(&second, HostState::Ready),
    ]));
    assert_eq!(press(&mut app, &[key('b')]), [Order::Block(second)]);
    app.take(News::Hosts(vec![host("z.example", HostState::Ready)]));
    assert_eq!(press(&mut app, &[key('b')]), [Order::Block("z.example".to_owned())]);
    app.take(News::Failed("a token is needed".to_owned()));
    shows(&app, &["a token is needed"]);
}

#[test]
fn a_delay_is_written() {
    let mut app = app();
    press(&mut app, &[KeyCode::End, KeyCode::Char('d')]);
    shows(&app, &["delay of the host:"]);
    let name = || "c.example:8080".to_owned();
    let two = Order::Delay(name(), Some(Duration::from_secs(2)));
    assert_eq!(press(&mut app, &written("2s")), [two]);
    press(&mut app, &[KeyCode::Char('d')]);
    assert_eq!(press(&mut app, &written("default")), [Order::Delay(name(), None)]);
    press(&mut app, &[KeyCode::Char('d')]);
    assert!(press(&mut app, &written("soon")).is_empty());
    shows(&app, &["`soon` is no delay"]);
    press(&mut app, &[KeyCode::Char('d'), KeyCode::Char('q'), KeyCode::Backspace, KeyCode::Esc]);
    assert!(!app.is_over);
}

#[test]
fn a_queue_is_dropped_only_when_asked_twice() {
    let mut app = app();
    assert!(press(&mut app, &[KeyCode::Char('x')]).is_empty());
    shows(&app, &["drop 1,200 URLs of a.example?"]);
    assert!(press(&mut app, &[KeyCode::Char('n')]).is_empty());
    let keys = [KeyCode::Char('x'), KeyCode::Char('y')];
    assert_eq!(press(&mut app, &keys), [Order::Drop("a.example".to_owned())]);
}

#[test]
fn hosts_are_searched_and_sorted() {
    let mut app = app();
    press(&mut app, &[KeyCode::Char('/'), KeyCode::Char('x')]);
    shows(&app, &["search hosts: x"]);
    let query = |sort, search: &str| Order::Hosts(HostQuery { sort, search: search.to_owned() });
    assert_eq!(press(&mut app, &[KeyCode::Enter]), [query(HostSort::Queued, "x")]);
    shows(&app, &["Hosts, longest queue first, with `x` in the name"]);
    assert_eq!(press(&mut app, &[KeyCode::Char('s')]), [query(HostSort::Wait, "x")]);
}

#[test]
fn it_ends_by_key_and_by_signal() {
    let mut app = app();
    press(&mut app, &[KeyCode::Char('q')]);
    assert!(app.is_over);
    let mut app = App::default();
    app.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert!(app.is_over);
    let mut app = App::default();
    app.take(News::End);
    assert!(app.is_over);
}
