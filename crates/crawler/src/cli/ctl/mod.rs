//! `crawler ctl`: asks and steers a running crawl by its admin interface.

mod host;
mod seed;

use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use crawler_admin::api::{LogLevel, Message, Requeued, UrlPage};
use crawler_engine::Trap;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::crawl::write_out;
use super::target::TargetArgs;
use crate::ctl::{Answer, Client, Refused, show};
use crate::exit::Exit;
use crate::numbers::count;
use crate::terminal::escape;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler ctl status                        of the crawl in ./crawl
  crawler ctl -o archive pause              of the one in ./archive
  crawler ctl seed https://example.com/     add a seed
  crawler ctl seed -f urls.txt --dry-run    tell what is wrong with a list
  crawler ctl host list --sort errors
  crawler ctl host block example.com --for 2h --reason 'its owner asked'
  crawler ctl host set example.com --delay 5s --for 1h
  crawler ctl urls example.com --state failed
  crawler ctl events                        follow what happens
  crawler ctl --url 10.0.0.7:7070 --token-file token status";

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for a probe, which is asked often.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);
/// Rows asked for at once.
const PAGE_ROWS: usize = 100;

/// The options of `crawler ctl`.
#[derive(Debug, Args)]
pub(super) struct CtlArgs {
    #[command(subcommand)]
    action: Action,
    /// Print the answers as JSON, as they came
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what the crawl does, and why it is not faster
    Status,
    /// Tell whether the crawl is sound: exit code 0 or 1; needs no token
    Health,
    /// Start no further fetches until `resume`, also after a restart
    Pause,
    /// Go on after `pause`
    Resume,
    /// Finish the fetches in flight, then end the crawl
    Drain,
    /// End the crawl at once; fetches in flight are made again by the next run
    Shutdown,
    /// Read the configuration again
    Reload,
    /// Add seeds
    Seed(seed::SeedArgs),
    /// List, block, slow down or change hosts
    #[command(subcommand)]
    Host(host::HostAction),
    /// List URLs of a host
    Urls {
        /// Name of the host, with the port if it is not the usual one
        host: String,
        /// What became of them
        #[arg(long, value_enum, default_value_t = UrlStateArg::Queued)]
        state: UrlStateArg,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Tell what became of a URL, and why
    Explain {
        /// The URL
        url: String,
    },
    /// List templates of URLs that bring nothing new, or let one go
    Traps {
        /// Follow the links of this template again
        #[arg(long, value_name = "TEMPLATE")]
        release: Option<String>,
    },
    /// Show or change which log lines are written
    LogLevel {
        /// error, warn, info, debug, trace, or directives such as `crawler_engine=debug,info`
        level: Option<String>,
    },
    /// Follow what happens, until Ctrl-C
    Events {
        /// Which events, separated by commas: status, fetch, operator
        #[arg(long, value_name = "TYPES", default_value = "fetch,operator")]
        types: String,
    },
    /// Print the token, and the dashboard's address on standard error
    Token,
    /// Show what operators have done
    Audit {
        /// How many actions at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum UrlStateArg {
    Queued,
    Failed,
    Skipped,
    Fetched,
}

/// The JSON of `/v1/traps`.
#[derive(Debug, Deserialize)]
struct TrapList {
    traps: Vec<Trap>,
}

pub(super) fn run(args: &CtlArgs) -> anyhow::Result<Exit> {
    let patience = match &args.action {
        Action::Health => Some(PROBE_PATIENCE),
        // The answer comes when all lines are read.
        Action::Seed(_) => None,
        _ => Some(PATIENCE),
    };
    let asked = Asked { client: args.target.client(patience)?, json: args.json };
    match &args.action {
        Action::Status => asked.print(&asked.get("status")?, show::status),
        Action::Health => health(&asked),
        Action::Pause => asked.order("pause"),
        Action::Resume => asked.order("resume"),
        Action::Drain => asked.order("drain"),
        Action::Shutdown => asked.order("shutdown"),
        Action::Reload => {
            let answer = asked.client.tell(&Method::POST, &["v1", "reload"])?;
            asked.print(&answer, show::reloaded)
        }
        Action::Seed(seeds) => seed::run(seeds, &asked),
        Action::Host(action) => host::run(action, &asked),
        Action::Urls { host, state, limit } => urls(&asked, host, *state, *limit),
        Action::Explain { url } => {
            let answer = asked.client.get(&["v1", "explain"], &[("url", url)])?;
            asked.print(&answer, show::fields)
        }
        Action::Traps { release } => traps(&asked, release.as_deref()),
        Action::LogLevel { level } => log_level(&asked, level.as_deref()),
        Action::Events { types } => events(&asked, types),
        Action::Token => token(args),
        Action::Audit { limit } => {
            let limit = limit.to_string();
            let answer = asked.client.get(&["v1", "audit"], &[("limit", &limit)])?;
            asked.print(&answer, |log| show::audit(log).for_stdout())
        }
    }
}

/// For those who open the dashboard from elsewhere, where they cannot read the crawl's directory.
fn token(args: &CtlArgs) -> anyhow::Result<Exit> {
    let address = args.target.address()?;
    let token = address.token.ok_or_else(|| anyhow::anyhow!(address.token_place))?;
    eprintln!("dashboard: {}", address.url);
    let said = if args.json { json!({"token": token}).to_string() } else { token };
    write_out(&format!("{said}\n")).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

/// A crawl, and how its answers are wanted.
struct Asked {
    client: Client,
    json: bool,
}

impl Asked {
    fn get(&self, what: &str) -> anyhow::Result<Answer> {
        self.client.get(&["v1", what], &[])
    }

    /// An order without a body, answered by a message.
    fn order(&self, what: &str) -> anyhow::Result<Exit> {
        let answer = self.client.tell(&Method::POST, &["v1", what])?;
        self.print(&answer, |it: &Message| format!("{}\n", escape(&it.message)))
    }

    /// An order that tells how many URLs it was about.
    fn requeued(&self, answer: &Answer, done: &str) -> anyhow::Result<Exit> {
        self.print(answer, |it: &Requeued| format!("{} URLs {done}\n", count(it.urls)))
    }

    /// An answer, as JSON or in words.
    fn print<T: serde::de::DeserializeOwned>(
        &self,
        answer: &Answer,
        shown: impl Fn(&T) -> String,
    ) -> anyhow::Result<Exit> {
        let text = if self.json { json_line(answer) } else { shown(&answer.read()?) };
        write_out(&text).context("cannot write to standard output")?;
        Ok(Exit::Done)
    }
}

fn json_line(answer: &Answer) -> String {
    format!("{}\n", answer.0.trim_end())
}

/// A service that is not sound is no failure of this command: it says so with code 1 all the same.
fn health(asked: &Asked) -> anyhow::Result<Exit> {
    match asked.client.get(&["healthz"], &[]) {
        Ok(answer) => asked.print(&answer, |it: &Message| format!("{}\n", escape(&it.message))),
        Err(error) => match error.downcast_ref::<Refused>() {
            Some(Refused { status: Some(503), message, .. }) => {
                eprintln!("unsound: {}", escape(message));
                Ok(Exit::Failed)
            }
            _ => Err(error),
        },
    }
}

fn urls(asked: &Asked, host: &str, state: UrlStateArg, limit: usize) -> anyhow::Result<Exit> {
    let state = state.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
    let query = [("host", host), ("state", state.as_str())];
    let mut all = Vec::new();
    asked.pages(&["v1", "urls"], &query, limit, |answer| {
        let page: UrlPage = answer.read()?;
        let rows = page.urls.len();
        all.extend(page.urls);
        Ok((rows, page.next_cursor))
    })?;
    if !asked.json {
        write_out(&show::urls(&all).for_stdout()).context("cannot write to standard output")?;
        note_if_empty(all.is_empty(), &format!("{} has no {state} URLs", escape(host)));
    }
    Ok(Exit::Done)
}

impl Asked {
    /// Asks for the parts of a list until there are `limit` rows; as JSON they are printed at once.
    fn pages(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        limit: usize,
        mut take: impl FnMut(&Answer) -> anyhow::Result<(usize, Option<String>)>,
    ) -> anyhow::Result<()> {
        let mut left = limit;
        let mut cursor: Option<String> = None;
        while left > 0 {
            let rows = left.min(PAGE_ROWS).to_string();
            let mut query = query.to_vec();
            query.push(("limit", &rows));
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.client.get(path, &query)?;
            if self.json {
                write_out(&json_line(&answer)).context("cannot write to standard output")?;
            }
            let (taken, next) = take(&answer)?;
            left = left.saturating_sub(taken);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(())
    }
}

fn note_if_empty(is_empty: bool, note: &str) {
    if is_empty {
        eprintln!("{note}");
    }
}

fn traps(asked: &Asked, release: Option<&str>) -> anyhow::Result<Exit> {
    if let Some(template) = release {
        let body = json!({ "template": template });
        let path = ["v1", "traps", "release"];
        let answer = asked.client.tell_json(&Method::POST, &path, &body)?;
        return asked.requeued(&answer, "queued");
    }
    asked.print(&asked.get("traps")?, |list: &TrapList| {
        note_if_empty(list.traps.is_empty(), "no template of URLs is in quarantine");
        show::traps(&list.traps).for_stdout()
    })
}

fn log_level(asked: &Asked, level: Option<&str>) -> anyhow::Result<Exit> {
    let answer = match level {
        None => asked.get("log-level")?,
        Some(level) => {
            let body = LogLevel { level: level.to_owned() };
            asked.client.tell_json(&Method::PUT, &["v1", "log-level"], &body)?
        }
    };
    asked.print(&answer, |it: &LogLevel| format!("{}\n", escape(&it.level)))
}

fn events(asked: &Asked, types: &str) -> anyhow::Result<Exit> {
    // Even a crawl that does nothing keeps the stream alive now and then.
    for event in asked.client.events(types)? {
        let event = event.context("the stream of events broke off")?;
        let line =
            if asked.json { show::events::json_line(&event) } else { show::events::line(&event) };
        write_out(&line).context("cannot write to standard output")?;
    }
    eprintln!("the stream has ended: the crawl stops");
    Ok(Exit::Done)
}
