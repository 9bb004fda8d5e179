//! Rows of the crawl log.

use std::time::SystemTime;

use crawler_store::{LogRow, encode_log_row};
use crawler_url::ShardId;

use super::told::{Circumstances, EndedUrl, Outcome};

/// Heritrix's fetch status codes (its glossary, "Status codes") for what is no HTTP response.
const DNS_FAILED: i32 = -1;
const CONNECT_FAILED: i32 = -2;
const CONNECT_LOST: i32 = -3;
const TIMEOUT: i32 = -4;
const RUNTIME_EXCEPTION: i32 = -5;
const OUT_OF_SCOPE: i32 = -5000;
const BLOCKED_BY_USER: i32 = -5001;
const BLOCKED: i32 = -5002;
const BLOCKED_BY_QUOTA: i32 = -5003;
const BLOCKED_BY_RUNTIME_LIMIT: i32 = -5004;
const DELETED_BY_USER: i32 = -6000;
const ROBOTS_PRECLUDED: i32 = -9998;

/// Adds the row of a URL's end.
pub(super) fn log_row(
    ended: EndedUrl<'_>,
    outcome: Outcome<'_>,
    circumstances: &Circumstances,
    shard: ShardId,
    log: &mut Vec<u8>,
) {
    let (status_code, size, digest) = match outcome {
        Outcome::Fetched { status, bytes, digest, .. } => {
            (i32::from(status), Some(bytes), Some(digest))
        }
        Outcome::Failed(reason) => (failed_code(reason), None, None),
        Outcome::Skipped(reason) => (skipped_code(reason), None, None),
    };
    let row = LogRow {
        url: ended.url,
        status_code,
        size,
        hop_path: ended.hops,
        via: ended.via,
        mimetype: circumstances.mime.as_deref(),
        thread: shard.0,
        fetched: circumstances.fetched,
        content_digest: digest.filter(|digest| !digest.is_empty()),
        is_seed: ended.hops.is_empty(),
        annotations: &annotations(ended.attempts, outcome),
    };
    encode_log_row(&row, SystemTime::now(), log);
}

fn failed_code(reason: &str) -> i32 {
    match reason {
        "dns" | "dns_no_such_host" | "timeout_dns" | "host_dead_dns" => DNS_FAILED,
        "connect" | "proxy" | "timeout_connect" | "host_dead_tcp" | "tls" | "timeout_tls"
        | "host_dead_tls" => CONNECT_FAILED,
        "reset" | "protocol" | "head_too_large" => CONNECT_LOST,
        "timeout_first_byte" | "timeout_total" | "host_dead_http" => TIMEOUT,
        _ => RUNTIME_EXCEPTION,
    }
}

fn skipped_code(reason: &str) -> i32 {
    match reason {
        "robots" => ROBOTS_PRECLUDED,
        "host_limit" | "host_bytes" | "host_errors" => BLOCKED_BY_QUOTA,
        "host_blocked" | "address_refused" => BLOCKED_BY_USER,
        "rescoped" => OUT_OF_SCOPE,
        "frontier_full" => BLOCKED_BY_RUNTIME_LIMIT,
        "host_dropped" => DELETED_BY_USER,
        _ => BLOCKED,
    }
}

/// Remarks under Heritrix's names where it has them, and the reason of a failure or a skip under ours.
fn annotations(attempts: u8, outcome: Outcome<'_>) -> String {
    let tries = (attempts > 0).then(|| format!("{}t", u16::from(attempts) + 1));
    let remark = match outcome {
        Outcome::Fetched { partial: Some("length"), .. } => Some("lenTrunc"),
        Outcome::Fetched { partial: Some("time"), .. } => Some("timeTrunc"),
        Outcome::Fetched { partial, .. } => partial,
        Outcome::Failed(reason) | Outcome::Skipped(reason) => Some(reason),
    };
    let revisit = match outcome {
        Outcome::Fetched { status: 304, is_revisit: true, .. } => Some("warcRevisit:notModified"),
        Outcome::Fetched { is_revisit: true, .. } => Some("warcRevisit:digest"),
        _ => None,
    };
    let remarks: Vec<&str> = [tries.as_deref(), remark, revisit].into_iter().flatten().collect();
    remarks.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crawler_fetch::FailureKind;

    #[test]
    fn every_failure_has_a_code_of_its_kind() {
        let codes = FailureKind::ALL.map(|kind| (kind.as_str(), failed_code(kind.as_str())));
        let expected = [
            ("dns", -1),
            ("dns_no_such_host", -1),
            // Told as a skip.
            ("address_refused", -5),
            ("connect", -2),
            ("proxy", -2),
            ("tls", -2),
            ("timeout_dns", -1),
            ("timeout_connect", -2),
            ("timeout_tls", -2),
            ("timeout_first_byte", -4),
            ("timeout_total", -4),
            ("reset", -3),
            ("protocol", -3),
            ("head_too_large", -3),
        ];
        assert_eq!(codes, expected);
        assert_eq!((skipped_code("address_refused"), skipped_code("robots")), (-5001, -9998));
        assert_eq!((skipped_code("anything"), failed_code("internal")), (-5002, -5));
    }

    #[test]
    fn remarks_are_separated_by_commas() {
        let fetched = |status, partial, is_revisit| Outcome::Fetched {
            status,
            bytes: 1,
            digest: "",
            partial,
            is_revisit,
        };
        let table: &[(u8, Outcome<'_>, &str)] = &[
            (0, fetched(200, None, false), ""),
            (0, fetched(200, Some("length"), false), "lenTrunc"),
            (2, fetched(200, Some("time"), true), "3t,timeTrunc,warcRevisit:digest"),
            (0, fetched(304, None, true), "warcRevisit:notModified"),
            (0, fetched(200, Some("disconnect"), false), "disconnect"),
            (255, Outcome::Failed("dns"), "256t,dns"),
            (0, Outcome::Skipped("robots"), "robots"),
        ];
        for (attempts, outcome, expected) in table {
            assert_eq!(annotations(*attempts, *outcome), *expected, "{outcome:?}");
        }
    }
}
