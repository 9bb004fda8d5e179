//! `NAME.block`: hosts to leave alone, one a line: `HOST [TIME] [REASON]`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crawler_engine::{ControlError, CrawlHandle, HostOrder};
use crawler_url::HostKey;

use super::Outcome;
use crate::seeds::without_comment;
use crate::settings::parse_duration;

/// A longer file is no list of hosts that somebody has to leave alone.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Wrong lines that are told one by one.
const PROBLEMS_MAX: usize = 100;

/// Blocks the hosts of a file; nothing if the crawl is ending.
pub(super) fn block(path: &Path, crawl: &CrawlHandle) -> Option<Outcome> {
    let text = match read(path) {
        Ok(text) => text,
        Err(problem) => return Some(Outcome::failed(problem)),
    };
    let (mut blocked, mut refused, mut problems) = (0_u64, 0_u64, Vec::new());
    for (n, line) in (1..).zip(text.lines()) {
        let done = match order(line) {
            Ok(None) => continue,
            Ok(Some((host, order))) => match crawl.change_host(&host, &order) {
                Ok(_) => Ok(()),
                Err(ControlError::Ending) => return None,
                Err(error) => Err(error.to_string()),
            },
            Err(problem) => Err(problem),
        };
        match done {
            Ok(()) => blocked += 1,
            Err(problem) => {
                refused += 1;
                if problems.len() < PROBLEMS_MAX {
                    problems.push(format!("line {n}: {problem}"));
                }
            }
        }
    }
    Some(Outcome { summary: format!("{blocked} hosts blocked, {refused} lines refused"), problems })
}

fn read(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| format!("the file cannot be read: {error}");
    let len = fs::metadata(path).map_err(told)?.len();
    if len > FILE_BYTES_MAX {
        return Err(format!("the file has {len} bytes, more than {FILE_BYTES_MAX}"));
    }
    fs::read_to_string(path).map_err(told)
}

/// What a line asks for; nothing if it is empty.
fn order(line: &str) -> Result<Option<(HostKey, HostOrder)>, String> {
    let line = without_comment(line);
    let (host, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if host.is_empty() {
        return Ok(None);
    }
    let key = host.parse().map_err(|error| {
        format!("`{host}` is not the name of a host ({error}); write HOST [TIME] [REASON]")
    })?;
    let rest = rest.trim();
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (ttl, reason) = match parse_duration(first) {
        Some(time) if !first.is_empty() => (Some(time), after.trim()),
        _ => (None, rest),
    };
    if ttl.is_some_and(|time| time < Duration::from_secs(1)) {
        return Err(format!("`{first}` is too short a time"));
    }
    let order = HostOrder {
        blocked_until_ms: Some(Some(u64::MAX)),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        ttl,
        ..HostOrder::default()
    };
    Ok(Some((key, order)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_host_and_may_have_a_time_and_a_reason() {
        let told = |line| {
            let (host, order) = order(line).unwrap().unwrap();
            assert_eq!(order.blocked_until_ms, Some(Some(u64::MAX)));
            (host.as_str().to_owned(), order.ttl.map(|ttl| ttl.as_secs()), order.reason)
        };
        let reason = |text: &str| Some(text.to_owned());
        let host = |name: &str| name.to_owned();
        assert_eq!(told("a.example"), (host("a.example"), None, None));
        assert_eq!(told(" A.Example:8080 # x"), (host("a.example:8080"), None, None));
        assert_eq!(told("a.example 2h"), (host("a.example"), Some(7200), None));
        let all = "a.example\t30 asked by mail";
        assert_eq!(told(all), (host("a.example"), Some(30), reason("asked by mail")));
        assert_eq!(told("a.example too slow"), (host("a.example"), None, reason("too slow")));
        for line in ["", "  # comment"] {
            assert_eq!(order(line), Ok(None), "{line}");
        }
        for (line, problem) in
            [("https://a.example/ 1h", "not the name"), ("a.example 0s", "short")]
        {
            assert!(order(line).unwrap_err().contains(problem), "{line}");
        }
    }
}
