//! `crawler ctl host`: what is known of hosts, and what is changed about them.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use crawler_admin::api::{HostChange, HostPage, HostPriority};
use reqwest::Method;

use super::{Asked, note_if_empty};
use crate::cli::crawl::write_out;
use crate::ctl::{Answer, show};
use crate::exit::Exit;
use crate::settings::{parse_duration, parse_size};

/// Blocked until somebody unblocks it.
const FOREVER_MS: u64 = u64::MAX;
/// The word that takes a change back.
const DEFAULT: &str = "default";

#[derive(Debug, Subcommand)]
pub(super) enum HostAction {
    /// List hosts
    List(ListArgs),
    /// Show one host
    Show {
        /// Name of the host, with the port if it is not the usual one
        host: String,
    },
    /// Ask a host for nothing; its URLs wait
    Block {
        /// Name of the host
        host: String,
        /// For how long, as 30m, 2h or 7d [default: until it is unblocked]
        #[arg(long = "for", value_name = "TIME", value_parser = duration)]
        time: Option<Duration>,
        /// Why, for whoever looks later
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Ask a blocked host again
    Unblock {
        /// Name of the host
        host: String,
    },
    /// Change the manners and budgets of a host; `default` takes a change back
    Set(SetArgs),
    /// Take back all changes to a host, a block too
    Reset {
        /// Name of the host
        host: String,
    },
    /// End all URLs queued for a host as skipped
    Drop {
        /// Name of the host
        host: String,
    },
    /// Queue the failed URLs of a host again
    Requeue {
        /// Name of the host
        host: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Which come first
    #[arg(long, value_enum, default_value_t = SortArg::Queued)]
    sort: SortArg,
    /// Only those in this state
    #[arg(long, value_enum)]
    state: Option<StateArg>,
    /// Only those with this in their name
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SortArg {
    Queued,
    Fetched,
    Errors,
    Wait,
    Stored,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum StateArg {
    Ready,
    Waiting,
    BackingOff,
    Dead,
    Blocked,
    Idle,
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Name of the host
    host: String,
    /// Pause between two requests, as 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = wish_of_time)]
    delay: Option<Wish<Duration>>,
    /// Fetches at once
    #[arg(long, value_name = "N", value_parser = wish::<u16>)]
    concurrency: Option<Wish<u16>>,
    /// Pages to fetch at most
    #[arg(long, value_name = "N", value_parser = wish::<u64>)]
    max_pages: Option<Wish<u64>>,
    /// Bytes to receive at most, as 512M
    #[arg(long, value_name = "SIZE", value_parser = wish_of_size)]
    max_bytes: Option<Wish<u64>>,
    /// Failures to put up with
    #[arg(long, value_name = "N", value_parser = wish::<u32>)]
    max_errors: Option<Wish<u32>>,
    /// high, normal or low
    #[arg(long, value_name = "WORD", value_parser = wish_of_priority)]
    priority: Option<Wish<HostPriority>>,
    /// All changes to the host end after this time
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// Why, for whoever looks later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A value, or the one of the settings again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish<T> {
    Default,
    Is(T),
}

impl<T> Wish<T> {
    fn value(self) -> Option<T> {
        match self {
            Self::Default => None,
            Self::Is(value) => Some(value),
        }
    }
}

pub(super) fn run(action: &HostAction, asked: &Asked) -> anyhow::Result<Exit> {
    match action {
        HostAction::List(args) => list(args, asked),
        HostAction::Show { host } => shown(asked, &asked.client.get(&path(host), &[])?),
        HostAction::Block { host, time, reason } => {
            let until = time.map(|time| show::now_ms().saturating_add(millis(time)));
            let change = HostChange {
                blocked_until_ms: Some(Some(until.unwrap_or(FOREVER_MS))),
                reason: reason.clone(),
                ..HostChange::default()
            };
            change_host(asked, host, &change)
        }
        HostAction::Unblock { host } => {
            let change = HostChange { blocked_until_ms: Some(None), ..HostChange::default() };
            change_host(asked, host, &change)
        }
        HostAction::Set(args) => change_host(asked, &args.host, &wanted(args)?),
        HostAction::Reset { host } => {
            let change = HostChange {
                delay_ms: Some(None),
                concurrency: Some(None),
                max_pages: Some(None),
                max_bytes: Some(None),
                max_errors: Some(None),
                priority: Some(None),
                blocked_until_ms: Some(None),
                ..HostChange::default()
            };
            change_host(asked, host, &change)
        }
        HostAction::Drop { host } => {
            let path = ["v1", "hosts", host, "queue"];
            asked.requeued(&asked.client.tell(&Method::DELETE, &path)?, "dropped")
        }
        HostAction::Requeue { host } => {
            let path = ["v1", "hosts", host, "requeue"];
            asked.requeued(&asked.client.tell(&Method::POST, &path)?, "queued again")
        }
    }
}

fn path(host: &str) -> [&str; 3] {
    ["v1", "hosts", host]
}

fn shown(asked: &Asked, answer: &Answer) -> anyhow::Result<Exit> {
    asked.print(answer, show::host)
}

fn change_host(asked: &Asked, host: &str, change: &HostChange) -> anyhow::Result<Exit> {
    shown(asked, &asked.client.tell_json(&Method::PATCH, &path(host), change)?)
}

fn list(args: &ListArgs, asked: &Asked) -> anyhow::Result<Exit> {
    let name =
        |value: Option<clap::builder::PossibleValue>| value.map(|it| it.get_name().to_owned());
    let sort = name(args.sort.to_possible_value()).unwrap_or_default();
    let state = args.state.and_then(|state| name(state.to_possible_value()));
    let mut query = vec![("sort", sort.as_str())];
    query.extend(state.as_deref().map(|state| ("state", state)));
    query.extend(args.search.as_deref().map(|search| ("q", search)));
    let mut hosts = Vec::new();
    asked.pages(&["v1", "hosts"], &query, args.limit, |answer| {
        let page: HostPage = answer.read()?;
        let rows = page.hosts.len();
        hosts.extend(page.hosts);
        Ok((rows, page.next_cursor))
    })?;
    if !asked.json {
        write_out(&show::hosts(&hosts).for_stdout()).context("cannot write to standard output")?;
        note_if_empty(hosts.is_empty(), "no host is like that");
    }
    Ok(Exit::Done)
}

fn wanted(args: &SetArgs) -> anyhow::Result<HostChange> {
    let change = HostChange {
        delay_ms: args.delay.map(|wish| wish.value().map(millis)),
        concurrency: args.concurrency.map(Wish::value),
        max_pages: args.max_pages.map(Wish::value),
        max_bytes: args.max_bytes.map(Wish::value),
        max_errors: args.max_errors.map(Wish::value),
        priority: args.priority.map(Wish::value),
        blocked_until_ms: None,
        reason: args.reason.clone(),
        ttl_secs: args.time.map(|time| time.as_secs().max(1)),
    };
    if change == HostChange::default() {
        bail!(
            "nothing to change: give --delay, --concurrency or another of `crawler ctl host set --help`"
        );
    }
    Ok(change)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "write it as 500ms, 2s, 1m30s, 2h or 7d".to_owned())
}

fn wish<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<Wish<T>, String> {
    wish_by(text, |text| text.parse().map_err(|error: T::Err| error.to_string()))
}

fn wish_of_time(text: &str) -> Result<Wish<Duration>, String> {
    wish_by(text, duration)
}

fn wish_of_size(text: &str) -> Result<Wish<u64>, String> {
    wish_by(text, |text| parse_size(text).ok_or_else(|| "write it as 512K, 16M or 2G".to_owned()))
}

fn wish_of_priority(text: &str) -> Result<Wish<HostPriority>, String> {
    wish_by(text, |text| match text {
        "high" => Ok(HostPriority::High),
        "normal" => Ok(HostPriority::Normal),
        "low" => Ok(HostPriority::Low),
        _ => Err("write it as high, normal or low".to_owned()),
    })
}

fn wish_by<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Wish<T>, String> {
    if text == DEFAULT { Ok(Wish::Default) } else { read(text).map(Wish::Is) }
}
