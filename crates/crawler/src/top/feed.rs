//! What comes from the crawl and what is told to it, on threads beside the screen.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crawler_admin::api::{Event, HostChange, HostPage, HostView, Message, Requeued, Status};
use crawler_admin::api::{FetchEvent, HostSort};
use reqwest::Method;

use crate::ctl::{Client, Refused, show};
use crate::numbers::count;

const TYPES: &str = "status,fetch,operator";
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Hosts shown at most.
const HOSTS_MAX: &str = "100";
const HOSTS_INTERVAL: Duration = Duration::from_secs(2);
/// A list takes the crawler a scan of its hosts: the pause is so many times as long.
const HOSTS_PAUSE_FACTOR: u32 = 200;

/// What the screen is told.
#[derive(Debug)]
pub(super) enum News {
    Status(Box<Status>),
    Fetch(FetchEvent),
    Hosts(Vec<HostView>),
    /// Something was done, here or by somebody else.
    Done(String),
    /// Something could not be done.
    Failed(String),
    /// Nothing comes from the crawl any more.
    Lost(String),
    /// A signal asks to end.
    End,
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    Pause,
    Resume,
    Block(String),
    Unblock(String),
    /// A delay, or the one of the settings again.
    Delay(String, Option<Duration>),
    Drop(String),
    /// Show other hosts.
    Hosts(HostQuery),
}

/// Which hosts are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HostQuery {
    pub(super) sort: HostSort,
    pub(super) search: String,
}

/// The threads; they end with the process.
#[derive(Debug)]
pub(super) struct Feed {
    orders: Sender<Order>,
}

impl Feed {
    /// Asks once, so that a crawl that cannot be asked is told before the screen is taken.
    pub(super) fn start(client: &Client, news: &Sender<News>) -> anyhow::Result<Self> {
        let status: Status = client.get(&["v1", "status"], &[])?.read()?;
        let _ = news.send(News::Status(Box::new(status)));
        let (orders, inbox) = channel();
        let (client, to_screen) = (client.clone(), news.clone());
        let follower = (client.clone(), to_screen.clone());
        thread::Builder::new()
            .name("events".to_owned())
            .spawn(move || follow(&follower.0, &follower.1))?;
        thread::Builder::new()
            .name("orders".to_owned())
            .spawn(move || obey(&client, &inbox, &to_screen))?;
        Ok(Self { orders })
    }

    /// Does something soon; what came of it is told as news.
    pub(super) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

/// Hands events on until nobody listens any more.
fn follow(client: &Client, news: &Sender<News>) {
    loop {
        let why = match client.events(TYPES) {
            Ok(events) => {
                for event in events.map_while(Result::ok) {
                    let Some(told) = show::events::parse(&event).and_then(news_of) else {
                        continue;
                    };
                    if news.send(told).is_err() {
                        return;
                    }
                }
                "the connection was lost".to_owned()
            }
            Err(error) => error.to_string(),
        };
        if news.send(News::Lost(why)).is_err() {
            return;
        }
        thread::sleep(RETRY_AFTER);
    }
}

fn news_of(event: Event) -> Option<News> {
    match event {
        Event::Status(status) => Some(News::Status(status)),
        Event::Fetch(fetch) => Some(News::Fetch(fetch)),
        Event::Operator { text, .. } => Some(News::Done(text)),
        Event::Dropped { .. } => None,
    }
}

/// Carries out orders, and asks for hosts in between.
fn obey(client: &Client, orders: &Receiver<Order>, news: &Sender<News>) {
    let mut query = HostQuery::default();
    let mut due_at = Instant::now();
    loop {
        let told = match orders.recv_timeout(due_at.saturating_duration_since(Instant::now())) {
            Ok(Order::Hosts(wanted)) => {
                query = wanted;
                None
            }
            Ok(order) => Some(carry_out(client, &order)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let told =
            told.map(|done| done.map_or_else(|error| News::Failed(text(&error)), News::Done));
        let begun_at = Instant::now();
        // That nobody answers is told by the stream of events already.
        let hosts = hosts(client, &query).ok().map(News::Hosts);
        due_at = Instant::now() + HOSTS_INTERVAL.max(begun_at.elapsed() * HOSTS_PAUSE_FACTOR);
        for news_item in told.into_iter().chain(hosts) {
            if news.send(news_item).is_err() {
                return;
            }
        }
    }
}

fn text(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Refused>().and_then(|refused| refused.hint.as_ref()) {
        Some(hint) => format!("{error}: {hint}"),
        None => error.to_string(),
    }
}

fn hosts(client: &Client, query: &HostQuery) -> anyhow::Result<Vec<HostView>> {
    let mut asked = vec![("sort", sort_word(query.sort)), ("limit", HOSTS_MAX)];
    if !query.search.is_empty() {
        asked.push(("q", &query.search));
    }
    Ok(client.get(&["v1", "hosts"], &asked)?.read::<HostPage>()?.hosts)
}

/// How an order is written in the interface.
fn sort_word(sort: HostSort) -> &'static str {
    match sort {
        HostSort::Queued => "queued",
        HostSort::Fetched => "fetched",
        HostSort::Errors => "errors",
        HostSort::Wait => "wait",
        HostSort::Stored => "stored",
    }
}

fn carry_out(client: &Client, order: &Order) -> anyhow::Result<String> {
    match order {
        Order::Pause | Order::Resume => {
            let word = if *order == Order::Pause { "pause" } else { "resume" };
            let answer = client.tell(&Method::POST, &["v1", word])?;
            Ok(answer.read::<Message>()?.message)
        }
        Order::Block(host) => {
            change(client, host, |change| change.blocked_until_ms = Some(Some(u64::MAX)))?;
            Ok(format!("{host} is blocked; its URLs wait"))
        }
        Order::Unblock(host) => {
            change(client, host, |change| change.blocked_until_ms = Some(None))?;
            Ok(format!("{host} is asked again"))
        }
        Order::Delay(host, delay) => {
            let ms = delay.map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
            let now = change(client, host, |change| change.delay_ms = Some(ms))?;
            Ok(format!("the delay of {host} is {}", show::duration(now.delay_ms)))
        }
        Order::Drop(host) => {
            let answer = client.tell(&Method::DELETE, &["v1", "hosts", host, "queue"])?;
            Ok(format!("{} URLs of {host} dropped", count(answer.read::<Requeued>()?.urls)))
        }
        Order::Hosts(_) => Ok(String::new()),
    }
}

fn change(
    client: &Client,
    host: &str,
    change: impl Fn(&mut HostChange),
) -> anyhow::Result<HostView> {
    let mut wanted = HostChange::default();
    change(&mut wanted);
    client.tell_json(&Method::PATCH, &["v1", "hosts", host], &wanted)?.read()
}
