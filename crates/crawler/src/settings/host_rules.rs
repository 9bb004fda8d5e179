//! Rules for hosts: `GLOB KEY=VALUE …` in one line, or a `[[host]]` table of a file.

use std::time::Duration;

use crawler_engine::{HostGlob, HostRule, RobotsPolicy};
use toml_edit::{ArrayOfTables, Item, Table};

use super::file::File;
use super::layers::Entry;
use super::problem::Problem;
use super::suggest::nearest;
use super::value::{BadValue, Given, put};

/// The setting whose items are rules.
pub(crate) const SETTING: &str = "host_rule";
/// The name of a file's tables, each of which is such an item.
pub(crate) const TABLES: &str = "host";
/// The key of a table that names the hosts.
const MATCH: &str = "match";
/// Keys of a rule.
const KEYS: [&str; 8] = [
    "delay",
    "max_crawl_delay",
    "concurrency",
    "max_pages",
    "max_bytes",
    "max_errors",
    "robots",
    "blocked",
];
const COUNT_MAX: u64 = 1_000_000_000_000;
const ROBOTS: &[(&str, RobotsPolicy)] =
    &[("obey", RobotsPolicy::Obey), ("ignore", RobotsPolicy::Ignore)];

/// Reads all rules, in the order in which they are tried.
pub(crate) fn read(given: Given<'_>) -> Result<Vec<HostRule>, BadValue> {
    let at = |(item_idx, text): (usize, String)| {
        read_line(&text).map_err(|bad| BadValue { item_idx, ..bad })
    };
    given.texts().into_iter().enumerate().map(at).collect()
}

fn read_line(text: &str) -> Result<HostRule, BadValue> {
    let mut words = text.split_whitespace();
    let mut rule = HostRule::new(glob(words.next().unwrap_or_default())?);
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(refusal(format!("`{word}` has no `=`"), "HOSTS KEY=VALUE …"));
        };
        read_key(&mut rule, key, value)?;
    }
    Ok(rule)
}

fn glob(text: &str) -> Result<HostGlob, BadValue> {
    let accepted = "a host, or a pattern such as *.example.com; a name with other letters in its \
                    xn-- form; no port";
    text.parse::<HostGlob>().map_err(|error| refusal(error.to_string(), accepted))
}

/// Reads one setting of a rule.
fn read_key(rule: &mut HostRule, key: &str, value: &str) -> Result<(), BadValue> {
    let entries = [Entry::new(value, key)];
    let given = Given(&entries);
    let read = match key {
        "delay" => put(&mut rule.delay, given.duration(Duration::ZERO).map(Some)),
        "max_crawl_delay" => {
            put(&mut rule.crawl_delay_max, given.duration(Duration::ZERO).map(Some))
        }
        "concurrency" => put(&mut rule.concurrency, given.count(1..=1024).map(Some)),
        "max_pages" => put(&mut rule.pages, given.count(1..=COUNT_MAX).map(Some)),
        "max_bytes" => put(&mut rule.bytes, given.size(1..=u64::MAX >> 1).map(Some)),
        "max_errors" => put(&mut rule.errors, given.count(1..=u64::from(u32::MAX)).map(Some)),
        "robots" => put(&mut rule.robots, given.choice(ROBOTS).map(Some)),
        "blocked" => put(&mut rule.blocked, given.switch()),
        _ => return Err(unknown(key)),
    };
    read.map_err(|bad| BadValue { problem: format!("{key}: {}", bad.problem), ..bad })
}

fn unknown(key: &str) -> BadValue {
    let mut bad = refusal(format!("a rule for hosts has no `{key}`"), &KEYS.join(", "));
    if let Some(near) = nearest(key, KEYS.into_iter()) {
        bad.notes.push(format!("did you mean `{near}`?"));
    }
    bad
}

fn refusal(problem: String, accepted: &str) -> BadValue {
    BadValue { item_idx: 0, problem, notes: vec![format!("accepted: {accepted}")] }
}

/// The `[[host]]` tables of a file as lines; every mistake is told with the line of its key.
pub(crate) fn read_tables(
    file: &File<'_>,
    tables: &ArrayOfTables,
    problems: &mut Vec<Problem>,
) -> Vec<Entry> {
    tables.iter().filter_map(|table| read_table(file, table, problems)).collect()
}

fn read_table(file: &File<'_>, table: &Table, problems: &mut Vec<Problem>) -> Option<Entry> {
    let start = table.span().map_or(0, |span| span.start);
    let n_before = problems.len();
    let mut hosts = None;
    let mut words = String::new();
    let mut scratch = HostRule::new("*".parse().ok()?);
    for (key, item) in table {
        let at = item.span().map_or(start, |span| span.start);
        let Some(text) = plain(item) else {
            problems.push(file.problem(at, format!("host: `{key}` takes one word"), Vec::new()));
            continue;
        };
        let read = if key == MATCH {
            glob(&text).map(|_| hosts = Some(text))
        } else {
            words.extend([" ", key, "=", &*text]);
            read_key(&mut scratch, key, &text)
        };
        if let Err(bad) = read {
            problems.push(file.problem(at, format!("host: {}", bad.problem), bad.notes));
        }
    }
    if hosts.is_none() && problems.len() == n_before {
        let note = "add match = \"*.example.com\"".to_owned();
        problems.push(file.problem(start, "host: the rule has no `match`".to_owned(), vec![note]));
    }
    let is_right = problems.len() == n_before;
    let hosts = hosts.filter(|_| is_right)?;
    Some(file.entry_at(start, hosts + &words))
}

/// The text of a value that is one word.
fn plain(item: &Item) -> Option<String> {
    let text = match item.as_value()? {
        toml_edit::Value::String(text) => text.value().clone(),
        toml_edit::Value::Integer(number) => number.value().to_string(),
        toml_edit::Value::Float(number) => number.value().to_string(),
        toml_edit::Value::Boolean(yes) => yes.value().to_string(),
        _ => return None,
    };
    let is_word = !text.is_empty() && !text.contains(char::is_whitespace);
    is_word.then_some(text)
}
