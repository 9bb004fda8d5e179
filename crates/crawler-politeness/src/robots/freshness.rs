//! How long an answer may be used before robots.txt is asked for again (RFC 9309 section 2.4).

use std::time::Duration;

/// How long rules are used when the answer does not say, and at most (RFC 9309 section 2.4: no
/// more than 24 h).
pub const TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long they are used at least: a file marked as changing always must not double our requests.
pub const TTL_MIN: Duration = Duration::from_secs(60 * 60);

/// How soon a host that could not say its rules is asked again.
pub const UNREACHABLE_TTL: Duration = Duration::from_secs(10 * 60);

/// Reads one `Cache-Control` field: for how long the answer is fresh (RFC 9111 section 5.2.2).
///
/// `no-store` and `no-cache` are zero, as is a `max-age` that is no number; of several the shortest
/// counts. `None` when it does not say. `s-maxage` is meant for others.
#[must_use]
pub fn parse_max_age(cache_control: &str) -> Option<Duration> {
    cache_control.split(',').filter_map(directive_age).min()
}

fn directive_age(directive: &str) -> Option<Duration> {
    let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
    let name = name.trim();
    if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
        // `no-cache="field"` speaks of that field only.
        return value.is_empty().then_some(Duration::ZERO);
    }
    if !name.eq_ignore_ascii_case("max-age") {
        return None;
    }
    let digits = value.trim().trim_matches('"');
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number too large to read is a very long time.
    let seconds = if is_number { digits.parse().unwrap_or(u64::MAX) } else { 0 };
    Some(Duration::from_secs(seconds))
}

/// What an answer's `max_age` comes to: [`TTL`] when it has none, else from [`TTL_MIN`] to [`TTL`].
pub(super) fn ttl(max_age: Option<Duration>) -> Duration {
    max_age.map_or(TTL, |age| age.clamp(TTL_MIN, TTL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_control_is_read() {
        let cases = [
            ("max-age=600", Some(600)),
            ("public, Max-Age = 7200 , must-revalidate", Some(7200)),
            ("max-age=\"60\"", Some(60)),
            ("max-age=60, max-age=30", Some(30)),
            ("max-age=99999999999999999999999", Some(u64::MAX)),
            ("max-age=soon", Some(0)),
            ("max-age=-1", Some(0)),
            ("max-age", Some(0)),
            ("no-store", Some(0)),
            ("max-age=600, NO-CACHE", Some(0)),
            ("no-cache=\"set-cookie\"", None),
            ("s-maxage=60, public", None),
            ("", None),
            (",=,", None),
        ];
        for (value, expected) in cases {
            assert_eq!(parse_max_age(value), expected.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn freshness_keeps_within_its_bounds() {
        let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
        let cases =
            [(None, 24), (Some(0), 1), (Some(1), 1), (Some(5), 5), (Some(24), 24), (Some(99), 24)];
        for (max_age, expected) in cases {
            assert_eq!(ttl(max_age.map(hours)), hours(expected), "{max_age:?}");
        }
    }
}
