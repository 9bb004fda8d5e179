//! Quotas that servers announce: `RateLimit` of draft-ietf-httpapi-ratelimit-headers, its earlier
//! forms, and the `X-RateLimit-` fields that came before them.

use std::time::Duration;

use crate::{UnixMillis, parse_retry_after};

/// Seconds since the epoch, rather than from now on, are at least this: 2001.
const EPOCH_SECONDS_MIN: u64 = 1_000_000_000;
/// Milliseconds since the epoch are at least this.
const EPOCH_MILLIS_MIN: u64 = EPOCH_SECONDS_MIN * 1_000;

/// Reads a `RateLimit` field: how long to wait when a quota is used up, the longest of several.
/// `None` while there is some left, or when it does not say when there will be.
///
/// Takes `"name";r=0;t=30` (draft 8 and later, section 4) and `limit=9, remaining=0, reset=30`
/// (drafts before). The caller caps the wait.
#[must_use]
pub fn parse_rate_limit(value: &str) -> Option<Duration> {
    let mut old = Quota::default();
    let mut longest = None;
    for item in split_unquoted(value, ',') {
        let mut quota = Quota::default();
        for part in split_unquoted(item, ';') {
            let Some((name, number)) = part.split_once('=') else { continue };
            let number = number.trim().parse::<u64>().ok();
            match name.trim() {
                "r" => quota.remaining = number,
                "t" => quota.reset_secs = number,
                "remaining" => old.remaining = number,
                "reset" => old.reset_secs = number,
                _ => {}
            }
        }
        longest = longest.max(quota.wait());
    }
    longest.max(old.wait())
}

/// Reads a pair of `RateLimit-Remaining` and `RateLimit-Reset`, or of these with `X-` in front: how
/// long to wait from `now` on when nothing remains.
///
/// The reset is seconds from now on, or, as many write it, seconds or milliseconds since the epoch or
/// a date. The caller caps the wait.
#[must_use]
pub fn parse_rate_limit_pair(remaining: &str, reset: &str, now: UnixMillis) -> Option<Duration> {
    let remaining = remaining.split([',', ';']).next()?.trim();
    if remaining.parse::<f64>().ok()? > 0.0 {
        return None;
    }
    let reset = reset.trim();
    let number = reset.split(['.', ',', ';']).next()?.parse::<u64>().ok();
    match number {
        Some(millis @ EPOCH_MILLIS_MIN..) => Some(UnixMillis(millis).saturating_sub(now)),
        Some(seconds @ EPOCH_SECONDS_MIN..) => {
            Some(UnixMillis(seconds.saturating_mul(1_000)).saturating_sub(now))
        }
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => parse_retry_after(reset, now),
    }
}

#[derive(Default)]
struct Quota {
    remaining: Option<u64>,
    reset_secs: Option<u64>,
}

impl Quota {
    fn wait(&self) -> Option<Duration> {
        self.reset_secs.filter(|_| self.remaining == Some(0)).map(Duration::from_secs)
    }
}

/// The parts between separators that do not stand in double quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |char| {
        is_quoted ^= char == '"';
        char == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotas_are_read() {
        let cases = [
            ("\"default\";r=0;t=30", Some(30)),
            ("\"default\";r=1;t=30", None),
            ("\"a\";r=0;t=5, \"b\" ; r=0 ; t=50, \"c\";r=9;t=500", Some(50)),
            ("\"odd, name;r=0;t=9\";r=3;t=7", None),
            ("\"default\";r=0", None),
            ("\"default\";t=30", None),
            ("\"default\";r=0;t=30;pk=:cHsdsRa894==:", Some(30)),
            ("limit=100, remaining=0, reset=60", Some(60)),
            ("limit=100, remaining=1, reset=60", None),
            ("r=0, t=30", None),
            ("", None),
            ("\"", None),
        ];
        for (value, expected) in cases {
            assert_eq!(parse_rate_limit(value), expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn pairs_are_read() {
        let now = UnixMillis(1_700_000_000_500);
        let cases = [
            ("0", "30", Some(30_000)),
            ("0", " 30.5", Some(30_000)),
            ("0.0", "30", Some(30_000)),
            ("0, 0;w=1", "30", Some(30_000)),
            ("1", "30", None),
            ("many", "30", None),
            ("0", "1700000060", Some(59_500)),
            ("0", "1700000060500", Some(60_000)),
            ("0", "1600000000", Some(0)),
            ("0", "Tue, 14 Nov 2023 22:14:20 GMT", Some(59_500)),
            ("0", "soon", None),
            ("", "", None),
            ("-1", "18446744073709551615", Some(u64::MAX - 1_700_000_000_500)),
        ];
        for (remaining, reset, expected) in cases {
            let wait = parse_rate_limit_pair(remaining, reset, now);
            assert_eq!(wait, expected.map(Duration::from_millis), "{remaining} {reset}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_text_is_answered(value in "[rt=;,\"0-9a ]{0,30}", other in "\\PC{0,20}", now: u64) {
            let _ = parse_rate_limit(&value);
            let _ = parse_rate_limit_pair(&value, &other, UnixMillis(now));
        }
    }
}
